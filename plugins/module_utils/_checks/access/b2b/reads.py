# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra B2B: what is read of the operator's account and of cross-tenant access settings, and its form.

A guest from another Microsoft Entra tenant cannot be found by `identities` (issuerAssignedId is null there
[community]), so the app looks by mail, by otherMails and by the #EXT# user principal name; the operator looks at their
own object. A deleted user is kept among the deleted items for 30 days [doc directory-deleteditems-list].
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import USER_PERMISSIONS
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_template_id
from ansible_collections.m365.defender.plugins.module_utils._core.fields import is_guid
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Read

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence

Direction = t.Literal["outbound", "inbound"]
Part = t.Literal["users", "applications"]

_SELECT: t.Final = "$select=id,userPrincipalName,mail,userType,accountEnabled,externalUserState,identities"
# More accounts than this with one mail address are left out of the evidence.
MAX_ACCOUNTS: t.Final = 5


class Account(t.TypedDict):
    """The operator's account in a target tenant; `issuers` of its identities tell from where it signs in."""

    id: str
    upn: str
    mail: str | None
    type: str
    enabled: bool | None
    state: str | None
    issuers: list[str]


class AccountList(t.TypedDict):
    """The accounts that a look-up finds."""

    accounts: list[Account]
    left_out: int


class DeletedAccount(t.TypedDict):
    """An account that was deleted, and when."""

    id: str
    upn: str
    mail: str | None
    deleted: str | None


def shape_accounts(body: Fields) -> AccountList:
    """Return the accounts of a list."""
    rows = body.rows("value", key="id")
    return {"accounts": [_shape_account(row) for row in rows[:MAX_ACCOUNTS]], "left_out": len(rows[MAX_ACCOUNTS:])}


def shape_own_account(body: Fields) -> AccountList:
    """Return the operator's own object in the same form."""
    return {"accounts": [_shape_account(body)], "left_out": 0}


def _shape_account(row: Fields) -> Account:
    issuers = {identity.optional_text("issuer") or "" for identity in row.optional_rows("identities") or ()}
    return {
        "id": row.guid("id"),
        "upn": row.optional_text("userPrincipalName") or "",
        "mail": row.optional_text("mail"),
        "type": row.optional_text("userType") or "",
        "enabled": row.optional_flag("accountEnabled"),
        "state": row.optional_text("externalUserState"),
        "issuers": sorted(issuers),
    }


def shape_deleted(body: Fields) -> dict[str, list[DeletedAccount]]:
    """Return `{deleted: [...]}` with few rows, since one is enough."""
    rows: list[DeletedAccount] = [
        {
            "id": row.guid("id"),
            "upn": row.optional_text("userPrincipalName") or "",
            "mail": row.optional_text("mail"),
            "deleted": row.optional_time("deletedDateTime"),
        }
        for row in body.rows("value", key="id")[:MAX_ACCOUNTS]
    ]
    return {"deleted": rows}


def _look_up(what: str, title: str, condition: str) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"/users?$filter={condition}&{_SELECT}",
        app=USER_PERMISSIONS,
        delegated=USER_PERMISSIONS,
        shape=shape_accounts,
    )


def _deleted(what: str, condition: str) -> Read:
    return Read(
        what=what,
        title="deleted accounts of the operator",
        path=f"/directory/deletedItems/microsoft.graph.user?$filter={condition}"
        "&$select=id,userPrincipalName,mail,deletedDateTime",
        app=("User.Read.All", "Directory.Read.All"),
        delegated=(),
        shape=shape_deleted,
    )


ACCOUNTS_BY_MAIL: t.Final = _look_up("accounts_by_mail", "accounts with the operator's mail", "mail eq '{mail}'")
ACCOUNTS_BY_OTHER_MAILS: t.Final = _look_up(
    "accounts_by_other_mails", "accounts with the operator's mail as another mail", "otherMails/any(m:m eq '{mail}')"
)
_STARTS_WITH_NAME: t.Final = "startsWith(userPrincipalName,'{external_name}')"
ACCOUNTS_BY_UPN: t.Final = _look_up(
    "accounts_by_upn", "accounts made from the operator's user principal name", _STARTS_WITH_NAME
)
OWN_ACCOUNT: t.Final = Read(
    what="own_account",
    title="the operator's own account",
    path=f"/me?{_SELECT}",
    app=(),
    delegated=("User.Read", "User.ReadWrite", *USER_PERMISSIONS),
    shape=shape_own_account,
    # A person by GDAP or governance has no object in the tenant [community].
    missing_is_answer=True,
)
DELETED_BY_MAIL: t.Final = _deleted("deleted_by_mail", "mail eq '{mail}'")
# The user principal name of a deleted user can begin with its object id [community], so this look may find nothing.
DELETED_BY_UPN: t.Final = _deleted("deleted_by_upn", _STARTS_WITH_NAME)
# What finds the operator's account in a target, as the app and as the operator, and what finds a deleted one.
APP_LOOK_UPS: t.Final = (ACCOUNTS_BY_MAIL, ACCOUNTS_BY_OTHER_MAILS, ACCOUNTS_BY_UPN)
LOOK_UPS: t.Final = (*APP_LOOK_UPS, OWN_ACCOUNT)
DELETED_LOOK_UPS: t.Final = (DELETED_BY_MAIL, DELETED_BY_UPN)


def known_mails(user: JsonObject) -> tuple[str, ...]:
    """Return every address that the operator can have been invited by, in lower case, each once."""
    mails = [user["mail"], user["upn"], *user["other_mails"]]
    return tuple(dict.fromkeys(mail.lower() for mail in mails if mail))


def external_name(upn: str) -> str:
    """Return how a guest's user principal name begins: `anna_contoso.com#EXT#@` [guess, well known]."""
    return upn.replace("@", "_") + "#EXT#@"


def bind_look_ups(reads: Sequence[Read], mails: Sequence[str]) -> list[BoundRead]:
    """Bind the reads to each address of the operator in turn."""
    return [
        BoundRead(read, {"mail": mail, "external_name": external_name(mail)}, str(number or ""))
        for number, mail in enumerate(mails)
        for read in reads
    ]


_PERMISSIONS: t.Final = ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
# Delegated, a person needs one of these roles as well [doc crosstenantaccesspolicy pages], least first.
_READERS: t.Final = tuple(
    str(role_template_id(name))
    for name in ("Security Reader", "Global Reader", "Conditional Access Administrator", "Security Administrator")
)
# The portal of Microsoft Defender signs in as this app [doc mto-troubleshoot].
PORTAL_APP: t.Final = "80ccca67-54bd-44ab-8625-4b79c4dc7775"
_GRAPH_APP: t.Final = "00000003-0000-0000-c000-000000000000"
# AllMicrosoftApps is every Microsoft cloud application [doc crosstenantaccesspolicytarget].
ALL_APPLICATIONS: t.Final = frozenset({"allapplications", "allmicrosoftapps"})
# Targets that every row keeps. Whether the Defender portal is part of the Office 365 suite, or works without Microsoft
# Graph, no document says.
_KEPT_TARGETS: t.Final = frozenset(
    {
        "user:allusers",
        "group:allusers",
        *(f"application:{name}" for name in (PORTAL_APP, *ALL_APPLICATIONS, "office365", _GRAPH_APP)),
    }
)


class Targets(t.TypedDict):
    """Users, or applications, of a setting; `others` counts by type what was trimmed away of `targets`."""

    access: str
    targets: list[str]
    others: t.NotRequired[dict[str, int]]


class Setting(t.TypedDict):
    """A setting of B2B collaboration; a part that is null inherits the default."""

    users: Targets | None
    applications: Targets | None


class Trust(t.TypedDict, total=False):
    """What of a person's home tenant is trusted; a null stays null."""

    mfa: bool | None
    compliant_device: bool | None
    hybrid_joined_device: bool | None


class SideSettings(t.TypedDict):
    """One side of a default or of a partner entry; nothing but `found` where there is no entry.

    `tenant` is whose entry it is in the home tenant's list. B2B direct connect is left out: the view needs none.
    """

    found: bool
    b2b: t.NotRequired[Setting | None]
    consent: t.NotRequired[bool | None]
    inbound_trust: t.NotRequired[Trust | None]
    tenant: t.NotRequired[str]


def shape_settings(body: Fields, direction: Direction) -> SideSettings:
    """Return one side of a default or of a partner entry."""
    setting = body.optional_row(f"b2bCollaboration{direction.capitalize()}")
    consent = body.optional_row("automaticUserConsentSettings")
    settings: SideSettings = {
        "found": True,
        "b2b": None if setting is None else _shape_setting(setting),
        "consent": consent.optional_flag(f"{direction}Allowed") if consent else None,
    }
    if direction == "inbound":
        settings["inbound_trust"] = _shape_trust(body)
    return settings


def shape_default(body: Fields, direction: Direction) -> SideSettings:
    """Return one side of the default. Another object, which holds no setting at all, is none that refuses."""
    body.flag("isServiceDefault")
    return shape_settings(body, direction)


def shape_partner(body: Fields, direction: Direction) -> SideSettings:
    """Return one side of a partner entry, which names its partner."""
    body.guid("tenantId")
    return shape_settings(body, direction)


def _shape_setting(setting: Fields) -> Setting:
    return {
        "users": _shape_targets(setting.nullable_row("usersAndGroups")),
        "applications": _shape_targets(setting.nullable_row("applications")),
    }


def _shape_targets(part: Fields | None) -> Targets | None:
    if part is None:
        return None
    rows = part.optional_rows("targets") or ()
    targets = sorted(f"{row.non_empty('targetType')}:{row.non_empty('target')}".lower() for row in rows)
    return {"access": (part.optional_text("accessType") or "").lower(), "targets": targets}


def _shape_trust(body: Fields) -> Trust | None:
    """Return what is trusted. Only a null inherits the default [doc]: an answer without the field does not say so."""
    trust = body.nullable_row("inboundTrust")
    if trust is None:
        return None
    return {
        "mfa": trust.optional_flag("isMfaAccepted"),
        "compliant_device": trust.optional_flag("isCompliantDeviceAccepted"),
        "hybrid_joined_device": trust.optional_flag("isHybridAzureADJoinedDeviceAccepted"),
    }


def shape_partners(body: Fields) -> list[SideSettings]:
    """Return every partner entry of the home tenant, outbound."""
    rows = body.rows("value", key="tenantId")
    return [{"tenant": row.guid("tenantId"), **shape_settings(row, "outbound")} for row in rows]


def shape_synchronization(body: Fields) -> dict[str, bool | None]:
    """Return `{found: true, allowed}`: whether the home tenant may synchronize people into the target."""
    inbound = body.optional_row("userSyncInbound")
    return {"found": True, "allowed": inbound.optional_flag("isSyncAllowed") if inbound else None}


def trim_settings(settings: SideSettings, mine: frozenset[str]) -> SideSettings:
    """Keep of the targets only the special ones and `mine` (`user:<id>`, `group:<id>`), and count the others."""
    setting = settings.get("b2b")
    if setting is None:
        return settings
    users, applications = _trim_targets(setting["users"], mine), _trim_targets(setting["applications"], mine)
    return {**settings, "b2b": {"users": users, "applications": applications}}


def _trim_targets(part: Targets | None, mine: frozenset[str]) -> Targets | None:
    if part is None:
        return None
    kept = [target for target in part["targets"] if target in _KEPT_TARGETS or target in mine]
    others = [target.partition(":") for target in part["targets"] if target not in kept]
    # A target that is no object's id can mean anybody.
    kinds = collections.Counter(kind if is_guid(name) else "unrecognized" for kind, _colon, name in others)
    trimmed: Targets = {**part, "targets": kept}
    if others:
        trimmed["others"] = dict(sorted(kinds.items()))
    return trimmed


def trim_partners(partners: Sequence[SideSettings], tenant_id: str, mine: frozenset[str]) -> SideSettings:
    """Return the home tenant's entry for one tenant out of its list; `{found: false}` where there is none."""
    entry = next((entry.copy() for entry in partners if entry["tenant"] == tenant_id), None)
    if entry is None:
        return {"found": False}
    del entry["tenant"]
    return trim_settings(entry, mine)


def _read(what: str, title: str, path: str, shape: Callable[[Fields], object], *, one: bool = False) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"/policies/crossTenantAccessPolicy{path}",
        app=_PERMISSIONS,
        delegated=_PERMISSIONS,
        shape=shape,
        readers=_READERS,
        missing_is_answer=one,
        about=("tenantId",) if one else (),
    )


SETTINGS_DEFAULT: t.Final = _read(
    "cross_tenant_access_default",
    "the default cross-tenant access settings",
    "/default",
    functools.partial(shape_default, direction="inbound"),
)
SETTINGS_PARTNER: t.Final = _read(
    "cross_tenant_access_partner",
    "the cross-tenant access settings for the home tenant",
    "/partners/{home_tenant_id}",
    functools.partial(shape_partner, direction="inbound"),
    one=True,
)
# It decides nothing: it says whom the remedy is for.
SYNCHRONIZATION: t.Final = dataclasses.replace(
    SETTINGS_PARTNER,
    what="identity_synchronization",
    title="the cross-tenant synchronization from the home tenant",
    path=f"{SETTINGS_PARTNER.path}/identitySynchronization",
    shape=shape_synchronization,
    optional=True,
)
HOME_DEFAULT: t.Final = dataclasses.replace(
    SETTINGS_DEFAULT,
    what="home_cross_tenant_access_default",
    shape=functools.partial(shape_default, direction="outbound"),
)
HOME_PARTNERS: t.Final = _read(
    "home_cross_tenant_access_partners",
    "the cross-tenant access settings for other tenants",
    "/partners",
    shape_partners,
)
# The one entry of that list that is about the target.
HOME_PARTNER: t.Final = dataclasses.replace(HOME_PARTNERS, stored_as="home_cross_tenant_access_partner")


def settings_reads(context: TargetContext) -> list[BoundRead]:
    """Return the reads of a target's settings: the same for everybody, so that one answer serves them all."""
    return [BoundRead(SETTINGS_DEFAULT), BoundRead(SETTINGS_PARTNER, {"home_tenant_id": context.home_tenant_id})]


def trim_answers(evidence: Mapping[str, Evidence], mine: frozenset[str]) -> dict[str, Evidence]:
    """Trim a target's settings to one person as they arrive: whole lists of people never get into a row."""
    settings = {key: evidence[key] for key in (SETTINGS_DEFAULT.key, SETTINGS_PARTNER.key) if key in evidence}
    return {
        **evidence,
        **{
            key: dataclasses.replace(answer, data=trim_settings(answer.data, mine))
            for key, answer in settings.items()
            if answer.data is not None
        },
    }
