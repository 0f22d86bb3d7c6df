# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What exists in which Microsoft cloud: from Microsoft's CSDL files to our data and to docs/clouds.md.

python scripts/cloud_table.py --prod v1.0-Prod.csdl --fairfax v1.0-Fairfax.csdl            write both
python scripts/cloud_table.py --prod v1.0-Prod.csdl --fairfax v1.0-Fairfax.csdl --check    exit code 1 where they differ

The files stand in Microsoft's repository msgraph-metadata, in the directory schemas. There is none of beta.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import pathlib
import sys
import typing as t

from csdl import Csdl

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "build" / "collections"))

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS  # noqa: E402
from ansible_collections.m365.defender.plugins.module_utils._microsoft import cloud_features as features  # noqa: E402
from ansible_collections.m365.defender.plugins.module_utils._microsoft.cloud_features import CloudFeatures  # noqa: E402
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import CLOUDS, ENDPOINT_NAMES  # noqa: E402

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DATA: t.Final = ROOT / "plugins" / "module_utils" / "_microsoft" / "cloud_features.py"
PAGE: t.Final = ROOT / "docs" / "clouds.md"
# The global service answers for GCC as well; GCC High and DoD have services of their own [doc deployments].
SCHEMA_OF_CLOUD: t.Final = {"public": "Prod", "gcc": "Prod", "gcc_high": "Fairfax", "dod": "Fairfax"}
# What Microsoft's pages say on their own: the clouds that a path, or what stands below it, exists in [doc].
DOCUMENTED: t.Final[dict[str, tuple[str, ...]]] = {
    "/tenantRelationships/delegatedAdmin": ("public", "gcc"),
    "/security/incidents": ("public", "gcc", "gcc_high", "dod"),
    "/roleManagement/defender": ("public", "gcc", "gcc_high", "dod"),
    "/directory/tenantGovernance": ("public", "gcc"),
}
LINE_LENGTH: t.Final = 120
_LICENCE: t.Final = "Copyright (c) 2026 The m365.defender authors\nSPDX-License-Identifier: GPL-3.0-or-later\n"


def graph_paths() -> list[tuple[str, str]]:
    """Versions, as they are tried, and path, without its query, of everything that is read from Microsoft Graph."""
    reads = [read for _check, _side, read in ALL_READS if read.service == "graph"]
    return sorted({(", else ".join(read.versions), read.path.split("?", 1)[0]) for read in reads})


def make_features(files: Mapping[str, bytes]) -> CloudFeatures:
    """The data, out of the text of the files by the name of the schema."""
    schemas = {name: Csdl(text) for name, text in files.items()}
    paths = [path for version, path in graph_paths() if version == "v1.0"]
    return CloudFeatures(
        sha256={name: hashlib.sha256(text).hexdigest() for name, text in files.items()},
        schema_of_cloud=dict(SCHEMA_OF_CLOUD),
        in_schemas={path: tuple(name for name, schema in schemas.items() if schema.holds(path)) for path in paths},
        documented=dict(DOCUMENTED),
    )


def data_text(found: CloudFeatures) -> str:
    """The Python file that holds the data; the words around it are those that it has now."""
    head, mark, _old = DATA.read_text(encoding="utf-8").partition("FEATURES: t.Final = ")
    rows = [f"    {field.name}={_literal(getattr(found, field.name))}," for field in dataclasses.fields(found)]
    return "\n".join([head + mark + "CloudFeatures(", *rows, ")"]) + "\n"


def _literal(value: Mapping[str, str | tuple[str, ...]]) -> str:
    rows = [f"        {_quoted(key)}: {_value(key, item)}," for key, item in value.items()]
    return "\n".join(["{", *rows, "    }"])


def _value(key: str, item: str | tuple[str, ...]) -> str:
    """As the formatter wants it: what is too long for one line stands on several."""
    if isinstance(item, str):
        return _quoted(item)
    line = f"({', '.join(map(_quoted, item))}{',' if len(item) == 1 else ''})"
    if len(f"        {_quoted(key)}: {line},") <= LINE_LENGTH:
        return line
    return "\n".join(["(", *(f"            {_quoted(name)}," for name in item), "        )"])


def _quoted(text: str) -> str:
    return f'"{text}"'


def page_text(found: CloudFeatures) -> str:
    """docs/clouds.md, out of the data alone."""
    lines = [f"<!--\n{_LICENCE}Written by scripts/cloud_table.py: do not edit by hand.\n-->\n", *_INTRODUCTION]
    lines += _table(["Path", "Version", *CLOUDS], [_path_row(found, *pair) for pair in graph_paths()])
    lines += [*_READING, "## Hosts", "", *_table(["", *CLOUDS], [_host_row(name) for name in ENDPOINT_NAMES])]
    lines += [*_NOT_PUBLISHED, "## Where this comes from", ""]
    lines += _table(["Schema of Graph v1.0", "Clouds", "SHA-256"], [_source_row(found, name) for name in found.sha256])
    return "\n".join(lines).rstrip("\n") + "\n"


_INTRODUCTION: t.Final = (
    "# What exists in which cloud",
    "",
    "`public` is the commercial cloud. `public` and `gcc` share one service of Microsoft Graph. `gcc_high` and `dod`",
    "have services of their own, which share one schema",
    "([national cloud deployments](https://learn.microsoft.com/en-us/graph/deployments)). China is no choice:",
    "the pages about Defender's multitenant management do not name it.",
    "",
    "## Microsoft Graph",
    "",
)
_READING: t.Final = (
    "*csdl*: Microsoft's metadata of Graph v1.0 says it. *doc*: a page of Microsoft says it. Where the two contradict",
    "each other, both stand there. A dash: neither says anything. Of beta we have the pages alone, and no metadata.",
    "",
    "What both deny, or the only one that speaks, is not asked: its evidence says `read.not_in_cloud`. Where they",
    "contradict each other, or say nothing, it is asked, and Graph's answer that it knows no such resource becomes",
    "`read.not_in_cloud`.",
    "",
    "Azure Resource Manager (the operator's list of tenants) exists in every cloud.",
    "",
)
_NOT_PUBLISHED: t.Final = (
    "**Not published.** Nobody has published the address of the multitenant portal of GCC High and of DoD: give it",
    "with `endpoints: {mto: https://...}`, as you see it in the browser. That GCC uses the portal of the public cloud",
    "is our reading of Microsoft's pages, not their word [guess].",
    "",
)


def _path_row(found: CloudFeatures, version: str, path: str) -> list[str]:
    return [f"`{path}`", version, *(_word(found, version, path, cloud) for cloud in CLOUDS)]


def _word(found: CloudFeatures, version: str, path: str, cloud: str) -> str:
    """One word where the sources agree; each with its mark where they do not."""
    told = {
        "csdl": found.by_schema(path, cloud) if version == "v1.0" else None,
        "doc": found.by_documents(path, cloud),
    }
    said: dict[bool, list[str]] = {}
    for mark, answer in told.items():
        if answer is not None:
            said.setdefault(answer, []).append(mark)
    words = [f"{'yes' if answer else 'no'} ({', '.join(marks)})" for answer, marks in said.items()]
    return "; ".join(words) or "-"


def _host_row(name: str) -> list[str]:
    return [f"`{name}`", *(_host(getattr(cloud, name)) for cloud in CLOUDS.values())]


def _host(address: str | None) -> str:
    return address.removeprefix("https://") if address else "not published"


def _source_row(found: CloudFeatures, name: str) -> list[str]:
    clouds = [cloud for cloud, schema in found.schema_of_cloud.items() if schema == name]
    return [f"`v1.0-{name}.csdl`", ", ".join(clouds), f"`{found.sha256[name]}`"]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def write(files: Mapping[str, bytes], *, check: bool = False) -> list[str]:
    """Write data and page; with `check` only compare. Returns the names of files that were not up to date."""
    found = make_features(files)
    stale = []
    for path, text in ((DATA, data_text(found)), (PAGE, page_text(found))):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(text, encoding="utf-8")
    return stale


def stale_without_files() -> list[str]:
    """What can be said where the CSDL files are not at hand: do page, data and reads agree?"""
    found = features.FEATURES
    told = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    stale = [] if told == page_text(found) else [str(PAGE.relative_to(ROOT))]
    known = {path for version, path in graph_paths() if version == "v1.0"}
    return stale if known == set(found.in_schemas) else [*stale, str(DATA.relative_to(ROOT))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description="Write what exists in which Microsoft cloud.")
    parser.add_argument("--prod", type=pathlib.Path, required=True, help="v1.0-Prod.csdl")
    parser.add_argument("--fairfax", type=pathlib.Path, required=True, help="v1.0-Fairfax.csdl")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a file is stale")
    given = parser.parse_args(arguments)
    files = {"Prod": given.prod.read_bytes(), "Fairfax": given.fairfax.read_bytes()}
    stale = write(files, check=given.check)
    for name in stale:
        print(f"{name} {'is not what the files say' if given.check else 'written'}")
    return 1 if stale and given.check else 0


if __name__ == "__main__":
    sys.exit(main())
