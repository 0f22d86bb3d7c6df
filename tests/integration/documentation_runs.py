# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow the documentation to the letter: a machine with Python and Ansible, and a person at it.

What differs from a reader's machine, and nothing else:

- the file `inventory/group_vars/all/lab.yml` beside the reader's own says where the lab is (`mto_endpoints`) and which
  certificate authority it has (`mto_ca_path`);
- pip and ansible-galaxy ask nobody on the network;
- the address of the portal in a HAR is the lab's;
- the commands in `NOT_RUN` of scripts/documentation.py are not run;
- once the first reader has onboarded their tenants by the command, commands are forks (see warm_ansible.py);
- pip, which asks the same of the same environment each time, is run by the first reader only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import typing as t

import yaml
from documentation import Block, ByHand, Command
from project_files import refresh_copy
from shell_forks import ShellForks
from test_login_play import Person
from warm_ansible import warm_ansible

from lab.clients.portal import Page
from lab.clients.recording import RecordedPage

if t.TYPE_CHECKING:
    from documentation import Item

    from lab.process import Lab

BIN = pathlib.Path(sys.executable).parent
LIMIT_SECONDS = 180


@dataclasses.dataclass(frozen=True)
class Done:
    """A command that has been run."""

    command: Command
    exit_code: int
    output: str

    def __str__(self) -> str:
        return f"$ {self.command.line}\n{self.output}\nexit code {self.exit_code}"


@functools.cache
def build_artifact(directory: pathlib.Path) -> pathlib.Path:
    """Return the collection's artifact, built from the project's files."""
    collection = refresh_copy(directory / "package")
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "build", "--output-path", str(directory)]
    subprocess.run(galaxy, cwd=collection, check=True, capture_output=True, timeout=LIMIT_SECONDS)
    return next(directory.glob("m365-defender-*.tar.gz"))


class Reader:
    """A person with a shell in an empty directory whose name has a space. HOME is empty, too."""

    # What pip has been asked so far, by all of them.
    asked_pip: t.ClassVar[set[str]] = set()

    def __init__(self, directory: pathlib.Path, lab: Lab, artifact: pathlib.Path) -> None:
        self.lab = lab
        self.artifact = artifact
        self.directory = directory / "my tenants"
        self.home = directory / "home"
        self.log = directory / "log"
        for path in (self.directory, self.home, self.log):
            path.mkdir()
        self.runs: list[Done] = []
        # README.md repeats a command where something has changed meanwhile; several pages show the same one.
        self.once = False
        self.typed = ""
        self.forks: ShellForks | None = None
        self._servers = contextlib.ExitStack()
        self.shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            text=True,
            cwd=self.directory,
            env=self._environment(),
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "SSL_CERT_FILE") if name in os.environ}
        return {
            "LC_ALL": "C.UTF-8",
            **kept,
            "HOME": str(self.home),
            "TMPDIR": str(self.log),
            "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "ANSIBLE_GALAXY_SERVER_TIMEOUT": "1",
            "CI_PROJECT_DIR": str(self.directory),
            "GITHUB_WORKSPACE": str(self.directory),
            "GITHUB_STEP_SUMMARY": str(self.log / "summary.md"),
        }

    def close(self) -> None:
        """End the shell with all that it still runs."""
        os.killpg(self.shell.pid, signal.SIGTERM)
        self.shell.wait()
        if self.shell.stdin is not None:
            self.shell.stdin.close()
        self._servers.close()

    def fork(self) -> None:
        """From here on, have forks in place of Ansible's commands."""
        warm = self._servers.enter_context(warm_ansible(self._environment()))
        self.forks = ShellForks(self.log / "forks", warm, f"{self.home}/.ansible/collections")
        self._type(f"PATH='{self.forks.bin}':\"$PATH\"\n")

    def follow(self, items: list[Item]) -> None:
        """Do what a page says, from top to bottom. A command that does not end as the page says is an error."""
        for item in items:
            if isinstance(item, ByHand):
                self._by_hand(item.what)
            elif item.file_name and item.language != "console":
                self._write(item)
            if isinstance(item, Block):
                self._run_all(item)

    def _run_all(self, block: Block) -> None:
        for command in block.commands():
            if command.not_run is None and not self._is_known(command):
                done = self.run(command)
                assert done.exit_code == command.exit_code, f"{block.where}: {done}"

    def _is_known(self, command: Command) -> bool:
        if " -m pip " in command.line:
            known = command.line in self.asked_pip
            self.asked_pip.add(command.line)
            return known
        return self.once and command in [done.command for done in self.runs]

    def run(self, command: Command) -> Done:
        """Type a command into the shell, and wait."""
        number = len(self.runs)
        output, code = self.log / f"{number}.out", self.log / f"{number}.code"
        source = "" if self.typed else " </dev/null"
        self._type(f"{{ {command.line}\n}}{source} >'{output}' 2>&1\n{self.typed}echo $? >'{code}.new'\n")
        self._type(f"mv '{code}.new' '{code}'\n")
        self.typed = ""
        person, ends = Person(self.lab, "operator"), time.monotonic() + LIMIT_SECONDS
        while not code.is_file() and time.monotonic() < ends and self.shell.poll() is None:
            if self.forks is not None:
                self.forks.serve(output)
            if "login" in command.line and output.is_file():
                for line in output.read_text(encoding="utf-8").splitlines():
                    person.read(line)
            time.sleep(0.05)
        text = output.read_text(encoding="utf-8")
        done = Done(command, int(code.read_text()) if code.is_file() else -1, text)
        self.runs.append(done)
        return done

    def _type(self, text: str) -> None:
        assert self.shell.stdin is not None
        self.shell.stdin.write(text)
        self.shell.stdin.flush()

    def _write(self, block: Block) -> None:
        path = self.directory / str(block.file_name)
        assert path.parent.is_dir(), f"{block.where}: {path.parent} does not exist yet"
        path.write_text(block.text, encoding="utf-8")
        if path.name == "connection.yml":
            self._point_at_the_lab(path.with_name("lab.yml"))

    def _point_at_the_lab(self, path: pathlib.Path) -> None:
        endpoints = {name: self.lab[name] for name in ("login", "graph", "arm", "portal", "mto")}
        data = {"mto_endpoints": endpoints, "mto_ca_path": self.lab["ca_path"]}
        path.write_text(yaml.safe_dump(data), encoding="utf-8")

    def _by_hand(self, what: str) -> None:
        acts = {
            "download the artifact": lambda: shutil.copy(self.artifact, self.directory),
            "paste the secret": self._paste_the_secret,
            "paste the secret of the app that writes": self._paste_the_writers_secret,
            "record page.har": self._record_page,
            "record portal.har": self._record_changes,
            "add the tenants in the portal": self._add_tenants,
            "export cookies.json": self._export_cookies,
            "add the secrets to CI": self._add_secrets,
            "name the token file": self._name_token_file,
            "remove Contoso from the list": self._remove_contoso,
        }
        acts[what]()

    def _paste_the_secret(self) -> None:
        self.typed = f"{self.lab['client_secret']}\n"

    def _paste_the_writers_secret(self) -> None:
        self.typed = f"{self.lab['writer_client_secret']}\n"

    def _export_cookies(self) -> None:
        shutil.copy(self.lab["portal_cookies_file"], self.directory / "cookies.json")

    def _add_secrets(self) -> None:
        self._type(f"export MTO_REFRESH_TOKEN='{self.lab['refresh_token']}'\n")

    def _name_token_file(self) -> None:
        """Set what the pipeline sets. The lab's app has a secret: Ansible is not told of the file."""
        self._type(f"MTO_FEDERATED_TOKEN_FILE='{self.log}/federated-token'\n")

    def _remove_contoso(self) -> None:
        path = self.directory / "inventory/group_vars/all/tenants.yml"
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["mto_tenants"]
        kept = [row for row in rows if row["name"] != "Contoso"]
        path.write_text(yaml.safe_dump({"mto_tenants": kept}), encoding="utf-8")

    def _record_page(self) -> None:
        page = RecordedPage(self.lab)
        page.load()
        (self.directory / "page.har").write_text(json.dumps(page.har), encoding="utf-8")

    def _record_changes(self) -> None:
        page = RecordedPage(self.lab)
        page.recipe()
        (self.directory / "portal.har").write_text(json.dumps(page.har), encoding="utf-8")

    def _add_tenants(self) -> None:
        """Select the tenants that the last run named."""
        named = [row["tenant_id"] for row in self.lab.tenants() if row["name"] in self.runs[-1].output]
        assert Page(self.lab).replace(*named).ok
