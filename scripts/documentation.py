# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read README.md, the pages in docs/ and that of the role: commands, files, links, and the names that they use.

python scripts/documentation.py    exit code 1 if a page links to nothing, or names what does not exist

tests/integration/test_documentation.py runs the commands. A few cannot be run there: NOT_RUN says which, and why.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import pathlib
import re
import sys
import textwrap
import typing as t

import yaml
from project_files import ROOT, project_files

from ansible_collections.m365.defender.plugins.plugin_utils._role.options import known_variables

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# Commands that the tests do not run, by their beginning. One that no page has is an error.
NOT_RUN = {
    "make ": "the gates run what make runs",
    "python3 -m venv": "the tests have an environment already, and filling another one needs the network",
    "source ~/mto-venv/bin/activate": "belongs to that environment",
    "python3 -m pip install ansible-core": "needs the network; Ansible is installed where the tests run",
    "python3 -m pip download": "needs the network",
    "python3 -m pip install --no-index": "follows a download",
    "python3 -m pip install playwright": "needs the network; Playwright is installed where the tests run",
    "pipx ": "needs the network",
    "sudo apt-get": "changes the machine",
    "ansible-builder ": "needs the network and a container engine",
    "ansible-navigator ": "needs a container engine",
    "ssh ": "needs a second machine",
    "ansible-playbook -i inventory m365.defender.login -e mto_login_port": "is what the second machine is for",
    "ansible-playbook -i inventory m365.defender.record": "needs a person, whom test_record_play.py has",
    "ansible-playbook -i inventory m365.defender.notify": "needs channels; tests/integration/test_notify.py runs it",
    "ansible-playbook -i inventory m365.defender.accept": "needs a finding; test_drift.py runs the play",
    "ansible-vault ": "asks for a password; tests/integration/test_login_play.py runs this one with a password file",
    "python -m lab": "serves until Ctrl-C; tests/conversation/test_lab_process.py runs it",
}
LANGUAGES = {"console", "groovy", "ini", "json", "text", "yaml"}
# Their text comes from the code's data, and their links with it.
GENERATED = {"docs/aadsts.md", "docs/clouds.md", "docs/permissions.md", "docs/reasons.md"}

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)$")
_HEADING = re.compile(r"^(#+) (.+)$")
_BY_HAND = re.compile(r"^ *<!-- by hand: (.+) -->$")
_FILE_NAME = re.compile(r"`([^`]+)`:$")
_EXIT_CODE = re.compile(r"# exit code (\d+)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[\w-]+\]: (\S+)$|(?:src|srcset)=\"([^\"]+)\"", re.MULTILINE)
_VARIABLE = re.compile(r"\bmto_[a-z][a-z_]*[a-z]\b(?![*…_])")
_ENVIRONMENT = re.compile(r"\bMTO_[A-Z][A-Z_]*[A-Z]\b")
_REASON = re.compile(
    r"`((?:consent|identity|check|read|access|sign_in|license|permissions|mfa_trust|defender|registration)\.[a-z_0-9]+)`"
)
_NAMES_IN_CODE = re.compile(r"\bmto_[a-z]\w*")
# The keys under which CI systems have commands: a list of them (GitLab), or a text (GitHub, Azure DevOps).
_SCRIPTS: dict[str, type] = {"script": list, "run": str, "bash": str, "inlineScript": str}
_GROOVY_COMMAND = re.compile(r"\bsh '([^']+)'")


@dataclasses.dataclass(frozen=True)
class Command:
    """A line that a reader types, and how it ends."""

    line: str
    exit_code: int = 0

    @property
    def not_run(self) -> str | None:
        """Why the tests do not run it; None if they do."""
        return next((start for start in NOT_RUN if f"{self.line} ".startswith(start)), None)


@dataclasses.dataclass(frozen=True)
class ByHand:
    """Something that a person does outside the terminal; the paragraph above it says how."""

    what: str
    headings: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block: commands, or a file if the line above names one."""

    page: str
    line: int
    language: str
    text: str
    headings: tuple[str, ...]
    file_name: str | None = None

    @property
    def where(self) -> str:
        """The place that a complaint names."""
        return f"{self.page}:{self.line}"

    def commands(self) -> list[Command]:
        """Return what a reader types, or what a CI system runs for them."""
        if self.language == "console":
            lines = self.text.replace("\\\n", " ").splitlines()
            return [_command(line) for line in lines if line.strip() and not line.startswith("#")]
        if self.language == "groovy":
            return [_command(line) for line in _GROOVY_COMMAND.findall(self.text)]
        if self.language == "yaml" and not self.is_playbook:
            return [_command(line) for line in _scripts(yaml.safe_load(self.text))]
        return []

    @property
    def is_playbook(self) -> bool:
        """Whether Ansible can be asked about its syntax."""
        return self.language == "yaml" and any(word in self.text for word in ("hosts: localhost", "import_playbook:"))


Item = Block | ByHand


def _command(line: str) -> Command:
    code = _EXIT_CODE.search(line)
    words = re.sub(r"(?:^|\s)# .*$", "", line)
    return Command(" ".join(words.split()), int(code[1]) if code else 0)


def _scripts(data: object) -> Iterator[str]:
    """Return the commands in a file of a CI system."""
    if isinstance(data, list):
        for item in data:
            yield from _scripts(item)
    if isinstance(data, dict):
        for key, value in data.items():
            if key in _SCRIPTS and isinstance(value, _SCRIPTS[key]):
                yield from map(str, value if isinstance(value, list) else str(value).splitlines())
            else:
                yield from _scripts(value)


class Page:
    """A page of the documentation."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.items: list[Item] = []
        self.anchors: set[str] = set()
        self.prose = ""
        self._read()

    def _read(self) -> None:
        headings: list[str] = []
        lines = iter(enumerate(self.text.splitlines(), 1))
        above, prose = "", []
        for number, line in lines:
            if fence := _FENCE.match(line):
                body = self._body(lines, fence["indent"])
                name = _FILE_NAME.search(above)
                self.items.append(
                    Block(self.name, number, fence["language"], body, tuple(headings), name[1] if name else None)
                )
            elif heading := _HEADING.match(line):
                headings[len(heading[1]) - 1 :] = [heading[2]]
                self.anchors.add(slug(heading[2]))
            elif by_hand := _BY_HAND.match(line):
                self.items.append(ByHand(by_hand[1], tuple(headings)))
            prose.append(line)
            above = line if line.strip() else above
        self.prose = "\n".join(prose)

    @staticmethod
    def _body(lines: Iterator[tuple[int, str]], indent: str) -> str:
        body = []
        for _number, line in lines:
            if line == f"{indent}```":
                break
            body.append(line)
        return textwrap.dedent("\n".join(body)) + "\n"

    def blocks(self) -> list[Block]:
        """Return the fenced blocks, in order."""
        return [item for item in self.items if isinstance(item, Block)]

    def links(self) -> list[str]:
        """Return the targets of links and images."""
        return [next(filter(None, groups)) for groups in _LINK.findall(self.prose)]


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@functools.cache
def pages() -> dict[str, Page]:
    """Return README.md, the pages in docs/, and that of the role, by name."""
    found = ["README.md", *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").glob("*.md")))]
    names = [*found, "roles/mto/README.md"]
    return {name: Page(name, (ROOT / name).read_text(encoding="utf-8")) for name in names}


@functools.cache
def in_artifact() -> frozenset[str]:
    """Return the files that a user gets, without what galaxy.yml leaves out."""
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    kept = (path for path in project_files() if not _is_ignored(path, ignored))
    return frozenset(path.as_posix() for path in kept)


def _is_ignored(path: pathlib.Path, patterns: list[str]) -> bool:
    places = [path, *path.parents[:-1]]
    return any(fnmatch.fnmatch(place.as_posix(), pattern) for place in places for pattern in patterns)


@functools.cache
def known_names() -> frozenset[str]:
    """Return the variables, modules and filters that exist: whatever the role, the playbooks and the plugins name."""
    places = {"playbooks": "*.yml", "roles": "*.yml", "plugins/plugin_utils": "*.py", "plugins/action": "*.py"}
    sources = [path for place, files in places.items() for path in (ROOT / place).rglob(files)]
    names = {name for path in sources for name in _NAMES_IN_CODE.findall(path.read_text(encoding="utf-8"))}
    plugins = {path.stem for kind in ("modules", "filter", "action") for path in (ROOT / "plugins" / kind).glob("*.py")}
    return frozenset(names | plugins | known_variables())


def complaints_about_links(page: Page) -> Iterator[str]:
    """Return the links that lead nowhere, in the repository or in the artifact."""
    for link in page.links():
        target, _, anchor = link.partition("#")
        if ":" in target:
            continue
        path = (ROOT / page.name).parent.joinpath(target).resolve()
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else target
        if target and name not in in_artifact():
            yield f"{page.name}: {link} is not in the artifact"
        elif anchor and anchor not in (pages()[name] if target else page).anchors:
            yield f"{page.name}: {link} names no heading"


def complaints_about_names(page: Page) -> Iterator[str]:
    """Return the variables, modules and filters that do not exist."""
    for name in sorted(set(_VARIABLE.findall(page.text)) - known_names()):
        yield f"{page.name}: nothing is called {name}"
    for name in sorted(set(_ENVIRONMENT.findall(page.text))):
        if name.lower() not in known_names():
            yield f"{page.name}: no option is set by {name}"
    for name in sorted(set(_REASON.findall(page.text)) - set(_REASON.findall(pages()["docs/reasons.md"].text))):
        yield f"{page.name}: there is no reason {name}"


def complaints_about_blocks(page: Page) -> Iterator[str]:
    """Return blocks that cannot be read, and commands that do not say what they need."""
    commands = [line for block in page.blocks() if block.language == "console" for line in block.text.splitlines()]
    for block in page.blocks():
        if block.language not in LANGUAGES:
            yield f"{block.where}: a block needs one of the languages {', '.join(sorted(LANGUAGES))}"
            continue
        try:
            yaml.safe_load(block.text if block.language == "yaml" else "")
        except yaml.YAMLError as error:
            yield f"{block.where}: not YAML: {error}"
            continue
        if block.is_playbook and not any(block.file_name and f" {block.file_name}" in line for line in commands):
            yield f"{block.where}: a playbook needs the name of a file above it, and a command below it that runs it"
        if any(command.line.startswith("make ") for command in block.commands()) and "clone" not in page.text:
            yield f"{block.where}: make works in a clone only; say so"
    for number, line in enumerate(page.prose.splitlines(), 1):
        if line.startswith("    ") and not re.match(r" +([-*]|\d+\.) ", line):
            yield f"{page.name}:{number}: fence a block instead of indenting it: {line.strip()}"


def stale_exceptions() -> Iterator[str]:
    """Return what NOT_RUN lists although no page has it."""
    used = {command.not_run for page in pages().values() for block in page.blocks() for command in block.commands()}
    yield from (f"NOT_RUN: no page has a command that starts with '{start}'" for start in NOT_RUN if start not in used)


def all_complaints() -> list[str]:
    """Return what is wrong with any page."""
    about = (complaints_about_links, complaints_about_names, complaints_about_blocks)
    of_pages = [
        complaint
        for page in pages().values()
        for look in (about if page.name not in GENERATED else about[:1])
        for complaint in look(page)
    ]
    return of_pages or list(stale_exceptions())


def main() -> int:
    """Print the complaints; exit code 1 if there is one."""
    complaints = all_complaints()
    print("\n".join([*complaints, f"{len(pages())} pages checked, {len(complaints)} complaints"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
