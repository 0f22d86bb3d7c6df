# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a baseline for findings of the last report, written into the file that a person keeps."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import yaml

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.acceptance import LINK
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.manual import REPORT
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import quoted
from ansible_collections.m365.defender.plugins.module_utils._core.text import did_you_mean, one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_text
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import Entry, parse_day, read_baseline
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import writable_directory
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import read_previous

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

_WIDEST_NAME: t.Final = 80
_HEAD: t.Final = (
    "---",
    f"# What is accepted, why, by whom, and until when: see {REPORT}#what-is-accepted",
    "accepted:",
)


def accept_options(values: Mapping[str, t.Any]) -> dict[str, object]:
    """Return what the play writes: the file, its new text, and how many findings are accepted. Raises OptionError."""
    path = values["baseline"]
    writable_directory("baseline", str(pathlib.Path(path).parent))
    if not values["report_file"] and not values["report_dir"]:
        raise OptionError("report_file: missing; set it to a report.json, or report_dir to the directory of one.")
    report_file = values["report_file"] or f"{values['report_dir']}/report.json"
    report = read_previous(report_file, None, "report_file")
    findings = _chosen(values["accept"], report.findings if report else ())
    acceptance = {name: values[f"accept_{name}"] for name in ("why", "owner", "until")}
    text, known = "", []
    if os.path.lexists(path):
        known = read_baseline("baseline", path)
        text = read_user_text("baseline", path, "name a file of your own.")
    rows = {finding.id: _row(finding, acceptance) for finding in findings}
    return {
        "baseline": path,
        "baseline_text": _with_rows(text, [entry.id for entry in known], rows),
        "accepted": [f"{one_line(finding.tenant_name)}: {one_line(finding.message)}" for finding in findings],
    }


def _chosen(wanted: Sequence[str], findings: Sequence[Finding]) -> list[Finding]:
    candidates = [finding for finding in findings if finding.check != LINK]
    known = {name for finding in candidates for name in (finding.id, finding.reason)}
    for index, name in enumerate(wanted):
        if name not in known:
            raise OptionError(
                f"accept[{index}]: {quoted(name)} is neither the ID nor the reason of a finding of the report"
                f"{did_you_mean(name, known)}; take one from report.json."
            )
    if not wanted:
        raise OptionError("accept: the list is empty; give IDs or reasons of findings.")
    return [finding for finding in candidates if {finding.id, finding.reason} & {*wanted}]


def _row(finding: Finding, acceptance: Mapping[str, object]) -> list[str]:
    """Return the lines of an entry, which says for people what its id means. Raises OptionError."""
    entry = {"id": finding.id, **acceptance}
    try:
        until = parse_day(acceptance["until"])
        Entry.from_fields(Fields(entry, ""))
    except OptionError as error:
        name, _space, rest = str(error).partition(" ")
        raise OptionError(f"accept_{name}: it {rest}") from None
    if until < timestamp(utc_now())[:10]:
        raise OptionError(f"accept_until: {until} is over; give a later day.")
    return [
        f"# {shortened(one_line(finding.tenant_name), _WIDEST_NAME)}: {one_line(finding.reason)}",
        f"- id: {json.dumps(finding.id)}",
        *(f"  {name}: {json.dumps(one_line(acceptance[name]), ensure_ascii=False)}" for name in ("why", "owner")),
        f"  until: {until}",
    ]


def _with_rows(text: str, known: Sequence[str], rows: Mapping[str, list[str]]) -> str:
    """Return the text of the file with these entries. One of the same finding is replaced; all else stays as it is."""
    key, entries = _list_of(text) if text else (None, None)
    lines, indent, end = text.splitlines(), "", len(text.splitlines())
    if key is None or entries is None:
        lines, end = [*_HEAD], len(_HEAD)
    elif not known:
        end = key.start_mark.line + 1
        lines[end - 1 :] = _HEAD[-1:]
    elif entries.flow_style:
        raise OptionError("baseline: the list accepted is in brackets; write each entry on lines of its own.")
    else:
        indent = " " * entries.start_mark.column
        end = _end(entries.value[-1])
        # From the last one, so that the numbers of the lines before it stay right.
        for name, node in [*zip(known, entries.value, strict=True)][::-1]:
            if name in rows:
                # The comment above it stays.
                new = [indent + line for line in rows[name][1:]]
                end += len(new) - (_end(node) - node.start_mark.line)
                lines[node.start_mark.line : _end(node)] = new
    lines[end:end] = [indent + line for name, row in rows.items() if name not in known for line in row]
    return _checked("".join(f"{line}\n" for line in lines), {*known, *rows})


def _list_of(text: str) -> tuple[yaml.Node, yaml.SequenceNode]:
    """Return the key `accepted` of a file that was read, and its list, with the lines that they are in."""
    root = t.cast("yaml.MappingNode", yaml.compose(text, Loader=yaml.SafeLoader))
    key, entries = root.value[0]
    return key, entries


def _end(entry: yaml.MappingNode) -> int:
    """Return the number of the line after an entry, whose comments do not belong to it."""
    mark = entry.value[-1][1].end_mark
    line: int = mark.line + (1 if mark.column else 0)
    return line


def _checked(text: str, names: Collection[str]) -> str:
    """Return the text, if it has exactly these entries. Raises OptionError."""
    try:
        written = {row.get("id", "") for row in yaml.safe_load(text)["accepted"]}
    except (yaml.YAMLError, AttributeError):
        written = set()
    if written != {*names}:
        raise OptionError("baseline: an entry does not begin with a dash and its first key on one line; write it so.")
    return text
