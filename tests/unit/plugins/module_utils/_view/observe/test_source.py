# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source of the view: which one is opened, with which session, and whose view is refused."""

from __future__ import annotations

import json

import pytest
from portal_answers import HOME, TAKEN, A, B, make_connection, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import Portal
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import snapshot_of
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import (
    ViewSource,
    open_source,
    owner_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView
from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions


@pytest.mark.parametrize(
    ("operator", "home", "asked", "reason"),
    [
        ("Anna@northwind.example", HOME.upper(), "anna@NORTHWIND.example", None),
        ("ben@northwind.example", HOME, "anna@northwind.example", "other_operator"),
        ("anna@northwind.example", A, "anna@northwind.example", "other_tenant"),
        (None, HOME, "anna@northwind.example", "whose_unknown"),
        ("anna@northwind.example", None, "anna@northwind.example", "whose_unknown"),
        ("anna@northwind.example", HOME, B, "whose_unknown"),
    ],
)
def test_whose_view_it_is(operator, home, asked, reason):
    problem = owner_problem(MultitenantView(TAKEN, operator, home, {}, {}), asked, HOME)
    assert (problem.reason if problem else None) == (f"registration.{reason}" if reason else None)


def cookie_file(tmp_path, domain):
    cookies = [{"name": name, "value": "planted", "domain": domain} for name in ("sccauth", "XSRF-TOKEN")]
    path = tmp_path / "cookies.json"
    path.write_text(json.dumps(cookies), encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def renewed(monkeypatch):
    """The addresses of the portals that were opened; nothing is sent."""
    opened = []
    monkeypatch.setattr(Portal, "renew", lambda portal: opened.append(portal.base))
    return opened


@pytest.mark.parametrize("host", ["mto.security.microsoft.com", "security.microsoft.com"])
def test_a_cookie_file_is_used_where_it_is_valid(tmp_path, renewed, host):
    source = open_source(PortalOptions(cookies_file=str(cookie_file(tmp_path, host))), make_connection())
    assert (source.url, renewed, source.warnings) == (f"https://{host}", [f"https://{host}"], ())
    assert source.given


def test_a_cookie_file_that_others_may_read_is_a_warning(tmp_path, renewed):
    path = cookie_file(tmp_path, "security.microsoft.com")
    path.chmod(0o644)
    (warning,) = open_source(PortalOptions(cookies_file=str(path)), make_connection()).warnings
    assert "other users may read it" in warning
    assert renewed


def test_a_cookie_file_of_another_host(tmp_path):
    path = cookie_file(tmp_path, "other.example")
    with pytest.raises(OptionError, match=r"holds no session that is valid now\. The cookies sccauth and XSRF-TOKEN"):
        open_source(PortalOptions(cookies_file=str(path)), make_connection())


def test_a_session_is_used_at_the_multitenant_portal(renewed):
    source = open_source(PortalOptions(session={"sccauth": "a", "XSRF-TOKEN": "b"}), make_connection())
    assert source.portal is not None
    assert renewed == ["https://mto.security.microsoft.com"]


def snapshot_source(tmp_path, view, max_age=1e12):
    path = tmp_path / "view.json"
    path.write_text(json.dumps(snapshot_of(view)), encoding="utf-8")
    return open_source(PortalOptions(snapshot=str(path), snapshot_max_age=max_age), make_connection())


def test_a_snapshot_is_read_as_it_was_saved(tmp_path):
    source = snapshot_source(tmp_path, make_view([A]))
    assert source.read().view == source.snapshot
    assert source.read().bodies.picker is None
    assert source.refuse(source.read().view, make_connection()) is None
    assert source.refuse(source.read().view, make_connection(operator="ben@x")).reason == "registration.other_operator"


def test_an_old_snapshot_is_refused_before_its_owner_is_looked_at(tmp_path):
    source = snapshot_source(tmp_path, make_view([A]), max_age=1)
    problem = source.refuse(source.read().view, make_connection(operator="ben@x"))
    assert problem.reason == "registration.snapshot_stale"


def test_an_unread_session_is_the_cause_of_an_unknown_owner():
    source = ViewSource(None, None, 1, "https://mto.example", Deadline(1))
    problem = Problem("registration.signed_out")
    view = MultitenantView(TAKEN, None, None, {}, {}, problems={"session": problem})
    assert source.refuse(view, make_connection()) is problem


def test_without_any_source_nothing_is_read():
    source = open_source(PortalOptions(), make_connection())
    assert not source.given
    with pytest.raises(ValueError, match="no source of the view"):
        source.read()
