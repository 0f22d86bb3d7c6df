# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra's errors as data: AADSTS number, OAuth code, text, HTTP status, suberror.

Numbers and meanings come from Microsoft's page reference-error-codes [doc]; where that page gives a meaning and no
sentence, the sentence is ours. OAuth codes follow RFC 6749 and what Entra is seen to send [guess where in doubt].
"""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One error. Fields in braces are filled with names."""

    error: str
    text: str
    status: int = 400
    suberror: str | None = None


# Microsoft, reference-error-codes. Texts are the service's own, with fields where it puts names.
REQUEST_KINDS: t.Final[dict[int, Kind]] = {
    28000: Kind("invalid_scope", "The scope {scope} is not valid because it contains more than one resource."),
    50014: Kind("invalid_grant", "The user's redemption is in a pending state. The guest user is not fully created."),
    50020: Kind(
        "invalid_grant",
        "User account '{upn}' from identity provider 'https://sts.windows.net/{home}/' does not exist in tenant"
        " '{tenant}' and cannot access the application '{client_id}'({app}) in that tenant. The account needs to be"
        " added as an external user in the tenant first. Sign out and sign in again with a different user account.",
    ),
    50057: Kind("invalid_grant", "The user account is disabled."),
    50059: Kind(
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
    53003: Kind(
        "interaction_required",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        suberror="message_only",
    ),
    65001: Kind(
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{client_id}' named '{app}'."
        " Send an interactive authorization request for this user and resource.",
        suberror="consent_required",
    ),
    70000: Kind("invalid_grant", "Provided grant is invalid or malformed."),
    70003: Kind("unsupported_grant_type", "The app requested an unsupported grant type '{grant_type}'."),
    70011: Kind("invalid_scope", "The provided request must include a valid scope. The scope {scope} is not valid."),
    90002: Kind(
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the"
        " correct cloud. Check with your subscription administrator, this may happen if there are no active"
        " subscriptions for the tenant.",
    ),
    90033: Kind("temporarily_unavailable", "A transient error has occurred. Please try again.", 503),
    90055: Kind("temporarily_unavailable", "The tenant sends too many requests.", 429),
    500011: Kind(
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in it.",
    ),
    700016: Kind(
        "unauthorized_client",
        "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    900144: Kind("invalid_request", "The request body must contain the following parameter: '{parameter}'."),
    900561: Kind("invalid_request", "The endpoint only accepts POST requests. Received a {method} request.", 405),
    1002012: Kind(
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with"
        " /.default suffixed to the resource identifier (application ID URI).",
    ),
    7000215: Kind(
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not"
        " the client secret ID, for a secret added to app '{client_id}'.",
        401,
    ),
    7000218: Kind(
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        401,
    ),
}

_CONSENT: t.Final = "consent_required"
_BASIC: t.Final = "basic_action"
_EXPIRED: t.Final = "token_expired"

# What a policy, an account or a registration makes Entra say, whatever was asked for.
REFUSAL_KINDS: t.Final[dict[int, Kind]] = {
    16000: Kind("interaction_required", "The user account does not exist in the tenant and has to be chosen anew."),
    16003: Kind("interaction_required", "The user has not been explicitly added to the tenant."),
    50011: Kind(
        "invalid_request",
        "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the"
        " application.",
    ),
    501481: Kind("invalid_grant", "The Code_Verifier does not match the code_challenge of the authorization request."),
    50012: Kind("invalid_client", "Authentication failed: the credential could not be validated.", 401),
    50033: Kind("temporarily_unavailable", "A transient error has occurred. Please try again.", 503),
    50034: Kind("invalid_grant", "The user account does not exist in the directory."),
    50072: Kind(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must"
        " enroll in multi-factor authentication to access the resource.",
        suberror=_BASIC,
    ),
    50074: Kind("interaction_required", "Strong authentication is required.", suberror=_BASIC),
    50076: Kind(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use"
        " multi-factor authentication to access the resource.",
        suberror=_BASIC,
    ),
    50078: Kind(
        "interaction_required",
        "Presented multi-factor authentication has expired due to policies configured by your administrator.",
        suberror=_BASIC,
    ),
    50079: Kind(
        "interaction_required",
        "Due to a configuration change made by your administrator, you must enroll in multi-factor authentication.",
        suberror=_BASIC,
    ),
    50087: Kind("temporarily_unavailable", "A transient error has occurred during strong authentication.", 503),
    50089: Kind("invalid_grant", "Authentication failed due to flow token expired.", suberror=_EXPIRED),
    50105: Kind(
        "invalid_grant", "The signed in user is not assigned to a role for the application '{client_id}'({app})."
    ),
    50128: Kind("invalid_request", "Invalid domain name: no tenant-identifying information found."),
    50131: Kind("interaction_required", "The device or the client does not meet the conditions of the access policy."),
    50132: Kind("invalid_grant", "The credentials have been revoked.", suberror=_EXPIRED),
    50133: Kind("invalid_grant", "The session is not valid due to password expiration or recent password change."),
    50158: Kind("interaction_required", "External security challenge not satisfied.", suberror=_BASIC),
    50173: Kind(
        "invalid_grant", "The provided grant has expired due to it being revoked, a fresh auth token is needed."
    ),
    50194: Kind("invalid_request", "Application '{client_id}'({app}) is not configured as a multi-tenant application."),
    50196: Kind("temporarily_unavailable", "The server terminated an operation: a client request loop was found.", 429),
    51004: Kind("invalid_grant", "The user account does not exist in the directory '{tenant}'."),
    53000: Kind("interaction_required", "Device is not in required device state: it must be managed.", suberror=_BASIC),
    53001: Kind("interaction_required", "Device is not in required device state: it must be joined.", suberror=_BASIC),
    53011: Kind("interaction_required", "User blocked due to risk on home tenant.", suberror="message_only"),
    54005: Kind("invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code."),
    65004: Kind("access_denied", "User declined to consent to access the app."),
    70001: Kind("unauthorized_client", "The application named {app} was not found in the tenant named {tenant}."),
    70002: Kind("invalid_client", "Error validating the credentials of the application.", 401),
    70008: Kind("invalid_grant", "The provided authorization code or refresh token has expired.", suberror=_EXPIRED),
    70016: Kind("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: Kind("bad_verification_code", "Invalid verification code."),
    70019: Kind("expired_token", "Verification code expired. Have the user retry the sign-in."),
    70043: Kind("invalid_grant", "The refresh token has expired or is invalid due to sign-in frequency checks."),
    90008: Kind(
        "invalid_request", "The user or administrator has not consented to use the application.", suberror=_CONSENT
    ),
    90019: Kind("invalid_request", "No tenant-identifying information found in the request."),
    90038: Kind(
        "invalid_request",
        "Confidential client is not supported in cross cloud request: '{tenant}' is in another national cloud.",
    ),
    90072: Kind(
        "interaction_required",
        "User account '{upn}' does not exist in tenant '{tenant}' and cannot satisfy its multi-factor authentication.",
    ),
    90090: Kind("temporarily_unavailable", "Unable to read the Graph: a transient error.", 503),
    90094: Kind("invalid_grant", "Admin consent is required for the permissions requested.", suberror=_CONSENT),
    90099: Kind(
        "unauthorized_client",
        "The application '{client_id}'({app}) has not been authorized in the tenant '{tenant}'. Applications must be"
        " authorized to access the external tenant before partner delegated administrators can use them.",
    ),
    90124: Kind("invalid_request", "The resource is not supported over the /common or /consumers endpoints."),
    90130: Kind("invalid_request", "Application is not supported over the /common or /consumers endpoints."),
    500021: Kind("access_denied", "Access to '{tenant}' tenant is denied by tenant restrictions.", 403),
    500022: Kind("access_denied", "Access to '{tenant}' tenant is denied by tenant restrictions version 2.", 403),
    500212: Kind(
        "access_denied",
        "The user's administrator has set an outbound access policy that does not allow access to the resource tenant.",
    ),
    500213: Kind(
        "access_denied",
        "The resource tenant's cross-tenant access policy does not allow this user to access this tenant.",
    ),
    530032: Kind("access_denied", "Blocked by security policy.", suberror="message_only"),
    530034: Kind(
        "access_denied", "A delegated administrator was blocked from accessing the tenant due to account risk."
    ),
    530035: Kind("access_denied", "Access has been blocked by security defaults.", suberror="message_only"),
    650052: Kind("invalid_client", "The app needs access to a service that your organization has not subscribed to."),
    650056: Kind("invalid_client", "Misconfigured application: the permissions of the resource are not in its list."),
    650057: Kind(
        "invalid_resource",
        "The client has requested access to a resource which is not listed in the requested"
        " permissions in the client's application registration.",
    ),
    700011: Kind(
        "unauthorized_client", "Application with identifier '{client_id}' was not found in the directory '{tenant}'."
    ),
    700025: Kind(
        "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", 401
    ),
    700027: Kind(
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application.",
        401,
    ),
    700082: Kind("invalid_grant", "The refresh token has expired due to inactivity.", suberror=_EXPIRED),
    700084: Kind(
        "invalid_grant",
        "The refresh token was issued to a single page app and has a fixed, limited lifetime.",
        suberror=_EXPIRED,
    ),
    700229: Kind("invalid_client", "Only app-only tokens can be used as Federated Identity Credentials.", 401),
    900382: Kind("invalid_request", "Confidential client is not supported in cross cloud request."),
    900432: Kind("invalid_request", "Confidential client is not supported in cross cloud request."),
    1000104: Kind("invalid_request", "The tenant is in another cloud: the request has to go there."),
    7000112: Kind("unauthorized_client", "Application '{client_id}'({app}) is disabled."),
    7000222: Kind("invalid_client", "The provided client secret keys for app '{client_id}' are expired.", 401),
    9001023: Kind("invalid_request", "The grant type is not supported over the /common or /consumers endpoints."),
}

KINDS: t.Final[dict[int, Kind]] = {**REQUEST_KINDS, **REFUSAL_KINDS}
