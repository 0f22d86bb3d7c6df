# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access of both sides: every combination of default and partner that matters, against an own oracle.

The oracle below is written from Microsoft's pages (cross-tenant-access-overview, crosstenantaccesspolicytarget) on
Microsoft's own bodies, and takes nothing from the code that it judges. It answers allowed, blocked or open.
"""

from __future__ import annotations

import itertools

import pytest
from bodies import data_of
from evidence import (
    account,
    b2b_setting,
    case,
    gdap_evidence,
    look_up_evidence,
    operator_evidence,
    piece,
    relationship,
    unread,
)
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import judge_sides
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    shape_partners,
    shape_settings,
    trim_partners,
    trim_settings,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

TARGET = "aaaaaaaa-0000-4000-8000-000000000001"
ANNA = "11111111-0000-4000-8000-000000000001"
HER_GROUP = "22222222-0000-4000-8000-000000000001"
OTHER = "33333333-0000-4000-8000-000000000001"
PORTAL = "80ccca67-54bd-44ab-8625-4b79c4dc7775"
MINE = frozenset({f"user:{ANNA}", f"group:{HER_GROUP}"})


def body_of(access, *targets):
    """A target configuration as Graph sends it; a target is (type, value)."""
    return {"accessType": access, "targets": [{"targetType": kind, "target": value} for kind, value in targets]}


EVERYBODY, HERSELF, GROUP = ("user", "AllUsers"), ("user", ANNA), ("group", HER_GROUP)
STRANGER, STRANGERS = ("user", OTHER), ("group", OTHER)
EVERYTHING, PORTAL_APP = ("application", "AllApplications"), ("application", PORTAL)
MICROSOFT, OFFICE, OTHER_APP = (
    ("application", "AllMicrosoftApps"),
    ("application", "Office365"),
    ("application", OTHER),
)
USERS = [
    None,
    *(
        body_of(access, *targets)
        for access in ("allowed", "blocked")
        for targets in ((EVERYBODY,), (HERSELF,), (STRANGER, GROUP), (STRANGER, STRANGERS), ())
    ),
]
APPLICATIONS = [
    None,
    *(
        body_of(access, *targets)
        for access in ("allowed", "blocked")
        for targets in ((EVERYTHING,), (MICROSOFT,), (PORTAL_APP,), (OFFICE,), (OTHER_APP,))
    ),
]


def oracle_part(partner, default, part):
    """Which configuration holds, and what it does to Anna (users) or to the portal (applications)."""
    holding = (partner or {}).get(part) or (default or {}).get(part)
    if holding is None or not holding["targets"]:
        return "open"
    values = [row["target"] for row in holding["targets"]]
    if part == "usersAndGroups":
        covered = bool({"AllUsers", ANNA, HER_GROUP} & set(values))
    elif {"AllApplications", "AllMicrosoftApps"} & set(values):
        covered = True
    elif PORTAL in values:
        # Blocked is blocked; allowed alone is not known to be enough.
        return "blocked" if holding["accessType"] == "blocked" else "open"
    elif "Office365" in values:
        return "open"
    else:
        covered = False
    if holding["accessType"] == "allowed":
        return "allowed" if covered else "blocked"
    return "blocked" if covered else "allowed"


def oracle(partner, default):
    """Both have to let her through; a block of one is a block."""
    answers = {oracle_part(partner, default, part) for part in ("usersAndGroups", "applications")}
    return next(answer for answer in ("blocked", "open", "allowed") if answer in answers)


def setting(users, applications):
    return {"usersAndGroups": users, "applications": applications}


ALL = setting(body_of("allowed", EVERYBODY), body_of("allowed", EVERYTHING))
NONE = setting(body_of("blocked", EVERYBODY), body_of("blocked", EVERYTHING))


def settings_evidence(inbound=None, outbound=None, *, defaults=None, entry=True, groups=True):
    """Evidence about both sides, out of Microsoft's bodies, by the shapes that the reads have.

    A default that `defaults` does not name by its direction lets everybody through.
    """
    defaults = {"inbound": ALL, "outbound": ALL, **(defaults or {})}

    def shaped(value, direction):
        body = {f"b2bCollaboration{direction.capitalize()}": value, "inboundTrust": None}
        return trim_settings(
            data_of(shape_settings, body, direction), MINE if groups else MINE - {f"group:{HER_GROUP}"}
        )

    row = {"tenantId": TARGET.upper(), "b2bCollaborationOutbound": outbound}
    partners = data_of(shape_partners, {"value": [{"tenantId": OTHER, "b2bCollaborationOutbound": NONE}, row]})
    membership = piece("operator_groups", {"groups": {}, "other_groups": 4}) if groups else unread("operator_groups")
    nothing = {"found": False}
    return {
        "operator": operator_evidence(id=ANNA),
        "operator_groups": membership,
        "home_cross_tenant_access_default": piece("default", shaped(defaults["outbound"], "outbound")),
        "home_cross_tenant_access_partner": piece(
            "partner",
            trim_partners(partners, TARGET if entry else "none", MINE if groups else MINE - {f"group:{HER_GROUP}"}),
        ),
        "cross_tenant_access_default": piece("default", shaped(defaults["inbound"], "inbound")),
        "cross_tenant_access_partner": piece("partner", shaped(inbound, "inbound") if entry else nothing),
    }


def answers(evidence):
    return tuple(side.answer for side in judge_sides(case(evidence, access="b2b")))


# A whole setting that is null, and every pair of parts of it.
SETTINGS = [None, *(setting(users, apps) for users, apps in itertools.product(USERS, APPLICATIONS))]


PREFIX = {"inbound": "", "outbound": "home_"}


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_every_partner_over_every_default(direction):
    """All partners (a null, and each pair of parts) over all defaults: some fifteen thousand cases, one side each."""
    wrong = []
    other = 1 if direction == "outbound" else 0
    # What a body becomes does not depend on the other ones.
    rest = settings_evidence()
    partner_key, default_key = (f"{PREFIX[direction]}cross_tenant_access_{name}" for name in ("partner", "default"))
    partners = [settings_evidence(**{direction: setting})[partner_key] for setting in SETTINGS]
    defaults = [settings_evidence(defaults={direction: setting})[default_key] for setting in SETTINGS]
    pairs = itertools.product(zip(SETTINGS, partners, strict=True), zip(SETTINGS, defaults, strict=True))
    for (partner, its_evidence), (default, own_evidence) in pairs:
        found = answers({**rest, partner_key: its_evidence, default_key: own_evidence})
        if found[1 - other] != oracle(partner, default) or found[other] != "allowed":
            wrong.append((partner, default, found))
    assert not wrong, wrong[:3]


@pytest.mark.parametrize("default", SETTINGS)
def test_without_an_entry_the_default_holds(default):
    evidence = settings_evidence(defaults={"inbound": default, "outbound": default}, entry=False)
    assert answers(evidence) == (oracle(None, default),) * 2


FEW = [None, ALL, NONE, setting(body_of("allowed", STRANGER), None), setting(None, body_of("allowed", OFFICE))]


@pytest.mark.parametrize(("outbound", "inbound"), list(itertools.product(FEW, FEW)))
def test_verdict_over_both_sides(outbound, inbound):
    """The account is accepted: the worst side decides, and home comes first."""
    evidence = {**settings_evidence(inbound, outbound=outbound), **look_up_evidence(account())}
    verdict = judge_access(case(evidence, access="b2b")).verdict
    sides = {"outbound": oracle(outbound, ALL), "inbound": oracle(inbound, ALL)}
    blocked = [f"access.{name}_blocked" for name, answer in sides.items() if answer == "blocked"]
    unclear = [f"access.{name}_unknown" for name, answer in sides.items() if answer == "open"]
    assert verdict.reason == [*blocked, *unclear, "access.guest_accepted"][0]
    assert verdict.status == ("unmet" if blocked else "unknown" if unclear else "met")
    assert [c.reason for c in verdict.caveats] == ["access.settings_block_too"] * (len(blocked) - 1)


@pytest.mark.parametrize(
    ("users", "answer"),
    [
        pytest.param(body_of("allowed", STRANGERS), "open", id="perhaps_by_a_group"),
        pytest.param(body_of("blocked", STRANGERS), "open", id="perhaps_not_by_a_group"),
        pytest.param(body_of("allowed", HERSELF, STRANGERS), "allowed", id="named_herself"),
        pytest.param(body_of("allowed", STRANGER), "blocked", id="no_group_in_it"),
    ],
)
def test_groups_of_the_operator_that_were_not_read(users, answer):
    evidence = settings_evidence(setting(users, None), groups=False)
    assert answers(evidence)[1] == answer


def test_operator_that_was_not_read_is_neither_named_nor_left_out():
    evidence = {**settings_evidence(setting(body_of("allowed", STRANGER), None)), "operator": unread("operator")}
    assert answers(evidence)[1] == "open"


@pytest.mark.parametrize("access", ["unknownFutureValue", None, "Allowed"])
def test_access_type_that_is_not_known_is_open(access):
    answer = "allowed" if access == "Allowed" else "open"
    assert answers(settings_evidence(setting(body_of(access, EVERYBODY), None)))[1] == answer


def test_target_type_that_is_not_known_is_open():
    odd = body_of("blocked", ("unknownFutureValue", OTHER))
    assert answers(settings_evidence(setting(odd, None)))[1] == "open"
    assert answers(settings_evidence(setting(None, odd)))[1] == "open"


@pytest.mark.parametrize(
    "odd",
    [
        setting(body_of("unknownFutureValue", STRANGER, STRANGERS), None),
        setting(None, body_of("unknownFutureValue", OTHER_APP)),
        setting(body_of("allowed"), None),
        setting(None, body_of("allowed")),
    ],
)
def test_others_by_a_word_that_is_not_known_and_nobody_at_all_are_open(odd):
    assert answers(settings_evidence(odd))[1] == "open"


def test_target_that_is_no_objects_id_is_counted_apart():
    odd = {"users": {"access": "allowed", "targets": ["user:a:b", f"odd:{OTHER}"]}, "applications": None}
    told = trim_settings({"b2b": odd}, frozenset())["b2b"]["users"]
    assert (told["targets"], told["others"]) == ([], {"odd": 1, "unrecognized": 1})
    assert trim_settings({"b2b": odd}, frozenset({"user:a:b"}))["b2b"]["users"]["targets"] == ["user:a:b"]


def test_side_shows_b2b_alone_and_the_default_where_it_counts():
    inherits = {"found": True, "inbound_trust": None, "consent": True, "b2b": None}
    default = {"found": True, "inbound_trust": None, "consent": True, "b2b": {"users": None, "applications": None}}
    evidence = {
        "cross_tenant_access_partner": piece("partner", inherits),
        "cross_tenant_access_default": piece("default", default),
    }
    _home, target = judge_sides(case(evidence, access="b2b"))
    assert (target.answer, target.details["setting"]) == ("open", "default setting, users and groups")
    assert [item.data for item in target.evidence] == [
        {"found": True, "b2b": None},
        {"found": True, "b2b": {"users": None, "applications": None}},
    ]


@pytest.mark.parametrize("key", ["cross_tenant_access_partner", "cross_tenant_access_default"])
def test_side_that_was_not_read_keeps_its_problem_and_says_which_setting(key):
    inherits = {"found": True, "inbound_trust": None, "b2b": None}
    evidence = {"cross_tenant_access_partner": piece("partner", inherits), key: unread(key)}
    _home, target = judge_sides(case(evidence, access="b2b"))
    assert (target.answer, target.direction, target.problem) == ("unread", "inbound", evidence[key].problem)
    source = key.rpartition("_")[2]
    assert target.details == {
        "object": "b2bCollaborationInbound/usersAndGroups",
        "setting": f"{source} setting, users and groups",
    }


KEYS = ["home_cross_tenant_access_default", "home_cross_tenant_access_partner"]
KEYS += ["cross_tenant_access_default", "cross_tenant_access_partner"]


@given(st.sampled_from(SETTINGS), st.sampled_from(SETTINGS), st.sets(st.sampled_from(KEYS), min_size=1), st.booleans())
def test_what_is_not_read_never_becomes_a_block_or_an_allowance(partner, default, lost, gone):
    """Each side keeps its answer or says unread; met is only what both sides were read for."""
    whole = settings_evidence(partner, partner, defaults={"inbound": default, "outbound": default})
    blurred = {key: value for key, value in whole.items() if key not in lost}
    if not gone:
        blurred |= {key: unread(key) for key in lost}
    before, after = answers(whole), answers(blurred)
    assert all(now in (then, "unread", "open") for then, now in zip(before, after, strict=True))
    verdict = judge_access(case({**blurred, **look_up_evidence(account())}, access="b2b")).verdict
    assert (verdict.status == "met") is (after == ("allowed", "allowed"))
    if "blocked" not in after and "open" not in after and "unread" in after:
        assert (verdict.status, verdict.reason) == ("unknown", "read.failed" if gone else "read.throttled")


@given(st.sampled_from(SETTINGS), st.sampled_from(SETTINGS))
def test_met_means_that_no_side_that_was_read_stands_in_the_way(partner, default):
    both = settings_evidence(partner, partner, defaults={"inbound": default, "outbound": default})
    evidence = {**both, **look_up_evidence(account())}
    access = judge_access(case(evidence, access="b2b"))
    assert (access.verdict.status == "met") is (oracle(partner, default) == "allowed")
    assert (access.account_id is not None) is (access.verdict.status == "met")
    assert (access.open is not None) is (access.verdict.status == "unknown")


@pytest.mark.parametrize("state", ["PendingAcceptance", "Odd"])
def test_account_out_of_order_keeps_its_reason_and_the_block_is_told(state):
    evidence = {**settings_evidence(NONE, outbound=NONE), **look_up_evidence(account(state=state))}
    verdict = judge_access(case(evidence, access="b2b")).verdict
    assert verdict.reason in ("access.guest_pending", "access.guest_state_unknown")
    told = {(caveat.reason, caveat.object) for caveat in verdict.caveats if caveat.actionable}
    assert told == {
        ("access.settings_block_too", f"b2bCollaboration{name}/usersAndGroups") for name in ("Outbound", "Inbound")
    }


def test_sentence_names_the_side_the_setting_and_where_to_change_it():
    evidence = {**settings_evidence(defaults={"outbound": NONE}), **look_up_evidence(account())}
    verdict = judge_access(case(evidence, access="b2b")).verdict
    assert (
        "settings of Northwind block outbound B2B collaboration to Contoso for anna@northwind.example"
        in verdict.message
    )
    assert "(default setting, users and groups)" in verdict.message
    assert "Security Administrator of Northwind:" in verdict.remedy
    assert "CrossTenantAccessSettings" in verdict.remedy
    assert verdict.object == "b2bCollaborationOutbound/usersAndGroups"


def test_many_targets_make_no_large_evidence():
    crowd = body_of("allowed", *(("user", f"{n:08x}-0000-4000-8000-000000000000") for n in range(2000)), HERSELF)
    evidence = settings_evidence(setting(crowd, None))
    kept = evidence["cross_tenant_access_partner"].data["b2b"]["users"]
    assert kept == {"access": "allowed", "targets": [f"user:{ANNA}"], "others": {"user": 2000}}


def test_block_of_b2b_leaves_gdap_alone():
    evidence = {**gdap_evidence(relationship()), **settings_evidence(NONE), **look_up_evidence(account())}
    evidence["operator_groups"] = gdap_evidence()["operator_groups"]
    access = judge_access(case(evidence, access="auto"))
    assert (access.verdict.reason, access.account_id) == ("access.gdap_in_force", None)


BLOCKED = b2b_setting("blocked")


def test_settings_that_nobody_asked_for_are_named():
    home, target = judge_sides(case({}, access="b2b"))
    for side, where in ((home, "Northwind"), (target, "Contoso")):
        what = {"what": "the cross-tenant access settings", "where": where, "said": "it was not read"}
        assert side.problem == Problem("read.failed", what)
