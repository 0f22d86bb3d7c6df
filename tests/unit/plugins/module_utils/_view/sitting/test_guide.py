# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person is told: exactly one thing to do, in words that name tenants, and nothing foreign in the page."""

from __future__ import annotations

import lxml.html

from ansible_collections.m365.defender.plugins.module_utils._view.sitting.guide import (
    SHELL,
    Progress,
    lines_of,
    page_parts,
    steps_of,
)
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recipe import Recipe

NAMES = {"a": "Contoso", "b": "Fabrikam", "c": "<b>Tailspin</b>", "d": "Wingtip"}


def progress(*views, offered="abcd", **changes):
    """How far a sitting is after these readings of the view."""
    recipe = Recipe()
    for view in views:
        recipe.observe(view, [each for each in offered if each not in view])
    given = {"signed_in": bool(views), "shown": bool(views), "recipe": recipe, **changes}
    return Progress("anna@northwind.example", "https://mto.example/mtosettings", name_of=NAMES.__getitem__, **given)


def now(*views, **changes):
    """What is to do now."""
    (step,) = [step for step in steps_of(progress(*views, **changes)) if step.state == "now"]
    return step.text


def test_each_step_says_what_to_click():
    assert now() == "Sign in to the portal."
    assert now(signed_in=True).startswith("Wait until the portal shows your tenants.")
    assert "select one tenant, and choose Add" in now("")
    assert now("a") == (
        "Choose Add tenants, select two tenants other than your own, such as Fabrikam and <b>Tailspin</b>, and choose"
        " Add once."
    )
    assert now("a", "abd") == (
        "Select Fabrikam or Wingtip, only one of them, in the list of tenants, and choose Remove."
    )
    assert now("a", "abd", "ab") == "Select Fabrikam in the list of tenants, and choose Remove."
    assert now("a", "abd", "ab", "a") == "Wait a moment: what the portal was sent is being checked."


def test_where_everything_is_in_the_view():
    assert now("abd", offered="abd") == "Select one tenant, such as Wingtip, in the list of tenants, and choose Remove."
    assert now("abd", "ab", offered="abd").startswith("Select one tenant more, such as Fabrikam, in")
    assert (
        now("abd", "ab", "a", offered="abd") == "Choose Add tenants, select Fabrikam and Wingtip, and choose Add once."
    )


def test_other_change_is_told():
    assert now("a", "ab").startswith("This was another change than needed: Fabrikam was added. Begin again here.")
    assert now("a", "abd", "a").startswith("This was another change than needed: Fabrikam and Wingtip were removed.")


def test_note_takes_the_place_of_what_is_to_do():
    assert now("a", "abd", "ab", "a", note="Record more.") == "Record more."


def test_states():
    states = [step.state for step in steps_of(progress("a", "abd"))]
    assert states == ["done", "done", "done", "now", "next", "next"]
    assert [step.state for step in steps_of(progress("a", recipe=None, finished=True))] == ["done"] * 3
    assert "Fabrikam and Wingtip were added." in "\n".join(lines_of(steps_of(progress("a", "abd"))))


def test_page_shows_each_state_in_words_and_names_as_text():
    parts = page_parts(steps_of(progress("a", "abc")))
    items = lxml.html.fragments_fromstring(parts["steps"])
    assert [item.text_content().partition(":")[0] for item in items] == ["Done"] * 3 + ["Now"] + ["Next"] * 2
    assert [item.get("aria-current") for item in items].count("step") == 1
    assert "<b>Tailspin</b>" in lxml.html.fragment_fromstring(parts["now"], create_parent="p").text_content()


def test_page_is_accessible_and_loads_nothing():
    page = lxml.html.document_fromstring(SHELL)
    assert page.get("lang") == "en"
    assert page.findtext(".//title")
    assert page.get_element_by_id("now").get("role") == "status"
    assert page.xpath("//script | //link | //img | //iframe") == []
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
