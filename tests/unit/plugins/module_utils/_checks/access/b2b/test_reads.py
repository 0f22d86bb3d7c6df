# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of accounts and of cross-tenant access settings, and how their reads are made."""

from __future__ import annotations

import pytest
from bodies import data_of, guid
from evidence import case, piece

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads as b2b_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    MAX_ACCOUNTS,
    _look_up,
    external_name,
    known_mails,
    shape_accounts,
    shape_deleted,
    shape_own_account,
    shape_settings,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

ACCOUNT = {
    "id": guid("a").upper(),
    "userPrincipalName": "Anna_northwind.example#EXT#@Birch.example",
    "mail": "Anna@northwind.example",
    "userType": "Guest",
    "accountEnabled": True,
    "externalUserState": "Accepted",
    "identities": [
        {"issuer": "mail", "signInType": "federated"},
        {"issuer": "ExternalAzureAD", "signInType": "federated"},
        {"issuer": "mail", "signInType": "other"},
        {"issuer": None},
        {},
    ],
}


SHAPED = {
    "id": guid("a"),
    "upn": "Anna_northwind.example#EXT#@Birch.example",
    "mail": "Anna@northwind.example",
    "type": "Guest",
    "enabled": True,
    "state": "Accepted",
    "issuers": ["", "ExternalAzureAD", "mail"],
}


BARE = {"id": guid("1"), "upn": "", "mail": None, "type": "", "enabled": None, "state": None, "issuers": []}


def test_an_account_keeps_what_proves_whose_it_is():
    assert data_of(shape_accounts, {"value": [ACCOUNT, {"id": guid("1")}]}) == {
        "accounts": [SHAPED, BARE],
        "left_out": 0,
    }


@pytest.mark.parametrize("field", ["userPrincipalName", "mail", "userType", "accountEnabled", "identities"])
def test_a_field_of_an_account_that_is_null_is_as_one_that_is_missing(field):
    assert data_of(shape_accounts, {"value": [{"id": guid("1"), field: None}]}) == {"accounts": [BARE], "left_out": 0}


def test_more_accounts_than_are_shown_are_counted():
    rows = [{"id": guid(str(number))} for number in range(MAX_ACCOUNTS + 2)]
    shaped = data_of(shape_accounts, {"value": rows})
    assert [row["id"] for row in shaped["accounts"]] == [guid(str(number)) for number in range(MAX_ACCOUNTS)]
    assert shaped["left_out"] == 2


def test_ones_own_account_is_a_list_of_one():
    assert data_of(shape_own_account, ACCOUNT) == {"accounts": [SHAPED], "left_out": 0}


def test_a_look_up_asks_for_users_of_a_condition():
    read = _look_up("what", "the title", "mail eq '{mail}'")
    assert (read.what, read.title, read.shape) == ("what", "the title", shape_accounts)
    assert read.path.startswith("/users?$filter=mail eq '{mail}'&$select=id,userPrincipalName,mail,userType,")
    assert read.app == read.delegated
    assert read.app[:2] == ("User.Read.All", "Directory.Read.All")


def test_names_that_a_guest_can_have():
    user = {"mail": "Anna@x.example", "upn": "ANNA@x.example", "other_mails": ["b@x.example", "", "B@X.example"]}
    assert known_mails(user) == ("anna@x.example", "b@x.example")
    assert known_mails({"mail": None, "upn": "a@x", "other_mails": []}) == ("a@x",)
    assert external_name("Anna@x.example") == "Anna_x.example#EXT#@"


@pytest.mark.parametrize("value", [True, False, None])
def test_trust_is_told_setting_by_setting(value):
    trust = {
        "isMfaAccepted": value,
        "isCompliantDeviceAccepted": True,
        "isHybridAzureADJoinedDeviceAccepted": False,
    }
    shaped = {"mfa": value, "compliant_device": True, "hybrid_joined_device": False}
    assert data_of(shape_settings, {"inboundTrust": trust}, "inbound")["inbound_trust"] == shaped
    assert data_of(shape_settings, {"inboundTrust": None}, "inbound")["inbound_trust"] is None
    with pytest.raises(OptionError, match="inboundTrust is missing"):
        data_of(shape_settings, {"tenantId": guid("x")}, "inbound")


SETTINGS = {"inboundTrust": None, "b2bCollaborationInbound": None}


@pytest.mark.parametrize(
    ("read", "body", "missing"),
    [
        (b2b_reads.SETTINGS_DEFAULT, {"tenantId": guid("home"), **SETTINGS}, "isServiceDefault is missing"),
        (b2b_reads.HOME_DEFAULT, {"tenantId": guid("home"), **SETTINGS}, "isServiceDefault is missing"),
        (b2b_reads.SETTINGS_PARTNER, {"isServiceDefault": True, **SETTINGS}, "tenantId is missing"),
    ],
)
def test_answer_about_another_object_is_not_one_without_settings(read, body, missing):
    with pytest.raises(OptionError, match=missing):
        data_of(read.shape, body)


def shape(body):
    return body


def test_read_of_cross_tenant_access_is_found_unless_it_may_be_missing():
    read = b2b_reads._read("what", "the title", "/default", shape)
    assert (read.what, read.title, read.path) == ("what", "the title", "/policies/crossTenantAccessPolicy/default")
    assert read.app == read.delegated == ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
    assert (read.shape, read.missing_is_answer, read.optional) == (shape, False, False)
    assert len(read.readers) == 4
    assert b2b_reads._read("what", "the title", "/default", shape, one=True).missing_is_answer is True


def test_read_of_deleted_accounts_is_the_apps():
    assert b2b_reads._deleted("what", "mail eq '{mail}'") == Read(
        what="what",
        title="deleted accounts of the operator",
        path="/directory/deletedItems/microsoft.graph.user?$filter=mail eq '{mail}'"
        "&$select=id,userPrincipalName,mail,deletedDateTime",
        app=("User.Read.All", "Directory.Read.All"),
        delegated=(),
        shape=b2b_reads.shape_deleted,
    )


def test_deleted_account_keeps_name_mail_and_time():
    rows = [
        {"id": guid("a"), "userPrincipalName": "Aanna@x", "mail": "anna@x", "deletedDateTime": "2026-11-20T00:00:00Z"},
        {"id": guid("b"), "userPrincipalName": None, "mail": None, "deletedDateTime": None},
    ]
    settings, empty = data_of(b2b_reads.shape_deleted, {"value": rows})["deleted"]
    assert (settings["upn"], settings["mail"], settings["deleted"]) == ("Aanna@x", "anna@x", "2026-11-20T00:00:00Z")
    assert (empty["upn"], empty["mail"], empty["deleted"]) == ("", None, None)


def test_target_answers_are_cut_down_as_they_arrive():
    mine = frozenset({"user:me"})
    targets = [{"targetType": "user", "target": name} for name in ("me", guid("you"), "everybody")]
    inbound = {"usersAndGroups": {"accessType": "allowed", "targets": targets}, "applications": None}
    body = {"isServiceDefault": False, "b2bCollaborationInbound": inbound, "inboundTrust": None}
    context = TargetContext(case({}), "home", (), mine, as_operator=False, has_app=True)
    default, partner = b2b_reads.settings_reads(context)
    assert default.read is b2b_reads.SETTINGS_DEFAULT
    assert (partner.key, partner.fields) == (b2b_reads.SETTINGS_PARTNER.key, {"home_tenant_id": "home"})
    whole = piece(default.key, data_of(default.read.shape, body))
    trimmed = b2b_reads.trim_answers({default.key: whole, "other": whole}, mine)
    users = {"access": "allowed", "targets": ["user:me"], "others": {"unrecognized": 1, "user": 1}}
    assert trimmed[default.key].data["b2b"] == {"users": users, "applications": None}
    assert trimmed["other"] is whole


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ({"userSyncInbound": {"isSyncAllowed": True}}, True),
        ({"userSyncInbound": {"isSyncAllowed": False}}, False),
        ({"userSyncInbound": {}}, None),
        ({"userSyncInbound": None}, None),
        ({}, None),
    ],
)
def test_synchronization_is_told_or_null(body, allowed):
    assert data_of(b2b_reads.shape_synchronization, body) == {"found": True, "allowed": allowed}


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
@pytest.mark.parametrize("redeems", [True, False, None])
def test_shape_of_settings_tells_automatic_redemption(direction, redeems):
    consent = {} if redeems is None else {"automaticUserConsentSettings": {f"{direction}Allowed": redeems}}
    settings = data_of(b2b_reads.shape_settings, {"inboundTrust": None, **consent}, direction)
    assert (settings["found"], settings["consent"], settings["b2b"]) == (True, redeems, None)


def test_entry_of_the_home_tenant_is_told_without_its_tenant():
    rows = [{"tenant": "other", "found": True, "b2b": None}, {"tenant": "t", "found": True, "b2b": None}]
    assert b2b_reads.trim_partners(rows, "t", frozenset()) == {"found": True, "b2b": None}
    assert b2b_reads.trim_partners(rows, "x", frozenset()) == {"found": False}


def test_targets_that_are_all_told_need_no_count():
    part = {"access": "allowed", "targets": ["user:allusers"]}
    settings = {"b2b": {"users": part, "applications": None}}
    assert b2b_reads.trim_settings(settings, frozenset()) == settings


def test_shape_of_deleted():
    row = {"id": guid("a"), "userPrincipalName": "u", "mail": None, "deletedDateTime": "2026-11-20T00:00:00Z"}
    assert data_of(shape_deleted, {"value": [row]}) == {
        "deleted": [{"id": guid("a"), "upn": "u", "mail": None, "deleted": "2026-11-20T00:00:00Z"}]
    }
