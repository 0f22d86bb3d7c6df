# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipes for CI systems, as they are and with the step that they have as a comment."""

from __future__ import annotations

from project_files import ROOT

RECIPES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/ci").glob("*.yml"))}
_NOTIFY = "# With mto_notify in the inventory: docs/notify.md\n"


def with_notify(text: str) -> str:
    """The recipe in which the step for notify is no comment any more."""
    before, _mark, rest = text.partition(_NOTIFY)
    lines, commented = [], True
    for line in rest.splitlines(keepends=True):
        commented = commented and line.lstrip().startswith("# ")
        lines.append(line.replace("# ", "", 1) if commented else line)
    return f"{before.rstrip(' ')}{''.join(lines)}"
