# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make .venv, or add to it what is missing.

    scripts/setup [demo]

scripts/setup runs this with the Python that .venv is to have, so there is only the standard library here. The screen
gets a line for each step, and one sentence that says what to do if a step fails; what pip says is in build/setup.log.
"""

from __future__ import annotations

import dataclasses
import ensurepip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import typing as t
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up-complete"
LOG = ROOT / "build" / "setup.log"
LINK = ROOT / "build" / "collections" / "ansible_collections" / "m365" / "defender"
LOCK = "requirements-dev.lock"
SCRIPTS = ("scripts/setup", "scripts/make_venv.py")
# Settings with which pip would install elsewhere than into .venv.
NEVER_PASSED_ON = ("PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "PYTHON")
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "PIP_PROXY")
# A sign of life while pip downloads: after so many packages.
COUNTED = 20
# The pip of Python 3.12.1 compares each file that an index has of a package with some thousand tags, one by one.
NEWER_PIP = "pip>=26,<27"
PIP = '#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n'


@dataclasses.dataclass(frozen=True)
class Level:
    """What an environment is for."""

    name: str
    requirements: str
    megabytes: int


LEVELS = {
    "demo": Level("demo", "requirements-demo.txt", 150),
    "all": Level("all", "requirements-dev.txt", 700),
}


class SetUpError(Exception):
    """Why .venv cannot be made, and what to do about it."""


def fingerprint() -> dict[str, str]:
    """All that .venv depends on but its level: the place (its scripts hold the path), the Python, the files."""
    files = (*SCRIPTS, LOCK, *sorted(path.name for path in ROOT.glob("requirements*.txt")))
    texts = {name: (ROOT / name).read_bytes() for name in files if (ROOT / name).is_file()}
    return {
        "root": str(ROOT),
        "python": f"{os.path.realpath(sys.executable)} {sys.version}",
        **{name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
    }


def level_that_is_there(wanted: dict[str, str]) -> str:
    """The level for which .venv was completed, empty if it has to be made from nothing."""
    try:
        stamp: dict[str, t.Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    level = str(stamp.pop("level", ""))
    return level if stamp == wanted and (VENV / "bin" / "python").exists() else ""


def make(level: Level) -> None:
    """Make .venv, or add what is missing. Without its stamp, a .venv is made from nothing the next time."""
    wanted = fingerprint()
    there = level_that_is_there(wanted)
    if there in {level.name, "all"}:
        return
    started = time.monotonic()
    demand_space(level)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    STAMP.unlink(missing_ok=True)
    if there:
        tell(f"adding the packages of {level.requirements} to .venv")
    else:
        tell(f"making .venv with Python {sys.version.split()[0]} ({os.path.realpath(sys.executable)})")
        make_empty_environment()
    install(level)
    temporary = STAMP.with_suffix(".new")
    temporary.write_text(json.dumps({**wanted, "level": level.name}, indent=1), encoding="utf-8")
    temporary.replace(STAMP)
    tell(f"done in {time.monotonic() - started:.0f} s")


def demand_space(level: Level) -> None:
    """Raise SetUpError where the packages would not fit."""
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < level.megabytes:
        raise SetUpError(
            f"only {free} MB are free where {ROOT} is, and .venv needs {level.megabytes} MB: free some space, or move "
            "the clone to another disk."
        )


def make_empty_environment() -> None:
    """Make .venv from nothing. Where it is a link to another tree's, only the link goes."""
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    wheel = wheel_of_pip()
    done = subprocess.run(
        [sys.executable, "-I", "-m", "venv", *(["--without-pip"] if wheel else []), str(VENV)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    LOG.write_text(done.stdout, encoding="utf-8", errors="backslashreplace")
    if done.returncode:
        raise SetUpError(explain(done.stdout) or f"Python could not make a virtual environment: {LOG} says why.")
    if wheel:
        unpack_pip(wheel)


def wheel_of_pip() -> pathlib.Path | None:
    """Return the pip that comes with this Python. Debian keeps it elsewhere: there, venv installs it."""
    return next(pathlib.Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl"), None)


def unpack_pip(wheel: pathlib.Path) -> None:
    """Unpacked, pip works as well as installed by venv, which takes five seconds more of a processor's time."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(next(VENV.glob("lib/python3.*/site-packages")))
    command = VENV / "bin" / "pip"
    command.write_text(PIP, encoding="utf-8")
    command.chmod(0o755)


def install(level: Level) -> None:
    """Install the packages of a level, in the versions of the lock file."""
    # Python compiles what it imports when it does: compiling all takes longer than the demo has to.
    options = ["--no-compile", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-color"]
    constraints = ["-c", LOCK] if (ROOT / LOCK).is_file() else []
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, "-r", level.requirements, *constraints]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NEVER_PASSED_ON)}
    tell(f"downloading the packages of {level.requirements}")
    renew_pip(options, kept)
    output = []
    with (
        subprocess.Popen(
            command, cwd=ROOT, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as pip,
        LOG.open("a", encoding="utf-8", errors="backslashreplace") as log,
    ):
        for line in pip.stdout or ():
            log.write(line)
            output.append(line)
            show_progress(line, output)
    if pip.returncode:
        raise SetUpError(explain("".join(output)) or f"pip could not install the packages: {LOG} says why.")


def renew_pip(options: list[str], environment: dict[str, str]) -> None:
    """Have a newer pip do the work, in half of the time. Where there is none, the one that is there does it."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, "--no-deps", "--retries", "0", NEWER_PIP]
    with LOG.open("a", encoding="utf-8") as log:
        subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=log, stderr=subprocess.STDOUT)


def show_progress(line: str, output: list[str]) -> None:
    """Tell the steps of pip."""
    collected = sum(earlier.startswith("Collecting ") for earlier in output)
    if line.startswith("Collecting ") and collected % COUNTED == 0:
        tell(f"  {collected} packages so far")
    elif line.startswith("Installing collected packages:"):
        tell(f"installing {line.count(',') + 1} packages")
    elif "Retrying" in line and sum("Retrying" in earlier for earlier in output) == 1:
        tell("the package index does not answer; pip tries again")


# What pip or venv says, and the sentence for it. The first that fits is the cause: at its end, pip says that it found
# no package, whatever the cause was.
CAUSES = {
    r"ProxyError|[Cc]onnect to proxy|Tunnel connection failed": (
        "pip gets no answer through the proxy that {proxies} names: correct or unset it."
    ),
    r"No space left on device|Disk quota exceeded": (
        "the disk of {root} or of the temporary directory is full: free some space, or set TMPDIR to another disk."
    ),
    r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|SSLError": (
        "pip does not trust the certificate of the package index: set PIP_CERT to the file of your organization's "
        "certificate authority."
    ),
    r"\b40[13] (Client )?Error|\b401 Unauthorized|\b403 Forbidden|User for .*:": (
        "the package index refuses pip: correct the credentials in pip's configuration or in PIP_INDEX_URL."
    ),
    r"Failed to establish|Failed to connect|Name or service not known|resolution|timed out|unreachable"
    r"|Connection(Error| refused| reset| aborted)": (
        "pip cannot reach a package index: check the network, set HTTPS_PROXY to your proxy, or set PIP_INDEX_URL to "
        "a mirror."
    ),
    r"Permission denied|Read-only file system": (
        "{root} cannot be written: make it yours, or clone the repository into a directory of your own."
    ),
    r"No matching distribution found for (?P<package>[^\s;]+)": (
        "the package index has no {package} for Python {python}: use a complete index (PIP_INDEX_URL), or another "
        "Python: make demo PYTHON=/path/to/python3.12"
    ),
}


def explain(output: str) -> str:
    """Return the sentence for what pip or venv said, empty if it is nothing known."""
    for pattern, sentence in CAUSES.items():
        found = re.search(pattern, output)
        if found:
            # The names only: the address of a proxy may hold a password.
            names = [name for name in PROXIES if os.environ.get(name)]
            return sentence.format(
                proxies=" or ".join(names) or "pip's configuration",
                root=ROOT,
                python=f"{sys.version_info.major}.{sys.version_info.minor}",
                package=found.groupdict().get("package", ""),
            )
    return ""


def link_collection() -> None:
    """Ansible, mypy and pytest find the collection by its name; the link is the working tree itself."""
    if LINK.exists() and LINK.samefile(ROOT):
        return
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.unlink(missing_ok=True)
    LINK.symlink_to(pathlib.Path("..", "..", "..", ".."), target_is_directory=True)


def tell(text: str) -> None:
    """A line on the screen."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Exit code 0 if .venv is there."""
    # A locale without UTF-8 shall not make a path with an umlaut an error.
    if hasattr(sys.stderr, "reconfigure"):
        sys.stderr.reconfigure(errors="backslashreplace")
    try:
        make(LEVELS[arguments[0]])
        link_collection()
    except SetUpError as error:
        tell(str(error))
    except OSError as error:
        tell(explain(str(error.strerror)) or f"{error.filename}: {error.strerror}.")
    except KeyboardInterrupt:
        tell("interrupted; the next run makes .venv from nothing.")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
