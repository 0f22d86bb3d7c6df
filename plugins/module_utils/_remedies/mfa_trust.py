# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trust multifactor authentication of the home tenant in the target [doc crosstenantaccesspolicyconfigurationpartner].

Only the partner entry of the home tenant is written, never the default, which would trust every tenant. inboundTrust is
replaced as a whole, so the two claims about devices are sent as they apply now: those of the entry, and where it
inherits, those of the default.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, UnreadError, WriteCall, read_as
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry

    Trust: t.TypeAlias = "dict[str, bool | None]"

_PATH: t.Final = "/policies/crossTenantAccessPolicy"
_MFA: t.Final = "isMfaAccepted"
_CLAIMS: t.Final = (_MFA, "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted")
_NOT_FOUND: t.Final = 404
# What an entry has beside its trust; null inherits.
_IDENTIFIES: t.Final = frozenset({"tenantId", "inboundTrust"})


class MfaTrust(Remedy):
    """See the module."""

    NAME = "mfa_trust"
    REASONS = frozenset({"mfa_trust.not_accepted"})
    PERMISSIONS = ("Policy.ReadWrite.CrossTenantAccess",)
    IN_TARGET = True

    def look(self, case: RemedyCase) -> Look:
        """See Remedy."""
        entry = _partner_entry(case)
        trust = _trust_of(entry) if entry is not None else None
        if trust is not None and trust[_MFA]:
            return Look(
                kind="settled",
                object=case.home.tenant_id,
                message=f"{case.tenant.name} trusts multifactor authentication from {case.home.name}.",
            )
        if entry is None and not case.settings.create_partner:
            return Look(
                kind="declined",
                object=case.home.tenant_id,
                message=f"{case.tenant.name} has no partner entry for {case.home.name}, and none is made unasked.",
                remedy="Ansible administrator of the home tenant: set {mto_}remedy_create_partner to true. Or Security"
                f" Administrator of {case.tenant.name}: add {case.home.name} in Microsoft Entra, Cross-tenant access"
                " settings.",
            )
        after: Trust = {**(trust or _default_trust(case)), _MFA: True}
        body: JsonObject = {"inboundTrust": after}
        path = f"{_PATH}/partners/{case.home.tenant_id}"
        call = WriteCall("PATCH", path, body)
        if entry is None:
            call = WriteCall("POST", f"{_PATH}/partners", {"tenantId": case.home.tenant_id, **body})
        return Look(
            kind="change",
            object=case.home.tenant_id,
            message=f"{case.tenant.name}: trust multifactor authentication from {case.home.name}"
            f" ({'partner entry' if entry is not None else 'a new partner entry'}).",
            before={"inboundTrust": trust, "entry": entry is not None},
            after={"inboundTrust": after, "entry": True},
            call=call,
        )

    def look_back(self, case: RemedyCase, entry: Entry) -> Look:
        """See Remedy."""
        found, name = _partner_entry(case), f"The partner entry for {case.home.name} in {case.tenant.name}"
        before = entry.before.get("inboundTrust")
        had_entry = entry.before.get("entry") is not False
        trust = _trust_of(found) if found is not None else None
        if (found is None and not had_entry) or (found is not None and had_entry and trust == before):
            return Look(kind="settled", object=entry.object, message=f"{name} is as it was before.")
        changed = found is None or trust != entry.after.get("inboundTrust")
        if changed or not (had_entry or _holds_trust_alone(found or {})):
            return Look(
                kind="declined",
                object=entry.object,
                message=f"{name} has been changed since, and is left as it is.",
                remedy=f"Security Administrator of {case.tenant.name}: decide about it in Microsoft Entra, Cross-tenant"
                " access settings.",
            )
        path = f"{_PATH}/partners/{case.home.tenant_id}"
        return Look(
            kind="change",
            object=entry.object,
            message=f"{name}: {'put its trust back' if had_entry else 'delete it'}.",
            before=entry.after,
            after=entry.before,
            call=WriteCall("PATCH", path, {"inboundTrust": before}) if had_entry else WriteCall("DELETE", path),
        )


def _holds_trust_alone(entry: JsonObject) -> bool:
    """Tell whether an entry says nothing but what we wrote."""
    return all(key in _IDENTIFIES or key.startswith("@") or _says_nothing(value) for key, value in entry.items())


def _says_nothing(value: Json) -> bool:
    if isinstance(value, dict):
        return all(_says_nothing(inner) for inner in value.values())
    return value in (None, False)


def _partner_entry(case: RemedyCase) -> JsonObject | None:
    """Read the entry, None where the service says that there is none. Raise UnreadError."""
    title = f"the partner entry for {case.home.name} in {case.tenant.name}"
    answer = case.writer.get(case.tenant.tenant_id, f"{_PATH}/partners/{case.home.tenant_id}")
    if answer.status == _NOT_FOUND and answer.code and not answer.unknown_segment:
        return None
    entry = read_as(answer, title, lambda body: body.raw)
    if str(entry.get("tenantId", "")).lower() != case.home.tenant_id:
        raise UnreadError(f"{title} could not be read: it is of another tenant")
    return entry


def _default_trust(case: RemedyCase) -> Trust:
    title = f"the default cross-tenant access settings of {case.tenant.name}"
    answer = case.writer.get(case.tenant.tenant_id, f"{_PATH}/default")
    trust = _trust_of(read_as(answer, title, lambda body: body.raw))
    # A default without trust accepts nothing [doc crosstenantaccesspolicyconfigurationdefault].
    return trust or dict.fromkeys(_CLAIMS, False)


def _trust_of(settings: JsonObject) -> Trust | None:
    """Return the three claims, None where they are inherited. Raise UnreadError for another form."""
    trust = settings.get("inboundTrust")
    if trust is None:
        return None
    try:
        fields = Fields(trust, "inboundTrust")
        return {claim: fields.optional_flag(claim) for claim in _CLAIMS}
    except OptionError as error:
        raise UnreadError(f"the trust settings could not be read: {error}") from None
