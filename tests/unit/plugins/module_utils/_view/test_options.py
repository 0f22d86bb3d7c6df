# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: what Ansible refuses by the argument specs, what we refuse, and the typed values that are made of them."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from portal_answers import ANNA, HOME, A, B, make_connection, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import snapshot_of
from ansible_collections.m365.defender.plugins.module_utils._view.options import (
    REGISTRATION_CONSTRAINTS,
    PortalOptions,
    parse_portal_options,
    parse_registration_options,
    registration_spec,
    view_owner,
    view_spec,
)

ROWS = [{"tenant_id": A, "name": "Birch"}, {"tenant_id": B.upper()}]
SESSION = {"sccauth": "planted", "xsrf_token": "planted"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("MTO_PORTAL_COOKIES_FILE", "MTO_PORTAL_SNAPSHOT"):
        monkeypatch.delenv(name, raising=False)


def validated(**params):
    """The options as Ansible hands them to the module, or its sentences."""
    validator = ArgumentSpecValidator(registration_spec(), **REGISTRATION_CONSTRAINTS)
    result = validator.validate(params)
    return result.error_messages or result.validated_parameters


def options(**params):
    return parse_registration_options(validated(**{"tenants": ROWS, **params}), make_connection())


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({}, "one of the following is required: tenants, restore"),
        ({"tenants": ROWS, "restore": "x"}, "parameters are mutually exclusive: tenants|restore"),
        ({"tenants": ROWS, "state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({"tenants": ROWS, "registration": "do"}, "value of registration must be one of: assist, apply, got: do"),
        (
            {"tenants": ROWS, "registration": "apply"},
            "registration is apply but all of the following are missing: portal_contract",
        ),
        (
            {"tenants": ROWS, "portal_session": {"sccauth": "x"}},
            "parameters are required together: sccauth, xsrf_token found in portal_session",
        ),
    ],
)
def test_what_ansible_refuses(params, sentence):
    assert validated(**params) == [sentence]


def test_defaults():
    made = options()
    assert (made.operator, made.applies, made.portal_contract, made.backup_dir, made.wait) == (
        ANNA,
        False,
        None,
        None,
        0,
    )
    assert made.portal == PortalOptions(snapshot_max_age=86400.0)
    assert [tenant.name for tenant in made.tenants] == ["Birch", B]
    desired = made.desired
    assert (desired.declared, desired.eligible, desired.home_tenant_id) == ((A, B), {A, B}, HOME)
    assert (desired.state, desired.purge, desired.whole_list) == ("present", False, True)
    assert (desired.max_tenants, desired.max_removals) == (100, 3)


def test_everything_given(tmp_path):
    made = options(
        eligible=[A.upper()],
        state="absent",
        purge=True,
        whole_list=False,
        registration="apply",
        portal_contract="c.yml",
        max_tenants=7,
        max_removals=0,
        backup=True,
        backup_dir=str(tmp_path),
        portal_snapshot="view.json",
        snapshot_max_age="2h",
    )
    assert (made.applies, made.portal_contract, made.backup_dir, made.wait) == (True, "c.yml", str(tmp_path), 60)
    assert made.portal == PortalOptions(snapshot="view.json", snapshot_max_age=7200)
    desired = made.desired
    assert (desired.eligible, desired.state, desired.purge, desired.whole_list) == ({A}, "absent", True, False)
    assert (desired.max_tenants, desired.max_removals) == (7, 0)


@pytest.mark.parametrize(("registration", "wait"), [("assist", 5), ("apply", 5)])
def test_a_wait_that_is_given_counts_in_both_modes(registration, wait):
    assert options(registration=registration, portal_contract="c.yml", wait_timeout=wait).wait == wait


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"max_tenants": 0}, "max_tenants: '0' is out of range; give a whole number from 1"),
        ({"max_removals": -1}, "max_removals: '-1' is out of range; give a whole number from 0"),
        ({"wait_timeout": -0.5}, "wait_timeout: '-0.5' is not a duration of 0 or more"),
        ({"eligible": [A, HOME]}, rf"eligible\[1\]: '{HOME}' is not the tenant_id of a row in tenants"),
        ({"eligible": ["x"]}, r"eligible\[0\]: 'x' is not the tenant_id"),
        ({"snapshot_max_age": "soon"}, "snapshot_max_age: 'soon' is not a duration of more than 0 and at most 3650d"),
        (
            {"portal_session": SESSION, "portal_snapshot": "x"},
            "portal_session: give only one of .* portal_snapshot is given",
        ),
        ({"portal_session": {**SESSION, "sccauth": ""}}, "portal_session: give both sccauth and xsrf_token"),
        ({"portal_session": {}}, "portal_session: give both"),
    ],
)
def test_what_we_refuse(params, sentence):
    with pytest.raises(OptionError, match=sentence):
        options(**params)


def test_the_environment_names_a_source_and_counts_for_exclusion(monkeypatch):
    monkeypatch.setenv("MTO_PORTAL_SNAPSHOT", "env.json")
    assert parse_portal_options({}).snapshot == "env.json"
    assert parse_portal_options({"portal_snapshot": "task.json"}).snapshot == "task.json"
    with pytest.raises(OptionError, match="portal_session: give only one of"):
        parse_portal_options({"portal_session": SESSION})
    monkeypatch.setenv("MTO_PORTAL_COOKIES_FILE", "cookies.json")
    with pytest.raises(OptionError, match="portal_cookies_file: give only one of"):
        parse_portal_options({})


def test_a_session_is_not_shown():
    made = parse_portal_options({"portal_session": SESSION})
    assert "planted" not in repr(made)
    assert made.session == {"sccauth": "planted", "XSRF-TOKEN": "planted"}


def test_nobody_s_view():
    assert view_owner(make_connection()) == ANNA
    with pytest.raises(OptionError, match="operator: missing"):
        view_owner(make_connection(operator=None))


def restore_file(tmp_path, view):
    path = tmp_path / "backup.json"
    path.write_text(json.dumps(snapshot_of(view)), encoding="utf-8")
    return str(path)


def test_a_restored_list_is_what_was_in_the_view_but_for_the_home_tenant(tmp_path):
    path = restore_file(tmp_path, make_view([B, HOME], only_picker=[A]))
    made = parse_registration_options(validated(restore=path), make_connection())
    assert [tenant.tenant_id for tenant in made.tenants] == [A, B]
    assert made.desired.declared == (A, B)


def test_a_backup_that_is_not_whole_is_refused(tmp_path):
    path = tmp_path / "backup.json"
    path.write_text(json.dumps({**snapshot_of(make_view([A])), "picker": None}), encoding="utf-8")
    with pytest.raises(OptionError, match=r"restore: .* does not hold the whole view"):
        parse_registration_options(validated(restore=str(path)), make_connection())


def test_secrets_are_marked():
    session = view_spec()["portal_session"]
    assert session["no_log"] is True
    assert {row["no_log"] for row in session["options"].values()} == {True}
