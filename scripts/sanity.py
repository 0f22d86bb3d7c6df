# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the whole of `ansible-test sanity` over what is shipped.

    python scripts/sanity.py [OPTION OF ansible-test sanity ...]

ansible-test wants a collection in a real directory of its own, so it gets a copy. Tests, lab and scripts stay out of
it: they are two thirds of the code, never reach a user, and have ruff and mypy.

Each of its tests gets every file, but for `import`: scripts/entry_points.py says which ones are enough. With an option,
ansible-test runs as the option says, `--test import` on every file.
"""

from __future__ import annotations

import importlib.util
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request

from entry_points import CircleError, entry_points
from project_files import BUILD, project_files, refresh_copy
from tool_environment import BIN, tool_environment

BOOTSTRAP_URL = "https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
BOOTSTRAP_CACHE = pathlib.Path("~/.ansible/test/cache")
NOT_SHIPPED = ("LICENSES/CC-BY-4.0.txt", "LICENSES/MIT.txt", "extensions", "lab", "scripts", "tests")
# The oldest Python of the modules.
SETTINGS = pathlib.Path("tests", "config.yml")
# With this ansible-test ends well, although it tested nothing.
NOTHING_SEEN = "All targets skipped"
BOOTSTRAP_FALLBACK = '''\
# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for get-pip.py, which could not be downloaded: the pip that comes with Python will do.

Placed here for ansible-test. Delete this file to have ansible-test download the real one.
"""

import ensurepip
import pathlib
import sysconfig
import zipfile

# Unpacked it works as well as installed, which takes eight seconds, for each of eight environments.
wheels = [*pathlib.Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl")]
if wheels:
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(sysconfig.get_path("purelib"))
else:
    ensurepip.bootstrap(default_pip=True)
'''


def bootstrap_version() -> str | None:
    """The version of pip that the installed ansible-test puts into its environments."""
    spec = importlib.util.find_spec("ansible_test")
    locations = spec.submodule_search_locations if spec else None
    if not locations:
        return None
    source = pathlib.Path(next(iter(locations)), "_internal", "python_requirements.py")
    found = re.search(r"\bpip='([0-9.]+)'", source.read_text(encoding="utf-8")) if source.is_file() else None
    return found.group(1) if found else None


def place_bootstrap(version: str, cache: pathlib.Path, url: str = BOOTSTRAP_URL) -> None:
    """Where ansible-test's bootstrap script for pip can't be downloaded, put one there that needs no network."""
    target = cache / f"get_pip_{version.replace('.', '_')}.py"
    if target.exists() or _answers(url.format(version=version)):
        return
    cache.mkdir(parents=True, exist_ok=True)
    # "x": whatever another run placed there meanwhile stays.
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(BOOTSTRAP_FALLBACK)
    except FileExistsError:
        return
    print(f"sanity: no answer from {url.format(version=version)}; using Python's own pip instead ({target})")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5):  # noqa: S310  (a constant)
            return True
    except (urllib.error.URLError, OSError, ValueError):
        return False


def shipped() -> list[pathlib.Path]:
    """The files that users get, and the settings of ansible-test."""
    return [path for path in project_files() if path == SETTINGS or not any(map(path.is_relative_to, NOT_SHIPPED))]


def main(options: list[str]) -> int:
    """The exit code of ansible-test, or 1 if it looked at nothing."""
    copy = BUILD / "sanity"
    collection = refresh_copy(copy, wanted=shipped())
    # ansible-test asks the nearest Git above for the files; in that of the project, build/ is ignored.
    subprocess.run(["git", "init", "--quiet", str(copy)], check=True)
    version = bootstrap_version()
    if version:
        place_bootstrap(version, BOOTSTRAP_CACHE.expanduser())
    try:
        codes = [_sanity(collection, *part) for part in parts(options)]
    except CircleError as error:
        print(f"sanity: files import each other, so that which one comes first counts: {error}")
        return 1
    return next(filter(None, codes), 0)


def parts(options: list[str]) -> list[list[str]]:
    """The options of each run of ansible-test. Raises CircleError."""
    if options:
        return [options]
    return [["--skip-test", "import"], ["--test", "import", *map(str, entry_points(shipped()))]]


def _sanity(collection: pathlib.Path, *options: str) -> int:
    command = [str(BIN / "ansible-test"), "sanity", "--venv", "--color", "no", "--python", _python_version(), *options]
    code, output = _run(command, collection)
    if code == 0 and (NOTHING_SEEN in output or "Running sanity test" not in output):
        print("sanity: ansible-test found no file to look at")
        return 1
    return code


def _run(command: list[str], directory: pathlib.Path) -> tuple[int, str]:
    """Show the output as it comes, and keep it."""
    lines = []
    with subprocess.Popen(
        command, cwd=directory, env=tool_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or []:
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode, "".join(lines)


def _python_version() -> str:
    """Ours: ansible-test would also try others that it finds on the PATH, whether they run or not."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
