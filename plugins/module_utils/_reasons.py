# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue: every reason with its status, its sentence, its remedy and Microsoft's page. Data only.

A reason is stable: programs and reports may rely on it. Sentences may be worded better at any time. The braces are
filled by the judge: `tenant` (name of the target), `home` (name or id of the home tenant), `operator`, and what the
reason itself says.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._model import Status

LEARN: t.Final = "https://learn.microsoft.com/en-us/"
MTO_REQUIREMENTS: t.Final = LEARN + "defender-xdr/mto-requirements"
LICENSING: t.Final = LEARN + "defender-xdr/prerequisites#licensing-requirements"
PERMISSIONS: t.Final = LEARN + "defender-xdr/m365d-permissions"
GDAP: t.Final = LEARN + "partner-center/customers/gdap-introduction"
GDAP_ASSIGN: t.Final = LEARN + "partner-center/customers/gdap-assign-microsoft-entra-roles"
B2B: t.Final = LEARN + "entra/external-id/what-is-b2b"
REDEEM: t.Final = LEARN + "entra/external-id/redemption-experience"
MFA_TRUST: t.Final = LEARN + "entra/external-id/authentication-conditional-access"
CONSENT: t.Final = LEARN + "entra/identity/enterprise-apps/grant-admin-consent"
AADSTS: t.Final = LEARN + "entra/identity-platform/reference-error-codes"
GRAPH_ERRORS: t.Final = LEARN + "graph/errors"
GRAPH_THROTTLING: t.Final = LEARN + "graph/throttling"
GOVERNANCE: t.Final = LEARN + "defender-xdr/governance-relationships"
CONDITIONAL_ACCESS: t.Final = LEARN + "entra/identity/conditional-access/overview"


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One row: what it means for the verdict, what it says, who must do what, and where Microsoft says so."""

    status: Status
    sentence: str
    remedy: str
    doc_url: str


NOTHING: t.Final = "Nothing to do."
_APP_ADMIN: t.Final = "An administrator of {tenant} who may grant tenant-wide admin consent"
_GDAP_LIST: t.Final = "Partner Center (https://partner.microsoft.com/commerce/granularadminaccess/list)"

REASONS: t.Final[dict[str, Reason]] = {
    # -- consent: our app in the target tenant -----------------------------------------------------------------
    "consent.app_not_in_tenant": Reason(
        "unmet",
        "Our app {app} is not known in {tenant}: nobody has consented to it there.",
        _APP_ADMIN + " opens {consent_url} and accepts.",
        CONSENT,
    ),
    "consent.app_disabled": Reason(
        "unmet",
        "Our app {app} is disabled in {tenant}.",
        "An administrator of {tenant} enables the app in Microsoft Entra, Enterprise applications.",
        CONSENT,
    ),
    "consent.permission_missing": Reason(
        "unmet",
        "In {where}, {identity} may not read {what}: none of these permissions is granted: {permissions}.",
        "An administrator of {where} grants {first_permission}: add it to the app registration, then open {consent_url}"
        " and accept.",
        CONSENT,
    ),
    # -- access --------------------------------------------------------------------------------------------------
    "access.gdap_in_force": Reason(
        "met",
        "GDAP relationship '{relationship}' is in force until {ends} and {operator} is in the group '{group}' that it"
        " is assigned to.",
        NOTHING,
        GDAP,
    ),
    "access.gdap_missing": Reason(
        "unmet",
        "There is no GDAP relationship between {home} and {tenant}.",
        "A partner administrator of {home} requests a GDAP relationship in " + _GDAP_LIST + "; a Global Administrator"
        " of {tenant} approves it.",
        GDAP,
    ),
    "access.gdap_expired": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} expired on {ends}.",
        "A partner administrator of {home} requests a new GDAP relationship in " + _GDAP_LIST + "; a Global"
        " Administrator of {tenant} approves it.",
        GDAP,
    ),
    "access.gdap_terminated": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} was ended (status {status}).",
        "Clear with {tenant} why it was ended; then a partner administrator of {home} requests a new one in "
        + _GDAP_LIST
        + ".",
        GDAP,
    ),
    "access.gdap_not_active": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is not active yet (status {status}).",
        "A Global Administrator of {tenant} approves the relationship: {invitation_url}",
        GDAP,
    ),
    "access.gdap_not_sent": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is a draft that was not sent for approval (status {status}).",
        "A partner administrator of {home} finalizes the request in " + _GDAP_LIST + "; then a Global Administrator of"
        " {tenant} approves it: {invitation_url}",
        GDAP,
    ),
    "access.gdap_activating": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is approved; Microsoft is activating it (status {status}).",
        "Nobody has to act: run again in an hour.",
        GDAP,
    ),
    "access.gdap_no_assignment": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but no security group is assigned to it.",
        "A partner administrator of {home} assigns a security group that holds {operator} to the relationship in "
        + _GDAP_LIST
        + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_operator_not_assigned": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} is in none of the groups assigned"
        " to it ({groups}).",
        "An administrator of {home} adds {operator} to one of the groups {groups}, or a partner administrator assigns a"
        " group that holds {operator} in " + _GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_status_unknown": Reason(
        "unknown",
        "GDAP relationship '{relationship}' with {tenant} has a status that we do not know: '{status}'.",
        "A partner administrator of {home} looks at the relationship in " + _GDAP_LIST + ".",
        GDAP,
    ),
    "access.guest_accepted": Reason(
        "met",
        "{operator} has a {user_type} account in {tenant} ({account}); it is enabled and the invitation is accepted.",
        NOTHING,
        B2B,
    ),
    "access.member_enabled": Reason(
        "met",
        "{operator} has a member account in {tenant} ({account}) that signs in from another Microsoft Entra tenant; it"
        " is enabled.",
        NOTHING,
        B2B,
    ),
    "access.guest_identity_unknown": Reason(
        "unknown",
        "{tenant} holds an accepted account that could be of {operator} ({account}), but it is not proven to be this"
        " person's account of {home} (sign-in by {issuers}).",
        "An administrator of {tenant} looks at the account's identities in Microsoft Entra, Users, and resets its"
        " redemption status if it is not the work account of {operator}.",
        REDEEM,
    ),
    "access.guest_missing": Reason(
        "unmet",
        "{operator} has no guest or member account in {tenant}.",
        "An administrator of {tenant} invites {operator} as a guest, or the tenants set up cross-tenant"
        " synchronization.",
        B2B,
    ),
    "access.guest_pending": Reason(
        "unmet",
        "{operator} was invited to {tenant} but has not accepted the invitation.",
        "{operator} accepts the invitation from the mail, or opens https://myapps.microsoft.com/?tenantid={tenant_id}.",
        REDEEM,
    ),
    "access.guest_disabled": Reason(
        "unmet",
        "The account of {operator} in {tenant} ({account}) is disabled.",
        "An administrator of {tenant} enables the account in Microsoft Entra, Users.",
        B2B,
    ),
    "access.guest_state_unknown": Reason(
        "unknown",
        "{tenant} holds an account with the mail address of {operator} ({account}), but does not say that it is an"
        " accepted B2B account (state '{state}').",
        "An administrator of {tenant} looks at the account in Microsoft Entra, Users, and invites {operator} if it"
        " is another person's.",
        B2B,
    ),
    "access.none_found": Reason(
        "unmet",
        "{operator} reaches {tenant} by no known way: no GDAP relationship and no guest account.",
        "Either a partner administrator of {home} requests a GDAP relationship in " + _GDAP_LIST + ", or an"
        " administrator of {tenant} invites {operator} as a guest.",
        MTO_REQUIREMENTS,
    ),
    "access.tenant_not_found": Reason(
        "unmet",
        "Microsoft Entra knows no tenant {tenant_id} in this cloud.",
        "Correct tenant_id of '{tenant}' in your tenant list, or set its cloud.",
        AADSTS,
    ),
    "access.governance_not_read": Reason(
        "unknown",
        "Access to {tenant} is declared as a governance relationship (preview), which this version does not read.",
        "Check the relationship by hand in the Defender portal, or declare access: gdap, b2b or auto.",
        GOVERNANCE,
    ),
    # -- license -------------------------------------------------------------------------------------------------
    "license.present": Reason("met", "{tenant} has {products} through {sku}.", NOTHING, LICENSING),
    "license.none": Reason(
        "unmet",
        "{tenant} has no licence that includes Microsoft Defender XDR.",
        "Whoever buys licences for {tenant} adds one from Microsoft's list, for example Microsoft 365 E5 or Microsoft"
        " Defender for Business.",
        LICENSING,
    ),
    "license.suspended": Reason(
        "unmet",
        "The licence of {tenant} that includes {products} ({sku}) is {state}.",
        "Whoever buys licences for {tenant} renews the subscription in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.no_units": Reason(
        "unmet",
        "{tenant} has {sku} with {products}, but without a single paid unit.",
        "Whoever buys licences for {tenant} adds units in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.plan_disabled": Reason(
        "unmet",
        "{tenant} has {sku}, but its plan {products} is disabled.",
        "A licence administrator of {tenant} turns the service plan on.",
        LICENSING,
    ),
    "license.sufficiency_open": Reason(
        "unknown",
        "{tenant} has only {products} ({sku}); Microsoft's page does not say whether that is enough for Defender XDR.",
        "Open https://security.microsoft.com/?tid={tenant_id} and see whether Defender XDR answers; if it does, list"
        " {products} in `licenses` of this tenant.",
        LICENSING,
    ),
    "license.demanded_missing": Reason(
        "unmet",
        "{tenant} has none of the licences that its row demands: {demanded}.",
        "Whoever buys licences for {tenant} adds one of them, or you correct `licenses` of this tenant.",
        LICENSING,
    ),
    "license.state_unknown": Reason(
        "unknown",
        "The licence of {tenant} that includes {products} ({sku}) has a state that we do not know: '{state}'.",
        "A licence administrator of {tenant} looks at the subscription in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    # -- permissions ---------------------------------------------------------------------------------------------
    "permissions.role_via_gdap": Reason(
        "met",
        "{operator} holds {roles} in {tenant} through the GDAP group '{group}'.",
        NOTHING,
        PERMISSIONS,
    ),
    "permissions.role_direct": Reason("met", "{operator} holds {roles} in {tenant}.", NOTHING, PERMISSIONS),
    "permissions.role_via_group": Reason(
        "met", "{operator} holds {roles} in {tenant} through a group.", NOTHING, PERMISSIONS
    ),
    "permissions.no_role": Reason(
        "unmet",
        "{operator} holds none of the roles wanted in {tenant}: {wanted}.",
        "An administrator of {tenant} assigns {operator}, or a group that holds this account, one of the roles"
        " {wanted}.",
        PERMISSIONS,
    ),
    "permissions.gdap_no_role": Reason(
        "unmet",
        "The GDAP assignments of {operator} for {tenant} carry none of the roles wanted: {wanted}.",
        "A partner administrator of {home} adds one of the roles {wanted} to the group's assignment in "
        + _GDAP_LIST
        + "; a role that is not in the relationship needs a new relationship.",
        GDAP_ASSIGN,
    ),
    "permissions.role_scoped": Reason(
        "unmet",
        "{operator} holds {roles} in {tenant} only for a part of the tenant (an administrative unit).",
        "An administrator of {tenant} assigns the role for the whole directory.",
        PERMISSIONS,
    ),
    "permissions.access_first": Reason(
        "unknown",
        "Roles of {operator} in {tenant} can be judged only once access is proven.",
        "Mend access first.",
        PERMISSIONS,
    ),
    "permissions.limited_information": Reason(
        "unknown",
        "{tenant} shows that {operator} holds directory roles, but not which.",
        "An administrator of {tenant} grants RoleManagement.Read.Directory to our app: add it to the app registration,"
        " then open {consent_url} and accept.",
        CONSENT,
    ),
    # -- mfa_trust -----------------------------------------------------------------------------------------------
    "mfa_trust.by_partner": Reason(
        "met", "{tenant} trusts multifactor authentication of {home} (partner setting).", NOTHING, MFA_TRUST
    ),
    "mfa_trust.by_default": Reason(
        "met",
        "{tenant} trusts multifactor authentication of every tenant (default setting).",
        NOTHING,
        MFA_TRUST,
    ),
    "mfa_trust.not_accepted": Reason(
        "unmet",
        "{tenant} does not trust multifactor authentication done in {home} ({source} setting): data can be missing in"
        " the multitenant view.",
        "A Security Administrator of {tenant} turns on 'Trust multifactor authentication from Microsoft Entra tenants'"
        " for {home} in Microsoft Entra, Cross-tenant access settings, Inbound, Trust settings.",
        MFA_TRUST,
    ),
    "mfa_trust.not_told": Reason(
        "unknown",
        "{tenant} does not tell whether it trusts multifactor authentication done in {home}.",
        "A Security Administrator of {tenant} looks at Microsoft Entra, Cross-tenant access settings, Inbound, Trust"
        " settings.",
        MFA_TRUST,
    ),
    # -- sign_in ---------------------------------------------------------------------------------------------------
    "sign_in.conditional_access": Reason(
        "unmet",
        "A Conditional Access policy of {tenant} refuses the sign-in of {who}: {said}",
        "A Conditional Access administrator of {tenant} reads the sign-in log and lets the sign-in pass.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.mfa_required": Reason(
        "unmet",
        "{tenant} asks {who} for multifactor authentication, which this sign-in cannot answer: {said}",
        "{operator} signs in again with multifactor authentication; an administrator of {tenant} trusts the"
        " multifactor authentication of {home}.",
        MFA_TRUST,
    ),
    "sign_in.guest_pending": Reason(
        "unmet",
        "{operator} was invited to {tenant} but has not accepted the invitation: {said}",
        "{operator} accepts the invitation from the mail, or opens https://myapps.microsoft.com/?tenantid={tenant_id}.",
        REDEEM,
    ),
    "sign_in.account_disabled": Reason(
        "unmet",
        "The account of {operator} in {tenant} is disabled: {said}",
        "An administrator of {tenant} enables the account in Microsoft Entra, Users.",
        B2B,
    ),
    "sign_in.user_not_in_tenant": Reason(
        "unmet",
        "{operator} has no account and no delegated access in {tenant}: {said}",
        "Mend access first: a GDAP relationship or a guest account.",
        MTO_REQUIREMENTS,
    ),
    "sign_in.refused": Reason(
        "unmet",
        "Microsoft Entra refused {who} a token for {tenant}: {said}",
        "Look the number up on Microsoft's page; the tenant that the sentence names must change the setting.",
        AADSTS,
    ),
    # -- identity ----------------------------------------------------------------------------------------------------
    "identity.app_needed": Reason(
        "unknown",
        "{what} in {tenant} can be read only by an app identity, and none is given.",
        "Give client_id with client_secret, client_certificate_path or federated_token_file.",
        LEARN + "graph/auth/auth-concepts",
    ),
    "identity.operator_needed": Reason(
        "unknown",
        "{what} in {tenant} can be read only as the operator, and no refresh_token is given.",
        "Give refresh_token of {operator}.",
        LEARN + "graph/auth/auth-concepts",
    ),
    # -- read: what could not be read, whatever it was -------------------------------------------------------------
    "read.forbidden": Reason(
        "unknown",
        "In {where}, {identity} was refused {what} (HTTP {status}): {said}",
        "{hint}",
        GRAPH_ERRORS,
    ),
    "read.throttled": Reason(
        "unknown",
        "Microsoft throttled the reading of {what} in {where} until we gave up.",
        "Run again later, or lower `concurrency`.",
        GRAPH_THROTTLING,
    ),
    "read.failed": Reason(
        "unknown",
        "{what} in {where} could not be read: {said}",
        "Run again; if it stays, look at Microsoft's service health and give the request id to support.",
        GRAPH_ERRORS,
    ),
    "read.unreachable": Reason(
        "unknown",
        "{what} in {where} could not be read: {said}",
        "Check the network, the proxy and `ca_path` of the machine that runs this, then run again.",
        GRAPH_ERRORS,
    ),
    "read.deadline": Reason(
        "unknown",
        "The time for the task was used up before {what} in {where} was read.",
        "Raise `deadline` or `concurrency`, or split the tenant list.",
        GRAPH_THROTTLING,
    ),
    "read.partial": Reason(
        "unknown",
        "{what} in {where} was read only in part: {said}",
        "Run again.",
        GRAPH_ERRORS,
    ),
    "read.wrong_tenant": Reason(
        "unknown",
        "Microsoft answered for tenant {answered} where {tenant_id} was asked: nothing of it is used.",
        "Check `endpoints` and the proxy between here and Microsoft.",
        GRAPH_ERRORS,
    ),
    "read.other_cloud": Reason(
        "unknown",
        "{tenant} is in cloud {cloud}; a sign-in of cloud {run_cloud} cannot read it.",
        "Check {tenant} by hand in its own cloud; the multitenant portal takes it by 'add from another cloud'.",
        MTO_REQUIREMENTS,
    ),
}

CAVEATS: t.Final[dict[str, tuple[str, str, str]]] = {
    "access.gdap_expiring": (
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days, and does not extend itself.",
        "A partner administrator of {home} turns on auto-extend or requests a new relationship in " + _GDAP_LIST + ".",
        GDAP,
    ),
    "access.gdap_carries_no_sentinel": (
        "GDAP carries no Microsoft Sentinel data.",
        "Where {tenant} uses Microsoft Sentinel, add B2B access.",
        MTO_REQUIREMENTS,
    ),
    "license.in_warning": (
        "The subscription {sku} of {tenant} is in its grace period.",
        "Whoever buys licences for {tenant} renews it in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
}

# Caveats that somebody has to act on: the report shows these as findings, the others stay beside their verdict.
CAVEATS_TO_ACT_ON: t.Final = frozenset({"access.gdap_expiring", "license.in_warning"})
