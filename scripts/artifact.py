# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection's artifact, or prove that what was built works.

python scripts/artifact.py build    build/dist/m365-defender-<version>.tar.gz
python scripts/artifact.py check    build it, look into it, install it into an empty path, run the demo from there
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import tarfile
import typing as t

from project_files import BUILD, COLLECTION_DIRECTORY, ROOT, project_files, refresh_copy
from tool_environment import BIN, tool_environment

if t.TYPE_CHECKING:
    from collections.abc import Callable

MADE_BY_BUILD = {"FILES.json", "MANIFEST.json"}
WANTED = {
    "COPYING",
    "README.md",
    "meta/runtime.yml",
    "playbooks/onboard.yml",
    "plugins/modules/mto_requirement_facts.py",
    "requirements.txt",
    "roles/mto/meta/argument_specs.yml",
}
DEVELOPERS_ONLY = ("build/", "lab/", "scripts/", "tests/", "LICENSES/CC", "LICENSES/MIT", "Makefile", ".")


def run(*command: str, directory: pathlib.Path = ROOT, **environment: str) -> None:
    """Run a command of ours; what it prints says what went wrong."""
    subprocess.run(command, cwd=directory, env=tool_environment() | environment, check=True)


def build(place: pathlib.Path = BUILD) -> pathlib.Path:
    """Build below `place`, from the project's files alone, so that nothing that merely lies about gets in."""
    dist = place / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    collection = refresh_copy(place / "package")
    run(str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(dist), directory=collection)
    return next(dist.glob("m365-defender-*.tar.gz"))


def complaints_about(names: set[str], project: set[str]) -> list[str]:
    """What should not be in the artifact, and what should."""
    strangers = names - project - MADE_BY_BUILD
    ours = {name for name in names if name.startswith(DEVELOPERS_ONLY)}
    missing = WANTED - names
    return (
        [f"{name}: in the artifact, but not in the project" for name in sorted(strangers)]
        + [f"{name}: in the artifact, but of use to developers only" for name in sorted(ours)]
        + [f"{name}: missing in the artifact" for name in sorted(missing)]
    )


def file_names(artifact: pathlib.Path) -> set[str]:
    """The files in it."""
    with tarfile.open(artifact) as archive:
        return {member.name.removeprefix("./") for member in archive.getmembers() if member.isfile()}


def install(artifact: pathlib.Path) -> pathlib.Path:
    """Install it where nothing is yet; return the collections path."""
    path = BUILD / "installed"
    shutil.rmtree(path, ignore_errors=True)
    options = ("--no-deps", "--offline", "--collections-path", str(path))
    # Where Ansible already finds the collection, it would install nothing: let it look into the empty path only.
    galaxy = str(BIN / "ansible-galaxy")
    run(galaxy, "collection", "install", str(artifact), *options, ANSIBLE_COLLECTIONS_PATH=str(path))
    if not (path / COLLECTION_DIRECTORY / "MANIFEST.json").is_file():
        raise SystemExit(f"artifact: {artifact.name} was not installed into {path}")
    return path


def check() -> None:
    """Everything a user does with the artifact."""
    artifact = build()
    found = complaints_about(file_names(artifact), {path.as_posix() for path in project_files()})
    if found:
        raise SystemExit("\n".join(found))
    path = install(artifact)
    output = BUILD / "installed-demo"
    run(sys.executable, "scripts/demo.py", "--collections-path", str(path), "--output", str(output))
    if not (output / "report.json").is_file():
        raise SystemExit("artifact: the demo, run from the installed collection, left no report.json")


def main(arguments: list[str]) -> int:
    """Exit code 0, or that of the command that failed."""
    works: dict[str, Callable[[], object]] = {"build": build, "check": check}
    work = works.get(" ".join(arguments))
    if work is None:
        print(__doc__)
        return 2
    try:
        work()
    except subprocess.CalledProcessError as error:
        print(f"artifact: {' '.join(map(str, error.cmd))} ended with exit code {error.returncode}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
