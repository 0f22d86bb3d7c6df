# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The English of what people read: turns of phrase from another language stay out, and remedies name their actor."""

from __future__ import annotations

import importlib
import pathlib
import re

import pytest
from remedies import actors_of

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = [
    path
    for pattern in ("plugins/**/*", "roles/**/*", "playbooks/**/*", "docs/**/*.md", "README.md", "CONTRIBUTING.md")
    for path in sorted(ROOT.glob(pattern))
    if path.suffix in (".py", ".yml", ".yaml", ".j2", ".md")
]

# What to write instead is in CONTRIBUTING.md, under "Words". A space matches a line break as well, with the quotes or
# the comment sign around it.
PHRASES = (
    # Where something is.
    r"stands? (?:in|beside|at the end|there)",
    r"stood in",
    r"where to read on",
    # What something is not: "is not a valid port", "does not count as a no".
    r"is no (?:port|time|guid|number|list|file|date|way|tenant|yaml|json|answer|address)",
    r"is no no",
    r"is no word about",
    r"none is nothing",
    r"has not is not asked",
    # Who says what: "so that this can be checked", "each root cause is reported once".
    r"to have (?:it|them|this) (?:told|said|made)",
    r"is told (?:as|by)",
    r"it is said (?:which|that)",
    r"has the word",
    r"the word of its",
    r"green for",
    # Who acts: "No action needed.", "Security Administrator of Fabrikam: ...".
    r"nobody has to act",
    r"an administrator of \S+ (?:grants|allows|assigns|gives|looks|adds|invites|enables)",
    r"our app",
    # Doubt and repair: "when in doubt", "fix", "remediate or dismiss the risk".
    r"on a doubt",
    r"mend(?:s|ed|ing)?",
    r"holds? \S+ for a",
    r"slip of the pen",
    r"what people have",
    # American spelling, as in Microsoft's documentation.
    r"licences?",
)
GAP = r"[\s\"'#]+"
WORST = re.compile("|".join(rf"\b{phrase.replace(' ', GAP)}\b" for phrase in PHRASES), re.IGNORECASE)

NO_ACTION = "No action needed"
# By their files, so that the reasons of a new check are found as well.
FAMILIES = [
    path.relative_to(ROOT).with_suffix("")
    for path in (*ROOT.glob("plugins/module_utils/_core/catalogue/*.py"), *ROOT.glob("plugins/**/reasons.py"))
]
REASONS = {
    reason: row
    for family in FAMILIES
    for reason, row in getattr(
        importlib.import_module(f"ansible_collections.m365.defender.{'.'.join(family.parts)}"), "REASONS", {}
    ).items()
}
REMEDIES = {reason: row.remedy for reason, row in {**REASONS, **CATALOGUE.caveats}.items()}


def complaints_about(text, name):
    """The phrases of a text that should not be there, each with its file and line."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {' '.join(match[0].split())}"
        for match in WORST.finditer(text)
    ]


def test_worst_turns_of_phrase_are_kept_out():
    assert len(TEXTS) > 100
    complaints = [
        complaint
        for path in TEXTS
        for complaint in complaints_about(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    ]
    assert not complaints, "\n".join(["Reword (see Words in CONTRIBUTING.md):", *complaints])


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("First.\nIt stands in the view.", ["x.md:2: stands in"]),
        ('("it removes nothing on a"\n " doubt")', ['x.md:1: on a" " doubt']),
        ("'99999' Is No port.", ["x.md:1: Is No port"]),
        ("It amended the list in the documentation.", []),
    ],
)
def test_complaint_names_file_line_and_phrase(text, complaints):
    assert complaints_about(text, "x.md") == complaints


@pytest.mark.parametrize("reason", sorted(REMEDIES))
def test_remedy_names_its_actor_or_says_that_no_action_is_needed(reason):
    remedy = REMEDIES[reason]
    actors = actors_of(remedy)
    assert remedy.startswith((NO_ACTION, *(f"{actor}: " for actor in actors[:1]))), remedy


def test_remedies_are_those_of_the_whole_catalogue():
    assert len(REASONS) > 150
    assert {"consent.app_disabled", "read.failed", "access.guest_missing", "sign_in.transient"} <= set(REASONS)


@pytest.mark.parametrize("reason", sorted(reason for reason, row in REASONS.items() if row.status == "met"))
def test_what_is_met_needs_no_action(reason):
    assert REMEDIES[reason] == f"{NO_ACTION}."
