# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions that set-up installs.

python scripts/lock.py write    choose them anew: the newest that the requirements allow, for each Python
python scripts/lock.py check    exit code 1 if requirements-dev.lock does not fit the requirements, or what is installed

Set-up takes the file as constraints, so that everybody and CI run the same versions until somebody renews them.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import typing as t

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project_files import BUILD, ROOT

if t.TYPE_CHECKING:
    from collections.abc import Iterable

LOCK = ROOT / "requirements-dev.lock"
REQUIREMENTS = "requirements-dev.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The only resolver that chooses for several Pythons at once.
UV = "uv~=0.13.9"
# They come with Python, not from a requirement.
BUNDLED = {"pip", "setuptools"}
HEADER = """\
# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The versions that set-up installs, for Python 3.11 to 3.14: pip takes this file as constraints. `make lock` writes it.
"""


def parse(lines: Iterable[str]) -> list[Requirement]:
    """Requirements without comments and references to other files."""
    return [Requirement(line) for line in map(str.strip, lines) if line and not line.startswith(("#", "-"))]


def read_requirements(name: str = REQUIREMENTS) -> list[Requirement]:
    """Those of a file and of the files that it refers to."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    others = [line.removeprefix("-r ").strip() for line in lines if line.startswith("-r ")]
    return [*parse(lines), *(requirement for other in others for requirement in read_requirements(other))]


def pins_for(pins: list[Requirement], python: str) -> dict[str, str]:
    """The version of each package on a Python."""
    environment = {"python_version": python, "python_full_version": f"{python}.9"}
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate(environment)
    }


def complaints_about_pins(requirements: list[Requirement], pins: list[Requirement]) -> list[str]:
    """Requirements that have no version, or one that they do not allow."""
    found = []
    for python in PYTHONS:
        versions = pins_for(pins, python)
        for requirement in requirements:
            version = versions.get(canonicalize_name(requirement.name))
            if version is None:
                found.append(f"{requirement.name}: no version for Python {python}")
            elif version not in requirement.specifier:
                found.append(f"{requirement.name}: {version} for Python {python} is not {requirement.specifier}")
    return found


def complaints_about_installed(pins: dict[str, str], installed: dict[str, str]) -> list[str]:
    """Packages that are installed in another version than that of the lock file, and versions of nothing."""
    other = {name: version for name, version in installed.items() if pins.get(name) != version}
    return [f"{name}: {pins.get(name, 'no version')} here, {version} in .venv" for name, version in other.items()] + [
        f"{name}: not needed any more" for name in pins if name not in installed
    ]


def installed_versions() -> dict[str, str]:
    """What this environment holds."""
    found = {canonicalize_name(each.name): each.version for each in importlib.metadata.distributions()}
    return {name: version for name, version in found.items() if name not in BUNDLED}


def check() -> int:
    """Print every complaint."""
    pins = parse(LOCK.read_text(encoding="utf-8").splitlines())
    here = pins_for(pins, f"{sys.version_info.major}.{sys.version_info.minor}")
    found = complaints_about_pins(read_requirements(), pins) + complaints_about_installed(here, installed_versions())
    print("\n".join([*found, f"{LOCK.name}: {len(pins)} versions, {len(found)} complaints"]))
    if found:
        print("Run `make lock`, then `make setup`.")
    return 1 if found else 0


def write() -> int:
    """Choose the versions with uv, in an environment of its own."""
    directory = BUILD / "lock"
    python = directory / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", UV], check=True)
    options = ["--universal", "--upgrade", "--python-version", PYTHONS[0], "--no-header", "--no-annotate", "--quiet"]
    command = [str(directory / "bin" / "uv"), "pip", "compile", *options, "--native-tls", REQUIREMENTS]
    chosen = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    LOCK.write_text(HEADER + chosen, encoding="utf-8")
    print(f"{LOCK.name}: {len(chosen.splitlines())} versions")
    return 0


def main(arguments: list[str]) -> int:
    """The exit code of the work that is named."""
    work = {"write": write, "check": check}.get(" ".join(arguments))
    if work is None:
        print(__doc__)
        return 2
    try:
        return work()
    except subprocess.CalledProcessError as error:
        print(f"lock: {error.cmd[0]} ended with exit code {error.returncode}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
