# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the parts of the docs that come from the code's own data: docs/permissions.md and docs/reasons.md.

python scripts/generate_docs.py           write them
python scripts/generate_docs.py --check   exit code 1 where they are not what the code says
"""

from __future__ import annotations

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "build" / "collections"))

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS, CATALOGUE  # noqa: E402
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names  # noqa: E402

HEAD = """<!--
Copyright (c) 2026 The m365.defender authors
SPDX-License-Identifier: GPL-3.0-or-later
Written by scripts/generate_docs.py from the code's own data: do not edit by hand.
-->
"""


def permissions_page() -> str:
    """One row per read. Any permission of a cell will do; the first allows least."""
    lines = [
        HEAD,
        "# Permissions per read",
        "",
        "Any one permission of a cell is enough; the first one allows least. Grant that one: the others stand here",
        "because they would do as well. A dash means that this identity does not make the read. Where both identities",
        "are given, the app reads, and the operator reads what the app may not.",
        "",
        "A person needs a role in that tenant as well, where the last column names some: any one of them is enough,",
        "and the first one allows least. A dash there means that we know of none, not that Microsoft asks for none.",
        "",
        "| Check | Tenant | Read | Path | App | Operator (delegated) | Roles of a person that may read it |",
        "|---|---|---|---|---|---|---|",
    ]
    for check, side, read in ALL_READS:
        path = f"`{read.path.split('?', 1)[0]}`" + _versions(read.versions)
        cells = [check, side, read.title, path, _names(read.app), _names(read.delegated), _roles(read.readers)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _versions(versions: tuple[str, ...]) -> str:
    """Told where there is more than one."""
    return f" ({', else '.join(versions)})" if len(versions) > 1 else ""


def _names(permissions: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in permissions) or "-"


def _roles(template_ids: tuple[str, ...]) -> str:
    """Roles by name; the service asks a person alone for one."""
    return role_names(template_ids) or "-"


def reasons_page() -> str:
    """One row per reason: what it says and who must do what. Braces are filled by the run."""
    lines = [
        HEAD,
        "# Reasons",
        "",
        "A reason is stable: programs may rely on it. Words in braces are filled by the run. A reason that explains",
        "another check (its own name stands before the dot) makes that check `unknown`.",
        "",
        "| Reason | Status | What it says | Who must do what |",
        "|---|---|---|---|",
    ]
    for name, row in CATALOGUE.reasons.items():
        lines.append(f"| `{name}` | {row.status} | [{_cell(row.sentence)}]({row.doc_url}) | {_cell(row.remedy)} |")
    lines += ["", "## Caveats", "", "Doubts beside a verdict that do not change it.", ""]
    lines += ["| Caveat | What it says | Who must do what |", "|---|---|---|"]
    for name, (sentence, remedy, doc_url, _actionable) in CATALOGUE.caveats.items():
        lines.append(f"| `{name}` | [{_cell(sentence)}]({doc_url}) | {_cell(remedy)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


PAGES = {"docs/permissions.md": permissions_page, "docs/reasons.md": reasons_page}


def main() -> int:
    """Write, or compare."""
    stale = []
    for name, make in PAGES.items():
        path, text = ROOT / name, make()
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    for name in stale:
        print(f"{name} is not what the code says; run: python scripts/generate_docs.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
