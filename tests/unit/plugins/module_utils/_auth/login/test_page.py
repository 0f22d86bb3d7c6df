# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages in the person's browser: escaped, and without anything that loads or runs."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.login.page import (
    ALREADY_ANSWERED,
    ANSWERED,
    HEADERS,
    UNEXPECTED,
    refused,
)


def test_refusal_is_escaped():
    page = refused("<script>alert(1)</script> & more").decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


@pytest.mark.parametrize("page", [ANSWERED, ALREADY_ANSWERED, UNEXPECTED, refused("no")])
def test_pages_load_and_run_nothing(page):
    text = page.decode()
    assert text.startswith("<!DOCTYPE html>")
    assert not [word for word in ("<script", "<link", "<img", "http:", "https:") if word in text]


def test_answer_does_not_claim_success():
    assert "checking it" in ANSWERED.decode()


def test_headers_forbid_caching_and_content():
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'")
