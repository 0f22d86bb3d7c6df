# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family sign_in: what Microsoft Entra says to a sign-in, and whose setting that is.

The meaning of the numbers is Microsoft's [doc reference-error-codes]; they are mapped in `_auth/entra_errors.py`.
`{who}` signs in, `{resource}` is what the token was asked for, `{said}` is the service's own sentence.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    AADSTS,
    APP_CREDENTIALS,
    AUTHENTICATION_FLOWS,
    B2B,
    CONDITIONAL_ACCESS,
    CROSS_TENANT,
    DEVICE_CODE,
    GDAP,
    MFA_TRUST,
    MTO_REQUIREMENTS,
    NOTHING,
    REDEEM,
    REFRESH_TOKENS,
    RISK,
    SECURITY_DEFAULTS,
    SIGN_IN_AGAIN,
    TENANT_RESTRICTIONS,
    Reason,
)

_CONDITIONAL_ACCESS_ADMIN: t.Final = "A Conditional Access administrator of {tenant}"
_APP_OWNER: t.Final = "Whoever owns the registration of app {app} in {home}"

# What the tenant's policies and the account there say.
_OF_THE_TENANT: t.Final[dict[str, Reason]] = {
    "sign_in.token_issued": Reason(
        "met", "{operator} signs in to {tenant}: Microsoft Entra issues a token for {resource}.", NOTHING, AADSTS
    ),
    "sign_in.conditional_access": Reason(
        "unmet",
        "A Conditional Access policy of {tenant} refuses the sign-in of {who}: {said}",
        _CONDITIONAL_ACCESS_ADMIN + " reads the sign-in log (Microsoft Entra, Sign-in logs, Conditional Access) and"
        " lets the sign-in pass.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.device_required": Reason(
        "unmet",
        "A Conditional Access policy of {tenant} asks for a managed device, which this sign-in cannot show: {said}",
        "{operator} signs in again on a compliant or hybrid joined device (ansible-playbook m365.defender.login), and"
        " an administrator of {tenant} trusts compliant devices of {home} in the cross-tenant access settings.",
        CROSS_TENANT,
    ),
    "sign_in.home_risk": Reason(
        "unmet",
        "{home} holds {who} for a user at risk, so {tenant} refuses the sign-in: {said}",
        "A Security Administrator of {home} looks at {operator} in Microsoft Entra, Risky users, and clears or mends"
        " the risk.",
        RISK,
    ),
    "sign_in.delegated_admin_risk": Reason(
        "unmet",
        "{tenant} refuses delegated administrators for a risk that Microsoft Entra sees: {said}",
        "A Security Administrator of {home} looks at {operator} in Microsoft Entra, Risky users, and clears or mends"
        " the risk; then " + "a Conditional Access administrator of {tenant} lets the partner's sign-in pass.",
        GDAP,
    ),
    "sign_in.security_defaults": Reason(
        "unmet",
        "The security defaults of {tenant} refuse the sign-in of {who}: {said}",
        "{operator} signs in again with multifactor authentication (ansible-playbook m365.defender.login); an"
        " administrator of {tenant} may replace security defaults by Conditional Access.",
        SECURITY_DEFAULTS,
    ),
    "sign_in.mfa_required": Reason(
        "unmet",
        "{tenant} asks {who} for multifactor authentication, which this sign-in cannot answer: {said}",
        "{operator} signs in again with multifactor authentication (ansible-playbook m365.defender.login), and an"
        " administrator of {tenant} trusts the multifactor authentication of {home} in the cross-tenant access"
        " settings.",
        MFA_TRUST,
    ),
    "sign_in.mfa_enrollment": Reason(
        "unmet",
        "{tenant} asks {who} to register for multifactor authentication first: {said}",
        "{operator} opens {defender_portal}/?tid={tenant_id} once and registers; or an administrator of"
        " {tenant} trusts the multifactor authentication of {home}, which makes a second registration needless.",
        MFA_TRUST,
    ),
    "sign_in.mfa_expired": Reason(
        "unmet",
        "The multifactor authentication of {who} is too old for the policy of {tenant}: {said}",
        SIGN_IN_AGAIN + " A Conditional Access administrator of {tenant} sets how long it holds.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.external_challenge": Reason(
        "unmet",
        "{tenant} asks {who} for a check by another provider, which this sign-in cannot answer: {said}",
        _CONDITIONAL_ACCESS_ADMIN + " leaves {operator} out of the external check, or trusts the multifactor"
        " authentication of {home} instead.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.mfa_without_account": Reason(
        "unmet",
        "{tenant} asks {who} for multifactor authentication, but {operator} has no account there to do it with: {said}",
        "An administrator of {tenant} invites {operator} as a guest, or trusts the multifactor authentication of"
        " {home}.",
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
        "Mend access first: a GDAP relationship whose group holds {operator}, or a guest account in {tenant}.",
        MTO_REQUIREMENTS,
    ),
    "sign_in.not_assigned": Reason(
        "unmet",
        "{tenant} lets only assigned people use app {app}, and {operator} is not assigned: {said}",
        "An Application Administrator of {tenant} assigns {operator} in Microsoft Entra, Enterprise applications, Users"
        " and groups, or turns 'Assignment required' off.",
        AADSTS,
    ),
    "sign_in.inbound_blocked": Reason(
        "unmet",
        "The cross-tenant access settings of {tenant} do not let people of {home} in: {said}",
        "A Security Administrator of {tenant} allows B2B collaboration inbound for {home} in Microsoft Entra,"
        " Cross-tenant access settings.",
        CROSS_TENANT,
    ),
    "sign_in.outbound_blocked": Reason(
        "unmet",
        "The cross-tenant access settings of {home} do not let its people out to {tenant}: {said}",
        "A Security Administrator of {home} allows B2B collaboration outbound for {tenant} in Microsoft Entra,"
        " Cross-tenant access settings.",
        CROSS_TENANT,
    ),
    "sign_in.tenant_restrictions": Reason(
        "unmet",
        "Tenant restrictions of the network or device that runs this keep {who} out of {tenant}: {said}",
        "Whoever runs the proxy or the tenant restrictions of that network allows {tenant} ({tenant_id}), or this runs"
        " in another network.",
        TENANT_RESTRICTIONS,
    ),
}

# What concerns the address, the cloud, or the moment.
_OF_THE_WAY: t.Final[dict[str, Reason]] = {
    "sign_in.other_cloud": Reason(
        "unmet",
        "{tenant} is not in the cloud that was asked: {said}",
        "Set `cloud` of this tenant, or `cloud` of the run, in your variables.",
        AADSTS,
    ),
    "sign_in.home_not_found": Reason(
        "unknown",
        "Microsoft Entra knows no tenant {tenant_id}, which is given as the home tenant: {said}",
        "Correct home_tenant_id, or `cloud`, in your variables.",
        AADSTS,
    ),
    "sign_in.authority_mistake": Reason(
        "unknown",
        "The sign-in address for {tenant} does not take this kind of sign-in: {said}",
        "Check home_tenant_id and `endpoints` in your variables: tenants are named by their GUID, never by common or"
        " organizations.",
        AADSTS,
    ),
    "sign_in.transient": Reason(
        "unknown",
        "Microsoft Entra could not answer just now: {said}",
        "Nobody has to act: run again in a few minutes.",
        AADSTS,
    ),
    "sign_in.throttled": Reason(
        "unknown",
        "Microsoft Entra throttled the sign-in to {tenant} until we gave up.",
        "Run again later, or lower `concurrency`.",
        AADSTS,
    ),
    "sign_in.no_answer": Reason(
        "unknown",
        "The sign-in to {tenant} got no usable answer: {said}",
        "Run again; if it stays, look at Microsoft's service health and at the proxy between here and Microsoft.",
        AADSTS,
    ),
    "sign_in.unreachable": Reason(
        "unknown",
        "Microsoft Entra could not be reached for the sign-in to {tenant}: {said}",
        "Check the network, the proxy (HTTPS_PROXY), `ca_path` and `endpoints` of the machine that runs this, then run"
        " again.",
        AADSTS,
    ),
    "sign_in.refused": Reason(
        "unmet",
        "Microsoft Entra refused {who} a token for {resource} in {tenant}: {said}",
        "Look the number up on Microsoft's page; an administrator of {tenant} finds the sign-in in Microsoft Entra,"
        " Sign-in logs.",
        AADSTS,
    ),
}

# What concerns our app's credential: it says nothing about any tenant.
_OF_THE_CREDENTIAL: t.Final[dict[str, Reason]] = {
    "sign_in.secret_wrong": Reason(
        "unknown",
        "The client secret is not one of app {app}: {said}",
        "Give the value of the secret, not its id (client_secret, or MTO_CLIENT_SECRET in the environment).",
        APP_CREDENTIALS,
    ),
    "sign_in.secret_expired": Reason(
        "unknown",
        "The client secret of app {app} has expired: {said}",
        _APP_OWNER + " makes a new one in Certificates & secrets; then put it where client_secret comes from.",
        APP_CREDENTIALS,
    ),
    "sign_in.credential_missing": Reason(
        "unknown",
        "App {app} has to prove itself with a credential, and none was sent: {said}",
        "Give client_secret, client_certificate_path or federated_token_file; for a sign-in with a device code "
        "the owner of the app registration sets 'Allow public client flows'.",
        APP_CREDENTIALS,
    ),
    "sign_in.credential_refused": Reason(
        "unknown",
        "Microsoft Entra does not take the credential of app {app}: {said}",
        _APP_OWNER + " compares certificate or federated credential there with client_certificate_path or"
        " federated_token_file here.",
        APP_CREDENTIALS,
    ),
    "sign_in.public_client": Reason(
        "unknown",
        "App {app} is a public client for this sign-in, so no credential may be sent: {said}",
        "{operator} signs in again with the credential given (redirect URI http://localhost on the platform Web), or"
        " leave the credential of the app out.",
        APP_CREDENTIALS,
    ),
}

# What concerns the operator's refresh token and the way it is got: it says nothing about any tenant either.
_OF_THE_REFRESH_TOKEN: t.Final[dict[str, Reason]] = {
    "sign_in.refresh_token_expired": Reason(
        "unknown", "The refresh token of {operator} has expired: {said}", SIGN_IN_AGAIN, REFRESH_TOKENS
    ),
    "sign_in.refresh_token_revoked": Reason(
        "unknown",
        "The refresh token of {operator} was revoked, as after a change of password: {said}",
        SIGN_IN_AGAIN,
        REFRESH_TOKENS,
    ),
    "sign_in.refresh_token_invalid": Reason(
        "unknown",
        "The refresh token is no good: {said}",
        SIGN_IN_AGAIN + " It must come from a sign-in with the same client_id.",
        REFRESH_TOKENS,
    ),
    "sign_in.refresh_token_single_page": Reason(
        "unknown",
        "The refresh token comes from a single-page application and lives for 24 hours only: {said}",
        SIGN_IN_AGAIN + " The redirect URI belongs on the platform Web, or Mobile and desktop.",
        REFRESH_TOKENS,
    ),
    "sign_in.sign_in_frequency": Reason(
        "unknown",
        "A sign-in frequency policy has ended the session of {operator}: {said}",
        SIGN_IN_AGAIN + " A Conditional Access administrator of {tenant} sets how long a session lasts.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.code_used": Reason(
        "unknown",
        "The authorization code was used before: {said}",
        "{operator} begins the sign-in anew: ansible-playbook m365.defender.login.",
        AADSTS,
    ),
    "sign_in.device_code_pending": Reason(
        "unknown",
        "Nobody has entered the device code yet: {said}",
        "{operator} enters the code on the page that was named.",
        DEVICE_CODE,
    ),
    "sign_in.device_code_wrong": Reason(
        "unknown",
        "The device code is not the one that was given out: {said}",
        "{operator} begins the sign-in anew: ansible-playbook m365.defender.login.",
        DEVICE_CODE,
    ),
    "sign_in.device_code_expired": Reason(
        "unknown",
        "The device code has expired: {said}",
        "{operator} begins the sign-in anew (ansible-playbook m365.defender.login) and enters the code within 15"
        " minutes; where the tenant blocks the device code flow, with mto_login_method: browser.",
        AUTHENTICATION_FLOWS,
    ),
}

REASONS: t.Final[dict[str, Reason]] = {
    **_OF_THE_TENANT,
    **_OF_THE_WAY,
    **_OF_THE_CREDENTIAL,
    **_OF_THE_REFRESH_TOKEN,
}
