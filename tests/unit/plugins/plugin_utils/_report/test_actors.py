# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who acts first: every remedy of the catalogue, and names that look like a part of one."""

from __future__ import annotations

import dataclasses
import re

import pytest
from remedies import actors_of
from report_findings import ACTIONABLE, finding

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step


def filled(template):
    """An actor of the catalogue with the names of the finding."""
    names = {"{tenant}": "Contoso", "{home}": "Northwind", "{operator}": "anna@northwind.example"}
    return re.sub(r"\{\w+\}", lambda found: names.get(found[0], f"({found[0][1:-1]} not known)"), template)


@pytest.mark.parametrize("reason", ACTIONABLE)
def test_first_actor_of_every_remedy(reason):
    remedy = (CATALOGUE.reasons.get(reason) or CATALOGUE.caveats[reason]).remedy
    actors = [] if remedy.startswith("No action needed") else actors_of(remedy)
    first, *others = map(filled, actors or [""])
    step = first_step(finding(1, reason, "Contoso"))
    assert (step.actor, step.group) == (first, first.replace("Contoso", "each tenant"))
    # An actor who is named amid a sentence stays in it.
    stays = "If this persists," in remedy or "if this was a mistake," in remedy
    assert stays or not any(f"{other}: " in step.what for other in others)


@pytest.mark.parametrize(
    ("name", "remedy", "actor", "group", "what"),
    [
        ("A: B", "Administrator of A: B: do it.", "Administrator of A: B", "Administrator of each tenant", "do it."),
        ("Of of", "Administrator of Of of: do it.", "Administrator of Of of", "Administrator of each tenant", "do it."),
        ("", "Administrator of t: do it.", "Administrator of t", "Administrator of t", "do it."),
        ("X", "User of X Y: do it.", "User of X Y", "User of X Y", "do it."),
        ("X", "Buy a license.", "", "", "Buy a license."),
        ("X", "No action needed here. Fix access first.", "", "", "Fix access first."),
        ("X", "No action needed.", "", "", ""),
        ("X", "", "", "", ""),
    ],
)
def test_names_and_remedies_of_other_forms(name, remedy, actor, group, what):
    row = dataclasses.replace(finding(1), tenant_name=name, remedy=remedy)
    assert first_step(row)[:3] == (actor, group, what)


def test_what_the_others_do_is_left_to_them():
    step = first_step(finding(1, "access.gdap_expired", "Contoso"))
    assert step.what == (
        "request a new GDAP relationship in Partner Center"
        " (https://partner.microsoft.com/commerce/granularadminaccess/list)."
    )
    assert step.steps.endswith("or Global Administrator of Contoso: approve it.")
