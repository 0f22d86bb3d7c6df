# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run what Ansible Galaxy runs on an artifact that somebody uploads.

    python scripts/importer.py

galaxy-importer holds old versions of packages that .venv has in new ones, so it gets an environment of its own, in
which these stand before those of .venv.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from artifact import build
from environments import make_environment
from project_files import BUILD
from tool_environment import tool_environment

PACKAGES = ("galaxy-importer~=0.4.44",)
CONFIGURATION = BUILD / "importer" / "galaxy-importer.cfg"
# Without them, a configuration of the machine would count. ansible-lint is a gate of its own.
SETTINGS = "[galaxy-importer]\nCHECK_REQUIRED_TAGS = True\nRUN_ANSIBLE_LINT = False\n"
ENDED_WELL = "Importer processing completed successfully"


def complaints(output: str) -> list[str]:
    """What the importer has against the artifact: it ends with exit code 0 after a warning."""
    return re.findall(r"^(?:WARNING|ERROR|CRITICAL):.*$", output, re.MULTILINE)


def main() -> int:
    """Exit code 0 if the importer has nothing to say."""
    bin_directory = make_environment("importer", PACKAGES, with_ours=True)
    # The gate `artifact` may build at the same time.
    artifact = build(CONFIGURATION.parent)
    CONFIGURATION.write_text(SETTINGS, encoding="utf-8")
    environment = tool_environment()
    environment |= {
        "PATH": f"{bin_directory}{os.pathsep}{environment['PATH']}",
        "GALAXY_IMPORTER_CONFIG": str(CONFIGURATION),
    }
    command = [str(bin_directory / "python"), "-m", "galaxy_importer.main", str(artifact)]
    done = subprocess.run(
        command,
        cwd=CONFIGURATION.parent,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout)
    return 1 if done.returncode or ENDED_WELL not in done.stdout or complaints(done.stdout) else 0


if __name__ == "__main__":
    sys.exit(main())
