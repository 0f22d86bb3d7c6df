# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""axe finds nothing where every part of the page is shown and open: on a wide and on a narrow screen, in the dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages.report_rows import report_of
from pages.whole_report import whole_report
from reports import page_of

PARTS = {"findings", "expiries", "matrix", "team", "view", "views", "undeclared", "tenants"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of(whole_report()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(chromium, address):
    """Opens the page with everything in it unfolded."""
    contexts = []

    def open_page(where=address, **options):
        contexts.append(chromium.new_context(offline=True, **options))
        page = contexts[-1].new_page()
        page.goto(where)
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
        page.locator("details[open] > div:empty").first.wait_for(state="detached")
        return page

    yield open_page
    for context in contexts:
        context.close()


# A rule about names or structure finds the same in both schemes; contrast depends on layout and scheme.
ALL = {"resultTypes": ["violations"]}
CONTRAST = {**ALL, "runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.mark.parametrize(
    ("width", "scheme", "rules"),
    [(1280, "light", ALL), (390, "dark", ALL), (1280, "dark", CONTRAST), (390, "light", CONTRAST)],
    ids=str,
)
def test_axe_finds_no_violation(opened, width, scheme, rules):
    page = opened(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert {element.get_attribute("id") for element in page.locator("h2[id]").all()} == PARTS
    assert page.locator("figure").count() == 3
    assert page.locator(".folded").count() == 3
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_a_violation(opened, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page_of(report_of()), encoding="utf-8")
    page = opened(path.as_uri())
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert [row["id"] for row in Axe().run(page).response["violations"]] == ["image-alt"]
