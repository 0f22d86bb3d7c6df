# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run reuse on a copy of the project's files.

    python scripts/licenses.py

Other gates write beside it: a file that is made while reuse walks through the tree has no license.
"""

from __future__ import annotations

import subprocess
import sys

from project_files import BUILD, refresh_copy
from tool_environment import BIN


def main() -> int:
    """Return the exit code of reuse."""
    copy = refresh_copy(BUILD / "reuse")
    return subprocess.run([str(BIN / "reuse"), "--root", str(copy), "lint", "--lines"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
