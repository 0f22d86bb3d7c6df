# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison of two checkouts finds what matters, and nothing else."""

from __future__ import annotations

import json
import sys
import typing as t

import compare_trees
import pytest
from compare_trees import Difference, compare, html_outline, junit_outline, print_comparison
from tree_answers import Answers, Lab, RunError, rename_keys

if t.TYPE_CHECKING:
    import pathlib

    from tree_answers import Document, Json

JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="1" errors="0" skipped="0"><testsuite name="Contoso" tests="1" failures="1" errors="0"
 skipped="0" timestamp="2026-11-27T12:00:00"><properties><property name="tenant_id" value="t1"/></properties>
<testcase name="access" classname="mto.Contoso"><failure type="access.none" message="{sentence}">{sentence}</failure>
</testcase></testsuite></testsuites>"""


def verdict(**changes: Json) -> Document:
    """Make a verdict with one caveat and one piece of evidence."""
    evidence: Document = {"what": "guest", "identity": "app", "url": "https://graph/users", "mark": "doc", "data": {}}
    caveat: Json = {"reason": "access.ends_soon", "object": "r1", "message": "It ends.", "to_act_on": True}
    return {
        "status": "unmet",
        "severity": "required",
        "reason": "access.none",
        "message": "There is no access.",
        "caused_by": None,
        "caveats": [caveat],
        "evidence": [{**evidence, "at": "2026-11-27T12:00:00Z", "request_id": "1"}],
        **changes,
    }


def result(*tenants: str, **changes: Json) -> Document:
    """Make a result with a row for each tenant."""
    rows: list[Json] = [
        {"tenant_id": tenant_id, "ready": False, "verdict": verdict(**changes)} for tenant_id in tenants
    ]
    return {"facts": {"read_at": "2026-11-27T12:00:00Z", "tenants": rows}}


def found(before: Document, after: Document) -> list[Difference]:
    """Compare the only result of both checkouts."""
    (comparison,) = compare(before, after).values()
    return comparison.differences


def test_equal_outputs_have_no_difference_and_are_counted() -> None:
    comparison = compare(result("t1", "t2"), result("t1", "t2"))["facts"]
    assert comparison.differences == []
    assert comparison.verdicts == 2
    assert comparison.values > 20


def test_renamed_keys_sentences_times_and_request_ids_may_differ() -> None:
    after = json.loads(
        json.dumps(rename_keys(result("t1", message="No access.")))
        .replace("It ends.", "The relationship ends.")
        .replace("12:00:00Z", "12:00:07Z")
        .replace('"request_id": "1"', '"request_id": "2"')
    )
    assert '"provenance": "doc"' in json.dumps(after)
    assert '"actionable": true' in json.dumps(after)
    assert found(result("t1"), after) == []


def test_a_changed_reason_is_found() -> None:
    after = result("t1", reason="access.gdap_expired")
    assert found(result("t1"), after) == [
        Difference("facts.tenants[t1].verdict.reason", "'access.none'", "'access.gdap_expired'")
    ]


def test_a_lost_row_is_one_difference() -> None:
    (lost,) = found(result("t1", "t2", "t3"), result("t1", "t3"))
    assert lost.path == "facts.tenants[t2]"
    assert lost.after == "(missing)"


def test_another_order_of_rows_is_found() -> None:
    (order,) = found(result("t1", "t2"), result("t2", "t1"))
    assert order == Difference("facts.tenants (order)", "['t1', 't2']", "['t2', 't1']")


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("message", "There is no access.", ""),
        ("caused_by", None, "consent"),
        ("caveats", [{"reason": "a", "object": ""}], []),
        ("evidence", [{"what": "guest", "mark": "doc"}], [{"what": "guest", "provenance": "guess"}]),
        ("ready", True, 1),
        ("warnings", ["One."], ["One.", "Two."]),
        ("read_at", None, "2026-11-27T12:00:00Z"),
    ],
)
def test_a_changed_value_is_found(key: str, before: Json, after: Json) -> None:
    assert len(found({"facts": {key: before}}, {"facts": {key: after}})) == 1


def test_a_result_that_only_one_checkout_has_is_found() -> None:
    compared = compare(result("t1"), {**result("t1"), "more": {}})
    assert {name: len(comparison.differences) for name, comparison in compared.items()} == {"facts": 0, "more": 1}


def junit_report(sentence: str = "A.", reason: str = "access.none") -> Document:
    """Make a result with a JUnit report."""
    return {"report": {"junit": JUNIT.format(sentence=sentence).replace("access.none", reason)}}


def test_junit_is_compared_by_outcome() -> None:
    assert found(junit_report(), junit_report(sentence="Another one.")) == []
    (difference,) = found(junit_report(), junit_report(reason="access.gdap_expired"))
    assert difference.after == "'failure access.gdap_expired'"
    assert junit_outline(JUNIT) != junit_outline(JUNIT.replace('failures="1"', 'failures="0"', 1))


def test_a_page_is_compared_by_the_tenants_and_reasons_of_its_report() -> None:
    tenant_id, request_id = "ae3b3761-11e5-4d05-8891-4ccaa0d7aec1", "765d92c1-386f-41e0-aaed-f4bcf67205c9"
    report: Json = {"tenants": [{"tenant_id": tenant_id, "reason": "access.none"}]}
    page = f"<p>{tenant_id} <code>access.none</code> access.none learn.microsoft {request_id}</p>"
    assert html_outline(page, report) == {"access.none": 2, tenant_id: 1}


def test_the_first_differences_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_comparison("demo", 1, compare(result("t1"), result("t1", reason="access.gdap_expired"))) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("  facts: 1 verdicts, ")
    assert lines[1:4] == [
        "    facts.tenants[t1].verdict.reason",
        "      before: 'access.none'",
        "      after:  'access.gdap_expired'",
    ]
    assert lines[-1].startswith("demo: 1 tenants, 1 verdicts, ")
    assert lines[-1].endswith(", 1 differences")


class FakeLab:
    """A lab that serves nothing."""

    def __enter__(self) -> Lab:
        """Return a lab with one tenant."""
        return Lab({}, [{"tenant_id": "t1"}])

    def __exit__(self, *_error: object) -> None:
        """Stop."""


@pytest.mark.parametrize(("after", "code"), [("access.none", 0), ("access.gdap_expired", 1), (None, 2)])
def test_the_exit_code_says_how_it_ended(
    after: str | None, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def collect(tree: pathlib.Path, *_given: object) -> Answers:
        if tree.name == "after" and after is None:
            raise RunError("mto_tenant: no result")
        return Answers(result("t1", reason=after if tree.name == "after" else "access.none"), {})

    monkeypatch.setattr(compare_trees, "start_lab", lambda *_given: FakeLab())
    monkeypatch.setattr(compare_trees, "collect", collect)
    monkeypatch.setattr(sys, "argv", ["compare_trees.py", "before", "after", "--world", "demo", "--tenants", "0"])
    assert compare_trees.main() == code
    assert ("mto_tenant: no result" in capsys.readouterr().err) is (code == 2)
