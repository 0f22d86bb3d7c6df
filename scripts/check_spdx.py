# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every source file says whose it is and under which licence, and that licence stands in LICENSES/."""

from __future__ import annotations

import pathlib
import re
import sys

from project_files import ROOT, project_files

CHECKED_SUFFIXES = {".cfg", ".ini", ".j2", ".py", ".rst", ".sh", ".toml", ".txt", ".yaml", ".yml"}
CHECKED_NAMES = {".ansible-lint", ".gitignore", ".yamllint", "Makefile"}
# The licence texts themselves.
EXEMPT_DIRECTORY = "LICENSES"
HEADER_LINES = 6
COPYRIGHT = re.compile(r"Copyright \(c\) 20\d\d The m365\.defender authors$", re.MULTILINE)
LICENSE = re.compile(r"SPDX-License-Identifier: ([\w.+-]+)$", re.MULTILINE)


def complaints_about(name: str, text: str, licenses: set[str]) -> list[str]:
    """What is wrong with the header of one file."""
    header = "\n".join(text.splitlines()[:HEADER_LINES])
    license_id = LICENSE.search(header)
    found = []
    if not COPYRIGHT.search(header):
        found.append(
            f"{name}: no line `Copyright (c) <year> The m365.defender authors` in its first {HEADER_LINES} lines"
        )
    if not license_id:
        found.append(f"{name}: no line `SPDX-License-Identifier: ...` in its first {HEADER_LINES} lines")
    elif license_id.group(1) not in licenses:
        found.append(f"{name}: the text of {license_id.group(1)} is missing in LICENSES/")
    return found


def needs_header(path: pathlib.Path, text: str) -> bool:
    """Source files and scripts do; an empty file has nothing to license."""
    if not text.strip() or path.parts[0] == EXEMPT_DIRECTORY:
        return False
    return path.suffix in CHECKED_SUFFIXES or path.name in CHECKED_NAMES or text.startswith("#!")


def read(path: pathlib.Path) -> str:
    """Text of a file; a binary file has no header to look for."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def main() -> int:
    """Print every complaint; exit code 1 if there is one."""
    licenses = {path.stem for path in (ROOT / EXEMPT_DIRECTORY).glob("*.txt")}
    texts = {path: read(ROOT / path) for path in project_files()}
    checked = {path: text for path, text in texts.items() if needs_header(path, text)}
    found = [line for path, text in checked.items() for line in complaints_about(str(path), text, licenses)]
    print("\n".join([*found, f"{len(checked)} files checked, {len(found)} complaints"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
