# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mails to copy: one for each person or role that acts, and none that names another customer."""

from __future__ import annotations

import dataclasses

from report_findings import finding

from ansible_collections.m365.defender.plugins.plugin_utils._report.mails import mails_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist

RUN = RunInfo("2026-11-23T12:00:00Z", "home-id", "anna@northwind.example", "public", "Northwind")


def mails(*findings):
    return [mail for work in worklist(findings) for mail in mails_of(work, RUN)]


def test_each_customer_gets_a_mail_that_names_no_other():
    found = mails(finding(1, name="Contoso"), finding(2, name="Fabrikam"), finding(3, name="Contoso"))
    assert [mail.to for mail in found] == [
        "Billing Administrator of Contoso",
        "Billing Administrator of Fabrikam",
        "Billing Administrator of Contoso",
    ]
    assert [("Contoso" in mail.text, "Fabrikam" in mail.text) for mail in found] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    # Two customers of the same name are two customers.
    assert len({mail.text for mail in found}) == 3


def test_own_people_get_one_mail_about_all_tenants():
    (mail,) = mails(*(finding(number, "access.gdap_missing") for number in (1, 2)))
    assert (mail.to, mail.subject) == ("Partner administrator of Northwind", "Defender access to 2 tenants: 2 tasks")
    assert [line for line in mail.text.split("\n") if line[:2] in ("1.", "2.")] == [
        f"{number}. There is no GDAP relationship between Northwind and Tenant {number} Ltd." for number in (1, 2)
    ]
    assert "   To do: Request a GDAP relationship in " in mail.text
    assert mail.text.endswith("Operator: anna@northwind.example\nHome tenant: Northwind home-id")


def test_mail_that_is_too_long_to_read_counts_the_rest():
    (mail,) = mails(*(finding(number, "access.gdap_missing") for number in range(1, 24)))
    assert ("20. " in mail.text, "21. " in mail.text) == (True, False)
    assert "And 3 more: see the report." in mail.text


def test_nobody_gets_a_mail_where_nobody_acts():
    idle = dataclasses.replace(finding(1), remedy="No action needed. Run again in an hour.")
    assert mails(idle) == []
