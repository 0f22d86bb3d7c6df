# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data of the page: texts and verdicts once, with a mark where a tenant's own name belongs."""

from __future__ import annotations

import json

from pages.report_rows import NO_LICENSE, report_of, tenant_id, verdict

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.details import page_data
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


def lacking(name):
    return name, {"license": verdict("unmet", "license.none", message=f"{name} has none.", remedy=f"Ask {name}.")}


def data_of(*tenants, ends=()):
    report = Report.from_dict(report_of(*tenants))
    return json.loads(page_data(report, report.shown_checks, ends))


def test_tenants_that_differ_in_their_name_share_every_verdict():
    one, two = data_of(lacking("Contoso")), data_of(lacking("Contoso"), lacking("Fabrikam"))
    assert (one["words"], one["verdicts"]) == (two["words"], two["verdicts"])
    first, second = two["tenants"]
    assert (first[:2], second[:2]) == (["Contoso", tenant_id(1)], ["Fabrikam", tenant_id(2)])
    assert first[2:] == second[2:]
    assert "\x01 has none." in two["words"]


def test_tenant_names_the_check_that_breaks_first():
    broken, fine = data_of(("Contoso", {"license": NO_LICENSE}), ("Fabrikam", {}))["tenants"]
    checks = Report.from_dict(report_of(("Contoso", {}))).shown_checks
    assert (checks[broken[4]], fine[4]) == ("license", -1)


def test_check_that_was_not_made_has_no_verdict():
    document = report_of(("Contoso", {}), ("Fabrikam", {}))
    document["tenants"][1]["access"] = None
    report = Report.from_dict(document)
    _first, second = json.loads(page_data(report, report.shown_checks, ()))["tenants"]
    missing = [check for check, number in zip(report.shown_checks, second[3], strict=True) if number is None]
    assert missing == ["listed", "sign_in", "defender"]


def test_no_text_can_end_the_element_or_begin_another():
    report = Report.from_dict(report_of(lacking("</script><!-- & \u2028")))
    text = str(page_data(report, report.shown_checks, [["<b>", None]]))
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert json.loads(text)["ends"] == [["<b>", ""]]
