# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family sign_in: what Microsoft Entra answers to a sign-in, and whose setting that is.

The meaning of the numbers is Microsoft's [doc reference-error-codes]; they are mapped in `_auth/entra_errors.py`.
`{who}` signs in, `{resource}` is what the token is for, `{said}` is the service's own sentence.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

_CONDITIONAL_ACCESS_ADMIN: t.Final = "Conditional Access Administrator of {tenant}: "
_APP_OWNER: t.Final = "App registration owner of {home}: "

# The tenant's policies and the account there.
_TENANT: t.Final[dict[str, pages.Reason]] = {
    "sign_in.token_issued": pages.AADSTS.met(
        "{operator} can sign in to {tenant}: Microsoft Entra issued a token for {resource}.",
    ),
    "sign_in.arm_keeps_off_list": pages.MTO_TROUBLESHOOT.unmet(
        "{tenant} refuses {operator} a token for Azure Resource Manager, and is missing from the list of tenants of"
        " {operator}: {said}",
        "Conditional Access Administrator of {tenant}: if a policy refuses it, add the app 'Microsoft 365 Security and"
        " Compliance Center' (80ccca67-54bd-44ab-8625-4b79c4dc7775) to the policy, or exclude {operator} from it. Or"
        " Administrator of {tenant}: if consent is missing, open {consent_url} and accept.",
    ),
    "sign_in.conditional_access": pages.CONDITIONAL_ACCESS.unmet(
        "A Conditional Access policy of {tenant} refuses the sign-in of {who}: {said}",
        _CONDITIONAL_ACCESS_ADMIN
        + "find the sign-in in Microsoft Entra, Sign-in logs, Conditional Access, and allow it.",
    ),
    "sign_in.device_required": pages.CROSS_TENANT.unmet(
        "A Conditional Access policy of {tenant} requires a managed device, which this sign-in cannot prove: {said}",
        "{operator}: sign in again on a compliant or hybrid joined device: run ansible-playbook m365.defender.login."
        " Administrator of {tenant}: trust compliant devices of {home} in the cross-tenant access settings.",
    ),
    "sign_in.home_risk": pages.RISK.unmet(
        "{home} flags {who} as a risky user, so {tenant} refuses the sign-in: {said}",
        "Security Administrator of {home}: review {operator} in Microsoft Entra, Risky users, and remediate or"
        " dismiss the risk.",
    ),
    "sign_in.delegated_admin_risk": pages.GDAP.unmet(
        "{tenant} refuses delegated administrators because of a risk that Microsoft Entra detected: {said}",
        "Security Administrator of {home}: review {operator} in Microsoft Entra, Risky users, and remediate or"
        " dismiss the risk. " + _CONDITIONAL_ACCESS_ADMIN + "then allow the partner's sign-in.",
    ),
    "sign_in.security_defaults": pages.SECURITY_DEFAULTS.unmet(
        "The security defaults of {tenant} refuse the sign-in of {who}: {said}",
        "{operator}: sign in again with multifactor authentication: run ansible-playbook m365.defender.login."
        " Administrator of {tenant}: optionally replace the security defaults with Conditional Access.",
    ),
    "sign_in.mfa_required": pages.MFA_TRUST.unmet(
        "{tenant} requires multifactor authentication from {who}, which this sign-in cannot provide: {said}",
        "{operator}: sign in again with multifactor authentication: run ansible-playbook m365.defender.login."
        " Administrator of {tenant}: trust multifactor authentication from {home} in the cross-tenant access settings.",
    ),
    "sign_in.mfa_enrollment": pages.MFA_TRUST.unmet(
        "{tenant} requires {who} to register for multifactor authentication first: {said}",
        "{operator}: open {defender_portal}/?tid={tenant_id} once and register. Or Administrator of {tenant}: trust"
        " multifactor authentication from {home}, which makes a second registration unnecessary.",
    ),
    "sign_in.mfa_expired": pages.CONDITIONAL_ACCESS.unmet(
        "The multifactor authentication of {who} is too old for the policy of {tenant}: {said}",
        pages.SIGN_IN_AGAIN + " A Conditional Access Administrator of {tenant} sets how long it remains valid.",
    ),
    "sign_in.external_challenge": pages.CONDITIONAL_ACCESS.unmet(
        "{tenant} requires a check by another provider from {who}, which this sign-in cannot provide: {said}",
        _CONDITIONAL_ACCESS_ADMIN
        + "exclude {operator} from the external check, or trust multifactor authentication from {home} instead.",
    ),
    "sign_in.mfa_without_account": pages.MFA_TRUST.unmet(
        "{tenant} requires multifactor authentication from {who}, but {operator} has no account there to do it with:"
        " {said}",
        "Administrator of {tenant}: invite {operator} as a guest, or trust multifactor authentication from {home}.",
    ),
    "sign_in.guest_pending": pages.REDEEM.unmet(
        "{operator} was invited to {tenant} but has not accepted the invitation: {said}",
        "{operator}: accept the invitation in the email, or open https://myapps.microsoft.com/?tenantid={tenant_id}.",
    ),
    "sign_in.external_account_refused": pages.MTO_REQUIREMENTS.unmet(
        "{tenant} does not accept the account of {operator}, which belongs to another tenant: {said}",
        "Partner administrator of {home}: add {operator} to a group that is assigned in the GDAP relationship with"
        " {tenant}. Administrator of {tenant}: if {operator} also has a guest account there, delete it, because it"
        " collides with GDAP. Or Administrator of {tenant}: without GDAP, invite {operator} as a guest.",
    ),
    "sign_in.account_disabled": pages.B2B.unmet(
        "The account of {operator} is disabled: {said}",
        "Administrator of {tenant}: enable the account in Microsoft Entra, Users. Or Administrator of {home}: if the"
        " account in the home tenant is the disabled one, enable it there.",
    ),
    "sign_in.user_not_in_tenant": pages.MTO_REQUIREMENTS.unmet(
        "{operator} has no account and no delegated access in {tenant}: {said}",
        "Partner administrator of {home}: set up a GDAP relationship whose group contains {operator}. Or"
        " Administrator of {tenant}: invite {operator} as a guest.",
    ),
    "sign_in.not_assigned": pages.AADSTS.unmet(
        "{tenant} allows only assigned users to use app {app}, and {operator} is not assigned: {said}",
        "Application Administrator of {tenant}: assign {operator} in Microsoft Entra, Enterprise applications, Users"
        " and groups, or turn off 'Assignment required'.",
    ),
    "sign_in.inbound_blocked": pages.CROSS_TENANT.unmet(
        "The cross-tenant access settings of {tenant} do not let users of {home} in: {said}",
        "Security Administrator of {tenant}: allow inbound B2B collaboration from {home} in Microsoft Entra,"
        " Cross-tenant access settings.",
    ),
    "sign_in.outbound_blocked": pages.CROSS_TENANT.unmet(
        "The cross-tenant access settings of {home} do not let its users out to {tenant}: {said}",
        "Security Administrator of {home}: allow outbound B2B collaboration to {tenant} in Microsoft Entra,"
        " Cross-tenant access settings.",
    ),
    "sign_in.tenant_restrictions": pages.TENANT_RESTRICTIONS.unmet(
        "Tenant restrictions on the network or device that runs this keep {who} out of {tenant}: {said}",
        "Network administrator of the home tenant: allow {tenant} ({tenant_id}) in the proxy or the tenant"
        " restrictions of that network. Or " + pages.ANSIBLE_ADMIN + "run this in another network.",
    ),
}

# The address, the cloud, or the moment.
_ADDRESS: t.Final[dict[str, pages.Reason]] = {
    "sign_in.other_cloud": pages.AADSTS.unmet(
        "{tenant} is not in the cloud that was asked: {said}",
        pages.ANSIBLE_ADMIN + "set `cloud` of this tenant in your tenant list, or `{mto_}cloud` for the whole run.",
    ),
    "sign_in.home_not_found": pages.AADSTS.unknown(
        "Microsoft Entra cannot find tenant {tenant_id}, which is given as the home tenant: {said}",
        pages.ANSIBLE_ADMIN + "correct {mto_}home_tenant_id or `{mto_}cloud`.",
    ),
    "sign_in.authority_mistake": pages.AADSTS.unknown(
        "The sign-in address for {tenant} does not accept this kind of sign-in: {said}",
        pages.ANSIBLE_ADMIN
        + "check {mto_}home_tenant_id and `{mto_}endpoints`. Name tenants by their GUID, never by common or"
        " organizations.",
    ),
    "sign_in.transient": pages.AADSTS.unknown(
        "Microsoft Entra could not answer at the moment: {said}",
        "No action needed. Run again in a few minutes.",
    ),
    "sign_in.throttled": pages.AADSTS.unknown(
        "Microsoft Entra kept throttling the sign-in to {tenant} until the task gave up.",
        pages.ANSIBLE_ADMIN + "run again later, or lower `{mto_}concurrency`.",
    ),
    "sign_in.no_answer": pages.AADSTS.unknown(
        "The sign-in to {tenant} received no usable answer: {said}",
        pages.ANSIBLE_ADMIN
        + "run again. If this persists, check Microsoft's service health and the proxy between this machine and"
        " Microsoft.",
    ),
    "sign_in.unreachable": pages.AADSTS.unknown(
        "Microsoft Entra could not be reached for the sign-in to {tenant}: {said}",
        pages.ANSIBLE_ADMIN
        + "resolve the cause that the message names, on the machine that runs this or in its network, then run again.",
    ),
    "sign_in.not_sent": pages.APP_CREDENTIALS.unknown(
        "No sign-in to {tenant} was attempted, because the credential cannot be used: {said}",
        pages.ANSIBLE_ADMIN + "correct the option that this message names, then run again.",
    ),
    "sign_in.refused": pages.AADSTS.unmet(
        "Microsoft Entra refused {who} a token for {resource} in {tenant}: {said}",
        "Administrator of {tenant}: find the sign-in in Microsoft Entra, Sign-in logs, and look up its error number"
        " on Microsoft's page.",
    ),
}

# The app's credential: these reasons say nothing about any tenant.
_CREDENTIAL: t.Final[dict[str, pages.Reason]] = {
    "sign_in.secret_wrong": pages.APP_CREDENTIALS.unknown(
        "The client secret is not a secret of app {app}: {said}",
        pages.ANSIBLE_ADMIN
        + "set {mto_}client_secret (or MTO_CLIENT_SECRET in the environment) to the value of the secret, not to its"
        " id.",
    ),
    "sign_in.secret_expired": pages.APP_CREDENTIALS.unknown(
        "The client secret of app {app} has expired: {said}",
        _APP_OWNER
        + "create a new secret for app {app} in Certificates & secrets. "
        + pages.ANSIBLE_ADMIN
        + "then store it where {mto_}client_secret comes from.",
    ),
    "sign_in.credential_missing": pages.APP_CREDENTIALS.unknown(
        "App {app} has to authenticate with a credential, and none was sent: {said}",
        pages.ANSIBLE_ADMIN + "set {mto_}client_secret (or MTO_CLIENT_SECRET in the environment of this shell),"
        " {mto_}client_certificate_path or {mto_}federated_token_file. "
        + _APP_OWNER
        + "for a sign-in with a device code, turn on 'Allow public client flows'.",
    ),
    "sign_in.credential_refused": pages.APP_CREDENTIALS.unknown(
        "Microsoft Entra does not accept the credential of app {app}: {said}",
        _APP_OWNER + "compare the certificate or federated credential in the registration of app {app} with"
        " {mto_}client_certificate_path or {mto_}federated_token_file of this run.",
    ),
    "sign_in.certificate_not_registered": pages.APP_CREDENTIALS.unknown(
        "The certificate that signed for app {app} is not registered there: {said}",
        _APP_OWNER
        + "upload the certificate of {mto_}client_certificate_path in Certificates & secrets of app {app}. Or "
        + pages.ANSIBLE_ADMIN
        + "set {mto_}client_certificate_path to the file with the registered certificate.",
    ),
    "sign_in.federated_mismatch": pages.APP_CREDENTIALS.unknown(
        "No federated credential of app {app} matches the token in {mto_}federated_token_file: {said}",
        _APP_OWNER + "compare issuer, subject and audience in Certificates & secrets, Federated credentials, with those"
        " of the token.",
    ),
    "sign_in.clock": pages.APP_CREDENTIALS.unknown(
        "The assertion for app {app} has expired or is not valid yet: {said}",
        pages.ANSIBLE_ADMIN
        + "set the clock of the machine that runs this. With {mto_}federated_token_file, also check that its issuer"
        " replaces the token before it expires.",
    ),
    "sign_in.public_client": pages.APP_CREDENTIALS.unknown(
        "App {app} is a public client for this sign-in, so no credential may be sent: {said}",
        "{operator}: sign in again with the app's credential set (redirect URI http://localhost on the platform Web)."
        " Or " + pages.ANSIBLE_ADMIN + "leave out the app's credential.",
    ),
}

# The operator's refresh token and how it is obtained: these say nothing about any tenant either.
_REFRESH_TOKEN: t.Final[dict[str, pages.Reason]] = {
    "sign_in.refresh_token_expired": pages.REFRESH_TOKENS.unknown(
        "The refresh token of {operator} has expired: {said}",
        pages.SIGN_IN_AGAIN,
    ),
    "sign_in.refresh_token_revoked": pages.REFRESH_TOKENS.unknown(
        "The refresh token of {operator} was revoked, as happens after a password change: {said}",
        pages.SIGN_IN_AGAIN,
    ),
    "sign_in.refresh_token_invalid": pages.REFRESH_TOKENS.unknown(
        "The refresh token is not valid: {said}",
        pages.SIGN_IN_AGAIN + " The refresh token must come from a sign-in with the same {mto_}client_id.",
    ),
    "sign_in.refresh_token_single_page": pages.REFRESH_TOKENS.unknown(
        "The refresh token comes from a single-page application and lives for only 24 hours: {said}",
        pages.SIGN_IN_AGAIN
        + " "
        + _APP_OWNER
        + "first register the redirect URI on the platform Web, or Mobile and desktop.",
    ),
    "sign_in.sign_in_frequency": pages.CONDITIONAL_ACCESS.unknown(
        "A sign-in frequency policy has ended the session of {operator}: {said}",
        pages.SIGN_IN_AGAIN + " A Conditional Access Administrator of {tenant} sets how long a session lasts.",
    ),
    "sign_in.code_used": pages.AADSTS.unknown(
        "The authorization code has already been used: {said}",
        "{operator}: start the sign-in again: run ansible-playbook m365.defender.login.",
    ),
    "sign_in.device_code_pending": pages.DEVICE_CODE.unknown(
        "Nobody has entered the device code yet: {said}",
        "{operator}: enter the code on the page that was shown.",
    ),
    "sign_in.device_code_wrong": pages.DEVICE_CODE.unknown(
        "The device code is not the one that was issued: {said}",
        "{operator}: start the sign-in again: run ansible-playbook m365.defender.login.",
    ),
    "sign_in.device_code_expired": pages.AUTHENTICATION_FLOWS.unknown(
        "The device code has expired: {said}",
        "{operator}: start the sign-in again (run ansible-playbook m365.defender.login) and enter the code within 15"
        " minutes. If the tenant blocks the device code flow, sign in with a browser instead.",
    ),
}

# Who the operator is, as the home tenant sees it.
_OPERATOR: t.Final[dict[str, pages.Reason]] = {
    "sign_in.operator_not_found": pages.MTO_REQUIREMENTS.unknown(
        "{operator} does not exist in the home tenant, so it is not known whose access to check.",
        pages.ANSIBLE_ADMIN
        + "set `{mto_}operator` to the user principal name or the object ID of a person of the home tenant.",
    ),
    "sign_in.other_person": pages.REFRESH_TOKENS.unknown(
        "The refresh token belongs to {owner} instead of {operator}, so it says nothing about {operator}.",
        pages.SIGN_IN_AGAIN
        + " Or "
        + pages.ANSIBLE_ADMIN
        + "set `{mto_}operator` to the person whose access is to be checked.",
    ),
    "sign_in.owner_not_known": pages.REFRESH_TOKENS.unknown(
        "Microsoft did not say whose the refresh token is, so nothing read with it can be taken for {operator}'s.",
        pages.ANSIBLE_ADMIN
        + "run again. If this persists, Administrator of the home tenant: grant your app User.Read.",
    ),
}

REASONS: t.Final[dict[str, pages.Reason]] = {
    **_TENANT,
    **_ADDRESS,
    **_CREDENTIAL,
    **_REFRESH_TOKEN,
    **_OPERATOR,
}

CAVEATS: t.Final[dict[str, pages.CaveatText]] = {
    "sign_in.not_the_portal": pages.CONDITIONAL_ACCESS.caveat(
        "The sign-in was for Microsoft Graph, through your app. The portal signs in through apps of its own, which"
        " Conditional Access in {tenant} can treat differently.",
        "{operator}: open {defender_portal}/?tid={tenant_id} once.",
    ),
    "sign_in.arm_refused": pages.MTO_TROUBLESHOOT.caveat(
        "{tenant} refuses {operator} a token for Azure Resource Manager. Microsoft documents that this hides a tenant"
        " from the list under 'Add tenants': {said}",
        "Conditional Access Administrator of {tenant}: add the app 'Microsoft 365 Security and Compliance Center'"
        " (80ccca67-54bd-44ab-8625-4b79c4dc7775) to the policy that requires more for Azure Resource Manager, or"
        " exclude {operator} from it.",
        actionable=True,
    ),
    "sign_in.arm_not_probed": pages.MTO_TROUBLESHOOT.caveat(
        "Whether {tenant} lets {operator} sign in to Azure Resource Manager was not checked: {said}",
        "Conditional Access Administrator of {tenant}: if {tenant} is missing under 'Add tenants', check the policies"
        " of {tenant} for Azure Resource Manager. The check needs the delegated permission user_impersonation of"
        " Azure Service Management.",
    ),
}
