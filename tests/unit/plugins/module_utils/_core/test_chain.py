# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chain: roots and first broken links, for any verdicts and any causes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN, CHECKS
from ansible_collections.m365.defender.plugins.module_utils._core.chain import CONSENT, Chain, ChainCheck, Explanation
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


def test_explanation_names_the_check_that_saw_the_same():
    defender = ChainCheck(
        "defender", "Defender", "defender", explanations=(Explanation("license", reason="x.gone", when="unmet"),)
    )
    chain = Chain([ChainCheck("license", "Licence", "license"), defender])
    for status, link in (("unmet", "license"), ("unknown", "defender")):
        verdicts = {"license": verdict("license", status), "defender": verdict("defender", "unmet", reason="x.gone")}
        assert chain.root_of(verdicts, "defender").link == link


def test_links_begin_with_consent_and_hold_required_checks_only():
    assert CHAIN.links == ("consent", "access", "sign_in", "license", "permissions", "defender", "registration")
