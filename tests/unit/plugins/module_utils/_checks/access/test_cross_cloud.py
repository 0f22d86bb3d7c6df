# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant in another cloud: the home tenant's half of Microsoft's recipe, item by item."""

from __future__ import annotations

import dataclasses

import pytest
from bodies import data_of
from evidence import TENANT_ID, case, gdap_evidence, piece, relationship, unread
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import (
    CLOUD_DEFAULT,
    CLOUD_ENDPOINTS,
    CLOUD_PARTNER,
    crosses,
    shape_clouds,
    shape_sides,
)
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

RECIPE = {
    "collaboration_inbound": "blocked",
    "collaboration_outbound": "allowed",
    "direct_connect_inbound": "blocked",
    "direct_connect_outbound": "blocked",
}
UNTOUCHED = {**RECIPE, "collaboration_inbound": "allowed"}
SILENT = dict.fromkeys(RECIPE)
US, COMMERCIAL = "microsoftonline.us", "microsoftonline.com"


def settings(clouds=(COMMERCIAL,), default=None, partner=None):
    """What the home tenant has set: as in the recipe, unless told; without a partner entry the default holds."""
    default = RECIPE if default is None else default
    entry = {"found": False} if partner is None else {"found": True, "sides": {**SILENT, **partner}}
    return {
        CLOUD_ENDPOINTS.key: piece(CLOUD_ENDPOINTS.key, {"clouds": None if clouds is None else list(clouds)}),
        CLOUD_DEFAULT.key: piece(CLOUD_DEFAULT.key, {"found": True, "sides": {**SILENT, **default}}),
        CLOUD_PARTNER.key: piece(CLOUD_PARTNER.key, entry),
    }


def judge(evidence, home="gcc_high", cloud="public", access="b2b"):
    """The verdict `access` as a run in `home` tells it of a tenant in `cloud`."""
    problem = Problem("read.other_cloud", {"cloud": cloud, "run_cloud": home, "tenant": "Contoso"})
    asked = ("organization", "accounts_by_mail", "accounts_by_other_mails", "accounts_by_upn")
    nothing = {key: dataclasses.replace(unread(key), problem=problem) for key in asked}
    return judge_requirements(case({**nothing, **evidence}, access=access, cloud=cloud)).verdicts["access"]


def caveats_of(verdict):
    return {caveat.reason.rpartition(".")[2]: caveat for caveat in verdict.caveats}


@pytest.mark.parametrize(
    ("given_settings", "missing"),
    [
        (settings(), ()),
        (settings(partner=RECIPE, default=UNTOUCHED), ()),
        (settings(partner={"collaboration_inbound": "blocked"}, default=UNTOUCHED), ()),
        (settings(default=UNTOUCHED), ("B2B collaboration, inbound: blocked",)),
        (settings(partner={"collaboration_inbound": "allowed"}), ("B2B collaboration, inbound: blocked",)),
        (settings(partner={"collaboration_inbound": "in_part"}), ("B2B collaboration, inbound: blocked",)),
        (settings(partner={"collaboration_outbound": "blocked"}), ("B2B collaboration, outbound: allowed",)),
        (settings(partner={"direct_connect_inbound": "allowed"}), ("B2B direct connect, inbound: blocked",)),
        (settings(partner={"direct_connect_outbound": "allowed"}), ("B2B direct connect, outbound: blocked",)),
        (settings(clouds=()), ("Microsoft cloud settings: microsoftonline.com allowed",)),
        (settings(clouds=[US]), ("Microsoft cloud settings: microsoftonline.com allowed",)),
        (
            settings(clouds=(), default=UNTOUCHED),
            ("Microsoft cloud settings: microsoftonline.com allowed", "B2B collaboration, inbound: blocked"),
        ),
    ],
)
def test_missing_items_of_the_home_half_are_named(given_settings, missing):
    verdict = judge(given_settings)
    assert (verdict.status, verdict.reason) == ("unknown", "read.other_cloud")
    found = caveats_of(verdict)
    assert set(found) == {"cross_cloud_target", *(["cross_cloud_home"] if missing else [])}
    if missing:
        assert f"Missing for Contoso: {'; '.join(missing)}." in found["cross_cloud_home"].message
        assert all(item in found["cross_cloud_home"].remedy for item in missing)
        assert found["cross_cloud_home"].actionable


@pytest.mark.parametrize(
    ("given_settings", "words"),
    [
        ({}, "It was not read."),
        (
            {**settings(), CLOUD_ENDPOINTS.key: unread(CLOUD_ENDPOINTS.key)},
            "microsoftonline.com allowed. cross_cloud_endpoints",
        ),
        ({**settings(), CLOUD_PARTNER.key: unread(CLOUD_PARTNER.key)}, "cross_cloud_partner: read.throttled."),
        ({**settings(), CLOUD_DEFAULT.key: unread(CLOUD_DEFAULT.key)}, "cross_cloud_default: read.throttled."),
        (settings(clouds=None), "The answer does not say."),
        (settings(partner={"collaboration_outbound": "not_told"}), "B2B collaboration, outbound: allowed. The answer"),
        (settings(default=SILENT), "The answer does not say."),
        (settings(partner={"collaboration_outbound": "in_part"}), "It is allowed only for some users or applications."),
    ],
)
def test_items_that_are_not_known_are_told_apart(given_settings, words):
    verdict = judge(given_settings)
    found = caveats_of(verdict)
    assert words in found["cross_cloud_not_read"].message
    assert "cross_cloud_home" not in found
    assert not found["cross_cloud_not_read"].actionable


def test_target_has_settings_to_look_at():
    caveat = caveats_of(judge(settings()))["cross_cloud_target"]
    assert caveat.actionable
    assert "Microsoft cloud settings: microsoftonline.us allowed" in caveat.remedy
    assert "inbound: allowed" in caveat.remedy
    assert "outbound: blocked" in caveat.remedy
    assert "multifactor authentication trusted" in caveat.remedy


def test_a_commercial_home_tenant_is_not_documented():
    assert "cross_cloud_direction" not in caveats_of(judge(settings()))
    found = caveats_of(judge(settings(clouds=[US]), home="public", cloud="dod"))
    assert set(found) == {"cross_cloud_target", "cross_cloud_direction"}
    assert "microsoftonline.com allowed" in found["cross_cloud_target"].remedy


def test_clouds_that_share_a_sign_in_need_no_recipe():
    assert not judge(settings(), home="gcc_high", cloud="dod").caveats
    same = {(cloud, other) for cloud in CLOUDS for other in CLOUDS if not crosses(cloud, other)}
    assert {frozenset(pair) for pair in same if len(set(pair)) == 2} == {
        frozenset(("public", "gcc")),
        frozenset(("gcc_high", "dod")),
    }
    assert not crosses("public", None)


def test_evidence_of_the_home_tenant_stands_beside_the_verdict():
    assert {CLOUD_ENDPOINTS.key, CLOUD_DEFAULT.key, CLOUD_PARTNER.key} <= {
        row.what for row in judge(settings()).evidence
    }


def test_tenant_in_the_runs_cloud_is_left_alone():
    evidence = {**settings(), "organization": piece("organization", {"id": TENANT_ID, "name": "Contoso"})}
    verdict = judge_requirements(case(evidence, access="b2b")).verdicts["access"]
    assert not verdict.caveats


def setting(users="allowed", apps="allowed", user_targets=("AllUsers",), app_targets=("AllApplications",)):
    def part(access, targets):
        return {"accessType": access, "targets": [{"target": name, "targetType": "user"} for name in targets]}

    return {"usersAndGroups": part(users, user_targets), "applications": part(apps, app_targets)}


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (setting(), "allowed"),
        (setting("Allowed", "ALLOWED"), "allowed"),
        (setting("blocked", "blocked"), "blocked"),
        (setting("blocked"), "blocked"),
        (setting(apps="blocked"), "blocked"),
        (setting(user_targets=["11111111-0000-4000-8000-000000000001"]), "in_part"),
        (setting(app_targets=["Office365"]), "in_part"),
        (setting("blocked", user_targets=["11111111-0000-4000-8000-000000000001"]), "in_part"),
        (setting(user_targets=()), "in_part"),
        (setting("unknownFutureValue"), "not_told"),
        ({"usersAndGroups": None, "applications": setting()["applications"]}, "not_told"),
        ({"usersAndGroups": setting("blocked")["usersAndGroups"]}, "blocked"),
        ({}, "not_told"),
        (None, None),
    ],
)
def test_side_of_a_policy(body, state):
    assert data_of(shape_sides, {"b2bCollaborationInbound": body})["sides"]["collaboration_inbound"] == state


@pytest.mark.parametrize(
    ("body", "clouds"),
    [
        ({"allowedCloudEndpoints": ["MicrosoftOnline.us"]}, [US]),
        ({"allowedCloudEndpoints": []}, []),
        ({"value": {"allowedCloudEndpoints": [US]}}, [US]),
        ({"value": {"displayName": "as in Microsoft's example"}}, None),
        ({"allowedCloudEndpoints": None}, None),
    ],
)
def test_clouds_that_are_allowed(body, clouds):
    assert data_of(shape_clouds, body) == {"clouds": clouds}


STATES = st.sampled_from(["allowed", "blocked", "in_part", "not_told", None])


@given(
    clouds=st.none() | st.lists(st.sampled_from([US, COMMERCIAL]), unique=True),
    default=st.fixed_dictionaries(dict.fromkeys(RECIPE, STATES)),
    partner=st.none() | st.fixed_dictionaries(dict.fromkeys(RECIPE, STATES)),
    blurred=st.sets(st.sampled_from([CLOUD_ENDPOINTS.key, CLOUD_DEFAULT.key, CLOUD_PARTNER.key])),
    clouds_of=st.sampled_from([("gcc_high", "public"), ("dod", "gcc"), ("public", "dod")]),
)
def test_access_stays_unknown_and_silence_means_all_in_place(clouds, default, partner, blurred, clouds_of):
    evidence = settings(clouds, default, partner)
    verdict = judge({**evidence, **{key: unread(key) for key in blurred}}, *clouds_of)
    assert (verdict.status, verdict.reason) == ("unknown", "read.other_cloud")
    found = caveats_of(verdict)
    assert "cross_cloud_target" in found
    if not found.keys() & {"cross_cloud_home", "cross_cloud_not_read"}:
        sides = {side: (partner or {}).get(side) or default[side] for side in RECIPE}
        assert sides == RECIPE
        assert (US if clouds_of[1] == "dod" else COMMERCIAL) in clouds
        assert CLOUD_ENDPOINTS.key not in blurred
        assert CLOUD_PARTNER.key not in blurred


# GDAP has no way into another cloud: its empty list says nothing about the tenant.


@pytest.mark.parametrize("access", ["gdap", "auto"])
def test_without_a_relationship_the_other_cloud_is_the_reason(access):
    verdict = judge({**settings(), **gdap_evidence()}, access=access)
    assert (verdict.status, verdict.reason) == ("unknown", "read.other_cloud")
    assert "Contoso is in cloud public" in verdict.message
    assert "cross_cloud_target" in caveats_of(verdict)


def test_list_of_relationships_stands_beside_it():
    verdict = judge({**settings(), **gdap_evidence()}, access="gdap")
    assert "gdap_relationships" in [item.what for item in verdict.evidence]


@pytest.mark.parametrize(
    ("row", "reason"),
    [(relationship(), "access.gdap_in_force"), (relationship("terminated"), "access.gdap_terminated")],
)
def test_relationship_that_is_there_keeps_its_word(row, reason):
    assert judge({**settings(), **gdap_evidence(row)}, access="gdap").reason == reason


def test_governance_is_known_not_to_be_there():
    verdict = judge(settings(), home="public", cloud="dod", access="governance")
    assert (verdict.status, verdict.reason) == ("unknown", "access.governance_not_in_cloud")


def test_open_items_are_told_together_each_with_its_cause_once():
    verdict = judge({**settings(clouds=None), CLOUD_PARTNER.key: unread(CLOUD_PARTNER.key)})
    assert caveats_of(verdict)["cross_cloud_not_read"].message == (
        "Whether Northwind has these settings for Contoso is not known: Microsoft cloud settings: microsoftonline.com"
        " allowed; B2B collaboration, inbound: blocked; B2B collaboration, outbound: allowed; B2B direct connect,"
        " inbound: blocked; B2B direct connect, outbound: blocked. The answer does not say. cross_cloud_partner:"
        " read.throttled."
    )


def test_what_nobody_asked_for_is_told_so():
    message = caveats_of(judge({}))["cross_cloud_not_read"].message
    assert message.endswith(" B2B direct connect, outbound: blocked. It was not read.")


def test_outbound_for_some_is_told_so():
    message = caveats_of(judge(settings(partner={"collaboration_outbound": "in_part"})))["cross_cloud_not_read"].message
    assert message.endswith(
        " is not known: B2B collaboration, outbound: allowed. It is allowed only for some users or applications."
    )


def test_cause_without_a_title_names_the_read():
    failed = dataclasses.replace(unread(CLOUD_ENDPOINTS.key), problem=Problem("read.forbidden", {}))
    message = caveats_of(judge({**settings(), CLOUD_ENDPOINTS.key: failed}))["cross_cloud_not_read"].message
    assert message.endswith(" cross_cloud_endpoints: read.forbidden.")


def test_title_of_a_read_is_told_in_its_cause():
    failed = dataclasses.replace(unread(CLOUD_ENDPOINTS.key), problem=Problem("read.forbidden", {"what": "the clouds"}))
    message = caveats_of(judge({**settings(), CLOUD_ENDPOINTS.key: failed}))["cross_cloud_not_read"].message
    assert message.endswith(" the clouds: read.forbidden.")


def test_shape_of_sides_is_found():
    assert data_of(shape_sides, {}) == {"found": True, "sides": SILENT}


def test_target_half_names_the_cloud():
    caveat = caveats_of(judge(settings()))["cross_cloud_target"]
    assert "can be seen only in cloud public" in caveat.message
    assert "not known)" not in caveat.message + caveat.remedy


def test_cloud_without_governance_is_named():
    verdict = judge(settings(), home="public", cloud="dod", access="governance")
    assert "in cloud dod" in verdict.message
