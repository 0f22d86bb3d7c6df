# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed is told once, to whom it concerns, and nobody's name is markup."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import verdict

from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.change import change_for, known_before
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.messages import message_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import parse_routes

CONTOSO, FABRIKAM = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2))
URL = "https://hooks.slack.com/services/T0/B0/secret"


def finding(state="new", tenant_id=CONTOSO, name="Contoso", **fields):
    return {
        "id": "1",
        "tenant_id": tenant_id,
        "tenant_name": name,
        "operator": "anna@northwind.example",
        "check": "license",
        "severity": "required",
        "status": "unmet",
        "reason": "license.none",
        "object": "",
        "message": f"{name} has no license.",
        "remedy": f"Billing Administrator of {name}: buy a license.",
        "doc_url": "https://learn.microsoft.com/",
        "state": state,
        **fields,
    }


def expiry(ends, tenant_id=CONTOSO, name="Contoso"):
    return {
        "tenant_id": tenant_id,
        "tenant_name": name,
        "what": "gdap_relationship",
        "object": "1",
        "name": "SOC",
        "ends": ends,
        "days_left": 1,
        "auto_extend": False,
    }


def report(findings=(), resolved=(), expiries=(), before="2026-11-01T04:00:00Z"):
    counts = ("declared", "ready", "findings")
    changes = dict.fromkeys(("new", "resolved", "unread", "left_out", "worse", "better"), 0)
    names = {CONTOSO: "Contoso", FABRIKAM: "Fabrikam"}
    return {
        "home_tenant_id": "11111111-0000-4000-8000-000000000001",
        "operator": "anna@northwind.example",
        "cloud": "public",
        "generated_at": "2026-11-02T04:00:00Z",
        "changes": {**changes, "previous_at": before, "not_compared": ""},
        "summary": dict.fromkeys(counts, 0),
        "tenants": [
            {"tenant_id": key, "name": name, "ready": True, "requirements": {"license": verdict()}}
            for key, name in names.items()
        ],
        "findings": [{**row, "id": f"found {index}"} for index, row in enumerate(findings)],
        "resolved": [{**row, "id": f"gone {index}"} for index, row in enumerate(resolved)],
        "expiries": list(expiries),
    }


def sent(data, *entries, **groups):
    """The messages to channels that were never told anything."""
    made = Report.from_dict(data)
    routes = parse_routes(entries or ({"to": "slack", "url": URL},), groups)
    messages = (message_of(change_for(route, made, known_before(made)), route) for route in routes)
    return [message.as_dict() for message in messages if message]


def test_only_change_is_told():
    accepted = [finding("open"), finding("accepted")]
    assert sent(report(accepted, [finding("accepted")])) == []
    (message,) = sent(report([*accepted, finding()], [finding("open", FABRIKAM, "Fabrikam")]))
    assert message["subject"] == "Defender multitenant management: 1 new, 1 resolved"
    assert message["text"] == (
        "New:\n- Contoso: Contoso has no license. Billing Administrator of Contoso: buy a license.\n\n"
        "Resolved:\n- Fabrikam: no longer found: Fabrikam has no license."
    )


@pytest.mark.parametrize(
    ("ends", "before", "told"),
    [
        ("2026-11-09T05:00:00Z", "2026-11-01T04:00:00Z", False),
        ("2026-11-09T03:00:00Z", "2026-11-01T04:00:00Z", True),
        ("2026-11-09T03:00:00Z", "2026-11-02T03:30:00Z", False),
        ("2026-11-03T03:00:00Z", "2026-11-01T04:00:00Z", True),
        ("2026-11-02T03:00:00Z", "2026-11-01T04:00:00Z", False),
        ("2026-11-09T03:00:00Z", None, False),
    ],
    ids=["later", "seven days", "told before", "one day", "over", "first run"],
)
def test_end_is_told_once_when_it_comes_near(ends, before, told):
    messages = sent(report(expiries=[expiry(ends)], before=before))
    assert [message["subject"].endswith("1 ends soon") for message in messages] == [True] * told


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ({}, ["Contoso", "Fabrikam"]),
        ({"actor": ["billing administrator of F*"]}, ["Fabrikam"]),
        ({"reason": ["access.*"]}, ["Fabrikam"]),
        ({"tenants": [CONTOSO.upper()]}, ["Contoso"]),
        ({"group": ["customers"], "reason": ["license.*"]}, []),
        ({"group": ["customers"]}, ["Fabrikam"]),
    ],
)
def test_entry_gets_what_it_is_for(only, names):
    rows = [finding(), finding("new", FABRIKAM, "Fabrikam", reason="access.gdap_missing")]
    texts = [row["text"] for row in sent(report(rows), {"to": "slack", "url": URL, "only": only}, customers=[FABRIKAM])]
    assert [name for text in texts for name in ("Contoso", "Fabrikam") if f"- {name}:" in text] == names


HOSTILE = st.text() | st.sampled_from(
    [
        "\U0001f600" * 900,
        "[x](https://evil.example)",
        "<!channel>",
        "<@U1>",
        "*b*",
        "a\r\nBcc: x",
        "\x1b[2J",
        "\u202eabc",
        "x" * 5000,
        "{{ a }}",
    ]
)


@given(HOSTILE, HOSTILE)
def test_name_is_plain_text_in_every_channel_and_size_is_bounded(name, other):
    entries = [{"to": "teams", "url": URL}, {"to": "slack", "url": URL}, {"to": "mail", "mail": ["a@b.example"]}]
    rows = [finding(name=name) for _number in range(200)]
    teams, slack, mail = sent(report(rows, [finding("open", name=other)]), *entries)
    for row in teams["body"]["attachments"][0]["content"]["body"]:
        assert row["type"] == "RichTextBlock"
        assert [run["type"] for run in row["inlines"]] == ["TextRun"]
    assert {block["text"]["type"] for block in slack["body"]["blocks"]} == {"plain_text"}
    assert all(len(block["text"]["text"]) <= 3000 for block in slack["body"]["blocks"])
    assert slack["body"]["text"] == mail["subject"] == "Defender multitenant management: 200 new, 1 resolved"
    assert " more are in the report." in mail["text"]
    assert len(mail["text"].split("\n")) <= 15
    assert not any(c in mail["text"] for c in "\r\x1b\u202e")
    for message in (teams, slack, mail):
        assert len(json.dumps(message["body"])) < 28_000
        assert "secret" not in json.dumps(message)
