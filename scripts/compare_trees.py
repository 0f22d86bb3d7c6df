# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare what two checkouts of this project say about the same tenants.

    python scripts/compare_trees.py BEFORE AFTER [--tenants 1000] [--seed 7] [--world NAME_OR_PATH ...] [--lab TREE]

One lab serves both checkouts, so that both read the same answers. Everything that modules and report filters return is
compared, but for times, request ids and sentences, of which only the presence counts; renamed keys count as equal.
Evidence is judged again by both checkouts from what BEFORE has saved. Exit code 1 if anything differs, 2 if a run gives
no result.

The generator makes no faults. The one fault of the demo world, a throttle that ends after a second, is met by BEFORE
alone; it delays an answer and changes none.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import re
import sys
import tempfile
import typing as t
import xml.etree.ElementTree as ET

from tree_answers import RENAMED, Document, Json, RunError, collect, start_lab

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WORLDS: t.Final = ("demo", "depth", "methods", "disabled", "unlisted")
SHOWN: t.Final = 5
# What a person reads: one text, or a list of texts.
SENTENCES: t.Final = {
    "message",
    "remedy",
    "msg",
    "instructions",
    "problems",
    "reads",
    "summary",
    "warnings",
}
# Parts of a sentence that the details of a saved problem hold in words.
WORDS: t.Final = {"hint", "identity", "said", "what", "who"}
MOMENTS: t.Final = {"at", "generated_at", "judged_at", "now", "read_at", "taken_at"}
PER_REQUEST: t.Final = {"request_id"}
# Keys that tell the rows of a list apart; the first that does so is taken.
IDENTITIES: t.Final = (
    ("id",),
    ("tenant_id",),
    ("tenant_id", "identity", "permission"),
    ("what", "identity", "url"),
    ("tenant_id", "what", "object"),
    ("reason", "object"),
    ("suite", "case"),
)
# Ids of tenants, and reasons.
_WORD: t.Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[a-z_]+\.[a-z_0-9]+\b")


class Difference(t.NamedTuple):
    """Where two documents differ, and what each says there."""

    path: str
    before: str
    after: str


def comparable(value: Json, key: str = "") -> Json:
    """Return a document without what may differ: times, ids of requests, wording, and renamed keys."""
    if key in MOMENTS | PER_REQUEST:
        return value if value is None else f"({key})"
    if key in SENTENCES and isinstance(value, (str, list)):
        return _presence(value)
    if key == "junit" and isinstance(value, str):
        return junit_outline(value)
    if isinstance(value, dict):
        if isinstance(value.get("html"), str):
            value = {**value, "html": html_outline(str(value["html"]), value.get("report"))}
        if key == "details":
            value = {name: "(words)" if name in WORDS else item for name, item in value.items()}
        renamed = {RENAMED.get(name, name): item for name, item in value.items()}
        return {name: comparable(item, name) for name, item in renamed.items()}
    return [comparable(item) for item in value] if isinstance(value, list) else value


def _presence(value: str | list[Json]) -> Json:
    """Say that there is a sentence, or how many there are."""
    if isinstance(value, str):
        return "(sentence)" if value else ""
    return f"({len(value)} sentences)"


def junit_outline(text: str) -> Json:
    """Return what CI servers count: suites and cases with their names, outcomes and types."""
    root = ET.fromstring(text)  # noqa: S314  (our own report)
    suites: list[Json] = [{"suite": suite.get("name"), **_counts(suite), **_properties(suite)} for suite in root]
    cases: list[Json] = [
        {
            "suite": suite.get("name"),
            "case": f"{case.get('classname')} {case.get('name')}",
            "outcome": [f"{result.tag} {result.get('type', '')}".rstrip() for result in case],
        }
        for suite in root
        for case in suite.iter("testcase")
    ]
    return {"totals": _counts(root), "suites": suites, "cases": cases}


def html_outline(text: str, report: Json) -> Document:
    """Return how often a page names each tenant and each reason of its report."""
    meant = _values(report, {"tenant_id", "reason"})
    return dict(sorted(collections.Counter(word for word in _WORD.findall(text) if word in meant).items()))


def _values(value: Json, keys: set[str]) -> set[Json]:
    """Return the texts that stand under these keys, at any depth."""
    if isinstance(value, list):
        return set().union(*(_values(item, keys) for item in value))
    if not isinstance(value, dict):
        return set()
    own = {item for key, item in value.items() if key in keys and isinstance(item, str)}
    return own.union(*(_values(item, keys) for item in value.values()))


def _counts(element: ET.Element) -> Document:
    return {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")}


def _properties(suite: ET.Element) -> Document:
    return {str(row.get("name")): row.get("value") for row in suite.iter("property")}


def differences(before: Json, after: Json, path: str = "") -> Iterator[Difference]:
    """Find every difference between two comparable documents."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _between_objects(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _between_lists(before, after, path)
    # A number and a truth value are equal in Python, and not in a report.
    elif before != after or type(before) is not type(after):
        yield Difference(path, _shown(before), _shown(after))


def _between_objects(before: Mapping[str, Json], after: Mapping[str, Json], path: str) -> Iterator[Difference]:
    for key in (*before, *(key for key in after if key not in before)):
        below = f"{path}.{key}" if path else key
        if key not in after:
            yield Difference(below, _shown(before[key]), "(missing)")
        elif key not in before:
            yield Difference(below, "(missing)", _shown(after[key]))
        else:
            yield from differences(before[key], after[key], below)


def _between_lists(before: list[Json], after: list[Json], path: str) -> Iterator[Difference]:
    """Compare rows by what identifies them, so that a lost row is one difference, and then their order."""
    keys = _identity(before, after)
    rows_before = _by_identity(before, keys)
    rows_after = _by_identity(after, keys)
    shared_before = [name for name in rows_before if name in rows_after]
    shared_after = [name for name in rows_after if name in rows_before]
    if shared_before != shared_after:
        yield Difference(f"{path} (order)", _shown([*shared_before]), _shown([*shared_after]))
    for name in (*rows_before, *(name for name in rows_after if name not in rows_before)):
        below = f"{path}[{name}]"
        if name not in rows_after:
            yield Difference(below, _shown(rows_before[name]), "(missing)")
        elif name not in rows_before:
            yield Difference(below, "(missing)", _shown(rows_after[name]))
        else:
            yield from differences(rows_before[name], rows_after[name], below)


def _identity(*lists: Sequence[Json]) -> tuple[str, ...]:
    """Choose the keys that tell the rows of both lists apart; none means by position."""
    for keys in IDENTITIES:
        if all(_tells_apart(rows, keys) for rows in lists):
            return keys
    return ()


def _tells_apart(rows: Sequence[Json], keys: tuple[str, ...]) -> bool:
    names = [_name(row, keys) for row in rows if isinstance(row, dict) and set(keys) <= set(row)]
    return len(names) == len(rows) == len(set(names))


def _by_identity(rows: list[Json], keys: tuple[str, ...]) -> Document:
    return {_name(row, keys) if keys else str(number): row for number, row in enumerate(rows)}


def _name(row: Json, keys: tuple[str, ...]) -> str:
    return ", ".join(str(row[key]) for key in keys) if isinstance(row, dict) else ""


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}... ({len(text)} characters)"


def count_verdicts(value: Json) -> int:
    """Count the verdicts in a document."""
    if isinstance(value, dict):
        own = int({"status", "severity", "reason", "caveats"} <= set(value))
        return own + sum(map(count_verdicts, value.values()))
    return sum(map(count_verdicts, value)) if isinstance(value, list) else 0


def count_values(value: Json) -> int:
    """Count the values in a document, so that a comparison of nothing is noticed."""
    if isinstance(value, (dict, list)):
        return sum(map(count_values, value.values() if isinstance(value, dict) else value))
    return 1


class Comparison(t.NamedTuple):
    """What was compared in one result, and where it differs."""

    verdicts: int
    values: int
    differences: list[Difference]

    def __str__(self) -> str:
        """Word the counts."""
        return f"{self.verdicts} verdicts, {self.values} values, {len(self.differences)} differences"


def compare(before: Document, after: Document) -> dict[str, Comparison]:
    """Compare all results of two checkouts; a result that only one of them has is a difference."""
    compared: dict[str, Comparison] = {}
    for name in (*before, *(name for name in after if name not in before)):
        old, new = (comparable(results.get(name, "(missing)")) for results in (before, after))
        compared[name] = Comparison(count_verdicts(old), count_values(old), [*differences(old, new, name)])
    return compared


def print_comparison(world: str, tenants: int, compared: Mapping[str, Comparison]) -> int:
    """Print a line for each result and its first differences; return how many differences there are."""
    for name, comparison in compared.items():
        print(f"  {name}: {comparison}")
        for difference in comparison.differences[:SHOWN]:
            print(f"    {difference.path}\n      before: {difference.before}\n      after:  {difference.after}")
    total = Comparison(
        sum(comparison.verdicts for comparison in compared.values()),
        sum(comparison.values for comparison in compared.values()),
        [difference for comparison in compared.values() for difference in comparison.differences],
    )
    print(f"{world}: {tenants} tenants, {total}", flush=True)
    return len(total.differences)


def compare_world(options: argparse.Namespace, name: str, world: Mapping[str, Json]) -> int:
    """Let both checkouts judge one world and print the comparison."""
    with start_lab(options.lab or options.after, world) as lab, tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        before = collect(options.before, lab, place)
        after = collect(options.after, lab, place, before.evidence)
    return print_comparison(name, len(lab.tenants), compare(before.results, after.results))


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description="Compare what two checkouts say about the same tenants.")
    parser.add_argument("before", type=pathlib.Path, metavar="BEFORE")
    parser.add_argument("after", type=pathlib.Path, metavar="AFTER")
    parser.add_argument("--tenants", type=int, default=1000, help="how many to generate; 0 for none (default 1000)")
    parser.add_argument("--seed", type=int, default=7, help="which world to generate (default 7)")
    parser.add_argument("--world", nargs="*", default=[*WORLDS], help="worlds of the lab, by name or path")
    parser.add_argument(
        "--lab", type=pathlib.Path, metavar="TREE", help="the checkout whose lab serves (default AFTER)"
    )
    return parser.parse_args()


def main() -> int:
    """Compare every world, although one should differ."""
    options = arguments()
    worlds: dict[str, dict[str, Json]] = {
        name: {"world": str(pathlib.Path(name).resolve()) if pathlib.Path(name).is_file() else name}
        for name in options.world
    }
    if options.tenants:
        generated = f"generated (seed {options.seed})"
        worlds[generated] = {"tenants": options.tenants, "seed": options.seed}
    try:
        total = sum(compare_world(options, name, world) for name, world in worlds.items())
    except RunError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"compare_trees: {total} differences")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
