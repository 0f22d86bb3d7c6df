# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chain: roots and first broken links, for any verdicts and any causes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN, CHECKS
from ansible_collections.m365.defender.plugins.module_utils._core.chain import (
    CONSENT,
    Chain,
    ChainCheck,
    Explanation,
    Root,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import NOT_CHOSEN, Verdict

NAMES = [check.name for check in CHECKS]
REASONS = sorted({reason for check in CHECKS for reason in check.reasons} | {"consent.permission_missing", NOT_CHOSEN})


def verdict(check, status, severity="required", reason="license.none", caused_by=None):
    return Verdict(check, status, severity, reason, "m", "r", "u", caused_by)


VERDICTS = st.dictionaries(
    st.sampled_from([*NAMES, "somebody_elses"]),
    st.tuples(
        st.sampled_from(["met", "unmet", "unknown", "not_applicable"]),
        st.sampled_from(["required", "recommended"]),
        st.sampled_from(REASONS),
        st.sampled_from([None, CONSENT, "nobody_knows", *NAMES]),
    ),
    max_size=len(NAMES) + 1,
).map(lambda rows: {name: verdict(name, *row) for name, row in rows.items()})


@given(VERDICTS)
def test_following_causes_always_ends(verdicts):
    for check in verdicts:
        root = CHAIN.root_of(verdicts, check)
        assert root.check in verdicts
        assert root.link in {*CHAIN.links, *(CHAIN.link_of(name) for name in verdicts), "nobody_knows", *NAMES}


@given(VERDICTS)
def test_first_broken_is_a_root_and_no_earlier_link_is_one(verdicts):
    first = CHAIN.first_broken(verdicts)
    roots = [CHAIN.root_of(verdicts, check) for check in verdicts if verdicts[check].breaks]
    if first is None:
        assert not roots
        return
    assert first in roots
    known = [CHAIN.links.index(root.link) for root in roots if root.link in CHAIN.links]
    assert not known or CHAIN.links.index(first.link) == min(known)


@given(VERDICTS)
def test_cause_of_first_broken_never_lies_earlier(verdicts):
    first = CHAIN.first_broken(verdicts)
    cause = verdicts[first.check].caused_by if first else None
    if cause in verdicts and verdicts[cause].breaks and CHAIN.root_of(verdicts, cause).check == cause:
        assert CHAIN.root_of(verdicts, first.check) == CHAIN.root_of(verdicts, cause)


@given(VERDICTS, st.randoms())
def test_order_of_the_verdicts_does_not_matter(verdicts, random):
    names = list(verdicts)
    random.shuffle(names)
    shuffled = {name: verdicts[name] for name in names}
    assert CHAIN.first_broken(shuffled) == CHAIN.first_broken(verdicts)
    assert list(CHAIN.ordered(shuffled)) == list(CHAIN.ordered(verdicts))


@given(VERDICTS)
def test_only_required_verdicts_break(verdicts):
    harmless = {name: row for name, row in verdicts.items() if not row.breaks}
    assert CHAIN.first_broken(harmless) is None


def test_circle_of_causes_ends_where_it_would_repeat():
    verdicts = {"access": verdict("access", "unmet", caused_by="license")}
    verdicts["license"] = verdict("license", "unmet", caused_by="access")
    assert CHAIN.root_of(verdicts, "access").check == "license"


def test_circle_that_a_verdict_only_leads_to_ends_as_well():
    verdicts = {
        "defender": verdict("defender", "unmet", caused_by="license"),
        "license": verdict("license", "unmet", caused_by="access"),
        "access": verdict("access", "unmet", caused_by="license"),
    }
    assert CHAIN.root_of(verdicts, "defender").check == "access"


# Links in no alphabetical order, so that their place counts and not their name.
SMALL = Chain(
    [
        ChainCheck("access", "Access", "access"),
        ChainCheck(
            "a_list", "List", "access", explanations=(Explanation("access", reason="x.gone", status="unknown"),)
        ),
        ChainCheck("sign_in", "Sign-in", "sign_in", as_operator=True),
        ChainCheck("mfa_trust", "MFA trust", "mfa_trust", severity="recommended"),
        ChainCheck("license", "License", "license"),
        ChainCheck(
            "defender", "Defender", "defender", explanations=(Explanation("license", reason="x.gone", when="unmet"),)
        ),
        ChainCheck("a_view", "View", "a_view", explained_by_any="a_view.not_eligible"),
    ]
)


def test_links_are_those_of_required_checks():
    assert SMALL.links == (CONSENT, "access", "sign_in", "license", "defender", "a_view")
    assert SMALL.link_of("a_list") == "access"
    assert SMALL.link_of("somebody_elses") == "somebody_elses"


@pytest.mark.parametrize(
    ("broken", "first"),
    [
        pytest.param({"license": {}, "sign_in": {}}, ("sign_in", "sign_in"), id="the order of the links"),
        pytest.param({"somebody_elses": {}, "license": {}}, ("license", "license"), id="a link of nobody comes last"),
        pytest.param(
            {"access": {"reason": "read.failed"}, "a_list": {"reason": "access.gone"}},
            ("access", "a_list"),
            id="a reason of the link itself",
        ),
        pytest.param(
            {"a_list": {"reason": "read.failed"}, "access": {"reason": "accessory"}},
            ("access", "access"),
            id="else the order of the checks",
        ),
        pytest.param(
            {"sign_in": {"caused_by": CONSENT}, "license": {"caused_by": CONSENT}},
            (CONSENT, "license"),
            id="consent: the operator's sign-in only repeats it",
        ),
        pytest.param({"sign_in": {}, "a_list": {"caused_by": "sign_in"}}, ("sign_in", "sign_in"), id="the named cause"),
        pytest.param(
            {"license": {}, "a_view": {"reason": "a_view.not_eligible"}}, ("license", "license"), id="explained by any"
        ),
        pytest.param({"a_view": {"reason": "a_view.not_eligible"}}, ("a_view", "a_view"), id="explained by nothing"),
    ],
)
def test_first_broken_link(broken, first):
    verdicts = {name: verdict(name, "unmet", **fields) for name, fields in broken.items()}
    assert SMALL.first_broken(verdicts) == first


@pytest.mark.parametrize(
    ("earlier", "later", "cause"),
    [
        ({"license": "unmet"}, {"defender": ("unmet", "x.gone")}, "license"),
        ({"license": "unknown"}, {"defender": ("unmet", "x.gone")}, "defender"),
        ({"license": "unmet"}, {"defender": ("unmet", "x.other")}, "defender"),
        ({}, {"defender": ("unmet", "x.gone")}, "defender"),
        ({"access": "unknown"}, {"a_list": ("unknown", "x.gone")}, "access"),
        ({"access": "unmet"}, {"a_list": ("unknown", "x.gone")}, "access"),
        ({"access": "met"}, {"a_list": ("unknown", "x.gone")}, "a_list"),
        ({"access": "unmet"}, {"a_list": ("unmet", "x.gone")}, "a_list"),
        ({"access": "unmet"}, {"a_list": ("unknown", "x.other")}, "a_list"),
        ({"access": "unmet"}, {"a_view": ("unmet", "a_view.other")}, "a_view"),
        ({"access": "unmet"}, {"a_view": ("unmet", "a_view.not_eligible")}, "access"),
        ({"access": "unmet"}, {"license": ("unmet", "")}, "license"),
    ],
)
def test_earlier_check_explains_what_it_saw_too(earlier, later, cause):
    verdicts = {name: verdict(name, status) for name, status in earlier.items()}
    verdicts |= {name: verdict(name, status, reason=reason) for name, (status, reason) in later.items()}
    [check] = later
    assert SMALL.root_of(verdicts, check).check == cause


@pytest.mark.parametrize(
    ("check", "link", "repeats"),
    [("sign_in", CONSENT, True), ("sign_in", "sign_in", False), ("license", CONSENT, False), ("x", CONSENT, False)],
)
def test_only_the_operators_sign_in_repeats_a_missing_consent(check, link, repeats):
    assert SMALL.repeats_consent(Root(link, check)) is repeats


def test_links_begin_with_consent_and_hold_required_checks_only():
    assert CHAIN.links == ("consent", "access", "sign_in", "license", "permissions", "defender", "registration")
