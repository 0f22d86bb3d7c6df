# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of the report, for any rows: nothing broken goes untold, nothing is told twice, any text stays text."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import ACCESS_CHECKS, GENERATED_AT, REQUIREMENTS, caveat, evidence, report_of, tenant_id, verdict
from report_documents import body, junit
from reports import failing_findings, made_report, page_of, summary_of

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import RequirementRow
from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant, Verdict
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import FAIL_ON, KINDS, Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import WIDEST_NAME

REASONS = (
    *("access.gdap_expired", "access.not_listed", "sign_in.refused", "license.none", "permissions.no_role"),
    *("consent.app_not_in_tenant", "read.throttled", "defender.role_missing", "defender.not_provisioned"),
    "check.not_chosen",
)
CAUSES = (None, None, "consent", "access", "sign_in", "license", "permissions", "defender", "listed", "registration")
# Half surrogate pairs, control characters and all: JSON can carry them.
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=40),
    st.text("<>&\"'/]-=:;{}% \n\x00\x1b[\u202e\ud800\ufffehttps.", max_size=40),
)


def verdicts(statuses=("met", "unmet", "unknown", "not_applicable"), reasons=REASONS):
    """Any verdict, whether it makes sense or not."""
    return st.builds(
        verdict,
        st.sampled_from(statuses),
        st.sampled_from(reasons),
        severity=st.sampled_from(["required", "required", "recommended"]),
        caused_by=st.sampled_from(CAUSES),
        object=st.sampled_from(["", "a", "b"]),
        remedy=st.sampled_from(["Do this.", "Do that."]),
        caveats=st.lists(st.builds(caveat, st.sampled_from(["x.y", "x.z"]), actionable=st.booleans()), max_size=2),
    )


def tenants(of):
    """The checks of a tenant, all of them."""
    return st.fixed_dictionaries(dict.fromkeys((*REQUIREMENTS, *ACCESS_CHECKS), of))


FLEETS = st.lists(
    st.tuples(st.sampled_from(["Contoso", "Fabrikam", "T"]), tenants(verdicts()), st.booleans()), max_size=6
)


def report_from(fleet):
    """A report in which `ready` and `status` are what the rows claim, true or not."""
    needs, access = {}, []
    for number, (name, rows, claim) in enumerate(fleet, 1):
        head = {"tenant_id": tenant_id(number), "name": name, "reason": None, "first_broken": None}
        needs[head["tenant_id"]] = {**head, "ready": claim, "requirements": {key: rows[key] for key in REQUIREMENTS}}
        status = "verified" if claim else "unverified"
        access.append({**head, "status": status, "method": "gdap", **{key: rows[key] for key in ACCESS_CHECKS}})
    run = {"generated_at": GENERATED_AT, "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}
    return made_report(needs, access, **run)


@given(FLEETS)
def test_broken_is_told_and_nothing_is_told_twice(fleet):
    report = report_from(fleet)
    ids = [finding["id"] for finding in report["findings"]]
    assert len(set(ids)) == len(ids)
    for row in Report.from_dict(report).tenants:
        broken = [check for check, judged in row.verdicts.items() if judged.breaks]
        told = [f for f in report["findings"] if f["tenant_id"] == row.tenant_id and f["severity"] == "required"]
        assert bool(broken) is bool(told) is (row.first_broken is not None)
        if broken:
            assert row.eligible is False


@given(FLEETS)
def test_every_finding_has_its_kind_and_its_word(fleet):
    report = report_from(fleet)
    words = [len(failing_findings(report, [word])) for word in FAIL_ON]
    assert sum(words) == len(report["findings"])
    for finding in report["findings"]:
        assert finding["kind"] in KINDS
        assert (finding["kind"] == "advice") is (finding["severity"] == "recommended")
        assert finding["reason"] != "check.not_chosen"


@given(FLEETS)
def test_every_finding_has_its_entry_or_shares_one(fleet):
    report = report_from(fleet)
    entries = sum(line.startswith("- ") for line in summary_of(report, width=10_000))
    assert bool(entries) is bool(report["findings"])
    assert entries <= len(report["findings"])


@given(FLEETS)
def test_formats_of_any_rows(fleet):
    report = report_from(fleet)
    assert junit(report).get("tests") == str(7 * len(fleet) if fleet else 0)
    assert len(body(report).findall(".//section[@class='each']/details")) == len(fleet)


@given(st.dictionaries(st.sampled_from(REQUIREMENTS), verdicts(reasons=REASONS[:-1]), max_size=4))
def test_first_broken_is_the_one_of_the_requirements_module(rows):
    """RequirementRow has the same rule for requirements alone."""
    rows = {check: rows[check] for check in REQUIREMENTS if check in rows}
    for check, row in rows.items():
        # What a judge of requirements may say: MFA trust is never required, and `listed` is no link.
        row["severity"] = "recommended" if check == "mfa_trust" else row["severity"]
        row["caused_by"] = "access" if row["caused_by"] == "listed" else row["caused_by"]
    judged = {
        check: Verdict(check, **{key: row[key] for key in row if key not in ("caveats", "evidence")})
        for check, row in rows.items()
    }
    row = {**RequirementRow(Tenant("t", "T"), judged).as_dict(), "requirements": rows}
    run = {"generated_at": GENERATED_AT, "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}
    assert made_report({"t": row}, **run)["tenants"][0]["first_broken"] == row["first_broken"]


WORKLIST = {
    *(("section",), ("h2",), ("ol", "class"), ("li",), ("p",), ("strong",), ("bdi",)),
    ("a", "href", "rel"),
}


def without_worklist(page):
    """Take the section about who acts first out of the page; return it, if there is one."""
    found = [row.getparent() for row in page.iter("ol") if row.get("class") == "actors"]
    for section in found:
        section.getparent().remove(section)
    return found


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_stays_text(name, words):
    """Whatever other people write, the page has the elements that it has with plain words, and the file is valid."""

    def shown(foreign_name, foreign):
        told = {"message": foreign, "remedy": f"{foreign_name} does it.", "doc_url": foreign, "object": "x" + foreign}
        piece = evidence(f"x{foreign}", url=f"x{foreign}", request_id=f"x{foreign}")
        row = verdict(
            "unmet", "license.none", **told, evidence=[piece], caveats=[caveat("x.y", actionable=True, **told)]
        )
        return report_of((foreign_name, {"license": row, "listed": row}), operator="x" + foreign)

    report, plain = body(shown(name, words.replace("https", ""))), body(shown("plain", "words"))
    # A remedy that names no actor, as here, is read as one if the name looks like one: it then has our elements only.
    assert {(e.tag, *e.keys()) for part in without_worklist(report) for e in part.iter()} <= WORKLIST
    without_worklist(plain)
    assert [(e.tag, e.keys()) for e in report.iter()] == [(e.tag, e.keys()) for e in plain.iter()]
    report = shown(name, words.replace("https", ""))
    data = body(report).find(".//script[@id='data']").text
    assert not {*data} & {*"<>&\u2028\u2029"}
    assert one_line(name) in json.loads(data)["tenants"][0]
    junit(report)
    page_of(report).encode()
    lines = summary_of(report, width=10_000)
    assert any(shortened(one_line(name) or tenant_id(1), WIDEST_NAME) in line for line in lines)
    for line in lines:
        assert one_line(line) == " ".join(line.split())
