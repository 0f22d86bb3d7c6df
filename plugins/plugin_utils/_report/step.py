# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last step of a run, all in one: the report is made, its files are written, and lines say what is in it."""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import read_baseline, with_acceptances
from ansible_collections.m365.defender.plugins.plugin_utils._report.comparison import compare, gone_findings
from ansible_collections.m365.defender.plugins.plugin_utils._report.customers import (
    DIRECTORY,
    file_stem,
    report_of_customer,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import (
    file_mode,
    made_directory,
    writable_directory,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.history import (
    FILE_NAME,
    history_text,
    with_history,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import eligible_tenants, make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import FAIL_ON, FAIL_WORDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import read_previous
from ansible_collections.m365.defender.plugins.plugin_utils._report.results import (
    Names,
    read_results,
    registered_evidence,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.saved import read_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines
from ansible_collections.m365.defender.plugins.plugin_utils._report.views import MAX_TENANTS

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, Spec
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

SPEC: t.Final[Spec] = {
    "requirements": {"type": "str"},
    "access": {"type": "str"},
    "registration": {"type": "str"},
    "report_file": {"type": "path"},
    "eligible_only": {"type": "bool", "default": False},
    "report_dir": {"type": "path"},
    "report_formats": {
        "type": "list",
        "elements": "str",
        "choices": list(formats_by_name()),
        "default": list(formats_by_name()),
    },
    "report_mode": {"type": "raw", "default": "0600"},
    "report_per_tenant": {"type": "bool", "default": False},
    "evidence_dir": {"type": "path"},
    "max_tenants": {"type": "int", "default": MAX_TENANTS},
    "report_previous": {"type": "path"},
    "baseline": {"type": "path"},
    "fail_on": {
        "type": "list",
        "elements": "str",
        "choices": list(FAIL_ON),
        "default": ["required", "unknown", "registration"],
    },
}
CONSTRAINTS: t.Final[Constraints] = {
    "mutually_exclusive": [("requirements", "report_file")],
    "required_one_of": [("requirements", "report_file")],
    "required_by": dict.fromkeys(
        ("access", "registration", "evidence_dir", "report_previous", "baseline"), ("requirements",)
    ),
}
# What files are called that are not the report.
_TITLES: t.Final = {"evidence.json": "Evidence", FILE_NAME: "History"}
# The one that a person opens first.
_FOR_PEOPLE: t.Final = ("html", "json")
_FOR_CUSTOMERS: t.Final = ("html", "csv")


class _File(t.NamedTuple):
    """A file of the report: the option that says where, its name there or in a directory below, and its text."""

    option: str
    directory: str
    name: str
    mode: object
    text: t.Callable[[], str]
    below: str = ""


def report_step(options: Mapping[str, t.Any], variables: Mapping[str, object], width: int) -> dict[str, object]:
    """Return the result of the action, as its documentation says. Raises OptionError."""
    names = Names(options["requirements"], options["access"] or None, options["registration"] or None)
    if options["eligible_only"]:
        results = read_results(names, variables)
        return {"changed": False, "eligible": eligible_tenants(results.run, results.rows)}
    problems: list[str] = []
    if options["report_file"]:
        report = read_report(option_name("report_file"), options["report_file"])
    else:
        results = read_results(names, variables)
        report = make_report(results.run, results.rows, results.checks, results.team, options["max_tenants"])
        report = _compared(dataclasses.replace(report, view=results.view), options)
        problems += [f"The multitenant view was not compared. {results.problem}"] if results.problem else []
    paths = _written(_files(options, report, names, variables), problems)
    lines = summary_lines(report, width=width, report_file=_first_to_open(paths))
    failing = _failing(report, options["fail_on"])
    problems += [_sentence(failing, _first_to_open(paths), report, options["fail_on"])] if failing else []
    return {
        "changed": False,
        **report.without_verdicts(),
        "failing": failing,
        "failure": " ".join(problems),
        "files": list(paths.values()),
        "lines": [
            *lines,
            *_file_lines(paths),
        ],
    }


def _compared(report: Report, options: Mapping[str, t.Any]) -> Report:
    """Return the report with what is new, what is accepted, and the history up to now. Raises OptionError."""
    directory = options["report_dir"]
    found = read_previous(options["report_previous"], directory, option_name("report_previous"))
    not_compared = "" if found is None else found.difference(report.run)
    previous = None if not_compared else found
    gone = gone_findings(report, previous)
    if options["baseline"]:
        entries = read_baseline(option_name("baseline"), options["baseline"])
        report = with_acceptances(report, entries, (*gone.unread, *gone.left_out))
    return with_history(compare(report, previous, gone, not_compared), directory, previous)


def _files(
    options: Mapping[str, t.Any], report: Report, names: Names, variables: Mapping[str, object]
) -> Iterator[_File]:
    if options["evidence_dir"]:
        yield _File(
            option_name("evidence_dir"),
            options["evidence_dir"],
            "evidence.json",
            "0600",
            # No person reads it, and indented it would take ten times as long to make.
            lambda: json.dumps(registered_evidence(names, variables), sort_keys=True) + "\n",
        )
    if options["report_dir"]:
        known = formats_by_name()
        for kind in (known[name] for name in options["report_formats"]):
            text = functools.partial(kind.render, report)
            yield _File(option_name("report_dir"), options["report_dir"], kind.file_name, options["report_mode"], text)
        if options["report_per_tenant"]:
            yield from _customer_files(options, report)
    if options["report_dir"] and not options["report_file"]:
        text = functools.partial(history_text, report, options["report_dir"])
        yield _File(option_name("report_dir"), options["report_dir"], FILE_NAME, "0600", text)


def _customer_files(options: Mapping[str, t.Any], report: Report) -> Iterator[_File]:
    """Yield a page and a table for each customer, in a directory that only its owner can enter."""
    option, mode, known = option_name("report_dir"), options["report_mode"], formats_by_name()
    for row in report.tenants:
        own = report_of_customer(report, row)
        for kind in (known[name] for name in _FOR_CUSTOMERS):
            name = f"{file_stem(row.tenant_id)}{pathlib.PurePath(kind.file_name).suffix}"
            text = functools.partial(kind.render, own)
            yield _File(option, options["report_dir"], name, mode, text, DIRECTORY)


def _file_lines(paths: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each file; those of the customers share one."""
    own = {name: path for name, path in paths.items() if pathlib.PurePath(path).parent.name != DIRECTORY}
    for name, path in own.items():
        yield f"{_TITLES.get(name, 'Report')}: {path}"
    others = [path for name, path in paths.items() if name not in own]
    if others:
        yield f"Customers: {len(others)} files in {pathlib.PurePath(others[0]).parent}"


def _written(files: Iterator[_File], problems: list[str]) -> dict[str, str]:
    """Write the files, and return their full paths by name. What cannot be written does not lose the others."""
    paths: dict[str, str] = {}
    for file in files:
        try:
            mode = file_mode(option_name("report_mode"), file.mode)
            directory = writable_directory(file.option, file.directory)
            directory = made_directory(file.option, directory, file.below) if file.below else directory
            path = f"{directory}/{file.name}"
            write_file(file.option, path, file.text(), mode)
            paths[file.name] = path
        except OptionError as error:
            problems += [] if str(error) in problems else [str(error)]
    return paths


def _first_to_open(paths: Mapping[str, str]) -> str:
    known = formats_by_name()
    return next((paths[name] for name in (known[kind].file_name for kind in _FOR_PEOPLE) if name in paths), "")


def _failing(report: Report, fail_on: Sequence[str]) -> dict[str, int]:
    """Return how many findings fail the run, by the word of `mto_fail_on`; a word without findings is left out.

    `new` leaves out what is not new, and without another word is about all kinds. What is accepted fails nothing.
    """
    words = [word for word in FAIL_WORDS if word in fail_on] or (FAIL_WORDS if "new" in fail_on else ())
    states = ("new",) if "new" in fail_on else ("new", "open")
    counts = collections.Counter(finding.fail_word for finding in report.findings if finding.state in states)
    return {word: counts[word] for word in words if counts[word]}


def _sentence(failing: Mapping[str, int], first: str, report: Report, fail_on: Sequence[str]) -> str:
    number = sum(failing.values())
    kinds = ", ".join(f"{count} {word}" for word, count in failing.items())
    where = f", or open {first}" if first else ""
    new = "new " if "new" in fail_on else ""
    alone = new and report.changes.previous_at is None
    return (
        f"{number} {new}{'finding fails' if number == 1 else 'findings fail'} the play ({kinds}): see the summary above"
        f"{where}. {'There was no earlier report to compare with. ' if alone else ''}"
        f"Set {option_name('fail_on')} to choose which kinds do."
    )
