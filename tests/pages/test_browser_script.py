# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""scripts/browser: which Chromium it takes, when it installs one, and what it says where it may not.

The commands that it calls are stand-ins: nothing is installed here.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "browser"
SHELL = shutil.which("sh")
RUNS = "exit 0"
BROKEN = "echo 'get it from the store' >&2; exit 1"


class Machine:
    """A machine with the commands of one directory only."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.command("id", "echo 1000")
        self.command("grep", "exit 0")

    def command(self, name: str, body: str) -> None:
        """Put a command there."""
        file = self.path / name
        file.write_text(f"#!{SHELL}\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def root_on_debian(self, install: str) -> None:
        """Make it one on which packages may be installed. `install` is what `apt-get install` does."""
        (self.path / "chmod").symlink_to(str(shutil.which("chmod")))
        self.command("id", "echo 0")
        self.command(
            "apt-get",
            f'echo "apt-get $*" >> {self.path}/log\ncase "$2" in update) : > {self.path}/list;; *) {install};; esac',
        )

    @property
    def log(self) -> list[str]:
        """How apt-get was called."""
        log = self.path / "log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def browser(self) -> subprocess.CompletedProcess[str]:
        """Run the script there."""
        return subprocess.run(
            [str(SHELL), str(SCRIPT)], env={"PATH": str(self.path)}, capture_output=True, text=True, check=False
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
def test_one_that_runs_is_taken(machine, name):
    machine.command(name, RUNS)
    done = machine.browser()
    assert (done.returncode, done.stdout) == (0, f"{machine.path / name}\n")


def test_one_that_only_talks_is_passed_over(machine):
    machine.command("chromium-browser", BROKEN)
    machine.command("google-chrome", RUNS)
    assert machine.browser().stdout == f"{machine.path / 'google-chrome'}\n"


def test_without_one_a_user_is_told_how_to_install(machine):
    machine.command("apt-get", f"echo called >> {machine.path}/log")
    done = machine.browser()
    assert (done.returncode, done.stdout, machine.log) == (1, "", [])
    assert done.stderr == (
        "browser: no Chromium runs here; install one and put it on PATH (Debian: apt-get install chromium).\n"
    )


def test_root_elsewhere_installs_nothing(machine):
    machine.root_on_debian("exit 0")
    machine.command("grep", "exit 1")
    assert (machine.browser().returncode, machine.log) == (1, [])


def put_chromium(machine):
    """What apt-get does when it installs."""
    return f"echo noise; printf '#!%s\\n' {SHELL} > {machine.path}/chromium; chmod +x {machine.path}/chromium"


def test_root_on_debian_installs_it(machine):
    machine.root_on_debian(put_chromium(machine))
    done = machine.browser()
    assert (done.returncode, done.stdout) == (0, f"{machine.path / 'chromium'}\n")
    assert machine.log == ["apt-get -qq install -y --no-install-recommends chromium"]


def test_list_of_packages_is_fetched_where_it_is_missing(machine):
    machine.root_on_debian(f"[ -e {machine.path}/list ] || exit 100; {put_chromium(machine)}")
    assert machine.browser().returncode == 0
    assert [line.split()[2] for line in machine.log] == ["install", "update", "install"]


def test_install_that_fails_is_told(machine):
    machine.root_on_debian("exit 100")
    done = machine.browser()
    assert (done.returncode, done.stdout) == (1, "")
    assert "no Chromium runs here" in done.stderr
