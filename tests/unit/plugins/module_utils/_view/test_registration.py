# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of mto_tenant as a whole: what is looked at, waited for or sent, by the options."""

from __future__ import annotations

import json

import pytest
from contracts import CONTRACTS
from portal_answers import ANNA, A, B, FakePortal, make_connection, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view import reconcile, registration
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import snapshot_of
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import ViewSource
from ansible_collections.m365.defender.plugins.module_utils._view.options import parse_registration_options
from ansible_collections.m365.defender.plugins.module_utils._view.registration import register_tenants

CONTRACT = str(CONTRACTS / "per_tenant.yml")
SESSION = {"sccauth": "a-session", "xsrf_token": "a-token"}
APPLY = {"registration": "apply", "portal_contract": CONTRACT, "portal_session": SESSION}
ROWS = [{"tenant_id": A}, {"tenant_id": B}]


def register(check_mode=False, **params):
    connection = make_connection()
    options = parse_registration_options({"tenants": ROWS, **params}, connection)
    return register_tenants(options, connection, check_mode=check_mode)


@pytest.fixture
def snapshot(tmp_path):
    path = tmp_path / "view.json"
    path.write_text(json.dumps(snapshot_of(make_view([A], [B]))), encoding="utf-8")
    return {"portal_snapshot": str(path), "snapshot_max_age": "520w"}


@pytest.fixture
def live(monkeypatch):
    """A live session with a false portal."""
    portal = FakePortal()
    source = ViewSource(portal, None, 1.0, "https://mto.example", Deadline(60), ("a warning",))
    monkeypatch.setattr(registration, "open_source", lambda options, connection: source)
    return portal


@pytest.fixture
def called(monkeypatch):
    """What the reconciliation was asked for; it only looks."""
    names = []
    look = reconcile.look

    def note(name):
        return lambda context, *rest: names.append((name, context.wait)) or look(context)

    for name in ("look", "assist", "apply"):
        monkeypatch.setattr(reconcile, name, note(name))
    return names


def test_without_a_source_nothing_is_known():
    assert [row["registration"]["reason"] for row in register()["tenants"]] == ["registration.no_view"] * 2


def test_a_snapshot_is_compared(snapshot):
    result = register(**snapshot)
    assert (result["before"], result["pending_add"], result["warnings"]) == ([A], [B], [])


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ("assist", 0)),
        ({"wait_timeout": 5}, ("assist", 5)),
        ({"portal_contract": CONTRACT}, ("assist", 0)),
        ({"check_mode": True, **APPLY}, ("look", 60)),
        ({**APPLY, "wait_timeout": 7}, ("apply", 7)),
    ],
)
def test_who_changes_the_view(live, called, params, expected):
    result = register(**params)
    ((name, wait),) = called
    assert name == expected[0]
    assert wait == pytest.approx(expected[1], abs=1)
    assert (result["operator"], result["warnings"]) == (ANNA, ["a warning"])


def test_a_snapshot_is_never_waited_for(snapshot, called):
    register(wait_timeout=9, **snapshot)
    assert [name for name, _wait in called] == ["look"]


def test_the_wait_ends_with_the_deadline(live, called):
    register(wait_timeout=1000)
    assert called[0][1] <= 60


def test_apply_needs_a_live_session(snapshot):
    with pytest.raises(OptionError, match=r"registration: apply needs portal_contract and a live session"):
        register(registration="apply", portal_contract=CONTRACT, **snapshot)
    with pytest.raises(OptionError, match="registration: apply needs portal_contract"):
        register(registration="apply", portal_contract=CONTRACT)


def test_a_bad_contract_is_refused_also_where_it_is_not_used(live, tmp_path):
    with pytest.raises(OptionError, match=r"portal_contract: .* cannot be read"):
        register(portal_contract=str(tmp_path / "none.yml"))


def test_a_backup_directory_is_checked_before_anything_is_sent(live, called):
    with pytest.raises(OptionError, match="backup_dir: '/nowhere' is not a directory"):
        register(backup=True, backup_dir="/nowhere")
    assert called == []
