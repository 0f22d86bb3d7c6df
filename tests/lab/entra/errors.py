# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra's errors: AADSTS number, OAuth code, HTTP status and text, with the body that the token endpoint sends."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
import uuid


@dataclasses.dataclass(frozen=True, slots=True)
class _Kind:
    error: str
    text: str
    status: int = 400
    suberror: str | None = None


# Microsoft, reference-error-codes. Texts are the service's own, with fields where it puts names.
_KINDS: t.Final[dict[int, _Kind]] = {
    28000: _Kind("invalid_scope", "The scope {scope} is not valid because it contains more than one resource."),
    50014: _Kind("invalid_grant", "The user's redemption is in a pending state. The guest user is not fully created."),
    50020: _Kind(
        "invalid_grant",
        "User account '{upn}' from identity provider 'https://sts.windows.net/{home}/' does not exist in tenant"
        " '{tenant}' and cannot access the application '{client_id}'({app}) in that tenant. The account needs to be"
        " added as an external user in the tenant first. Sign out and sign in again with a different user account.",
    ),
    50057: _Kind("invalid_grant", "The user account is disabled."),
    50059: _Kind(
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
    53003: _Kind(
        "interaction_required",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        suberror="message_only",
    ),
    65001: _Kind(
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{client_id}' named '{app}'."
        " Send an interactive authorization request for this user and resource.",
        suberror="consent_required",
    ),
    70000: _Kind("invalid_grant", "Provided grant is invalid or malformed."),
    70003: _Kind("unsupported_grant_type", "The app requested an unsupported grant type '{grant_type}'."),
    70011: _Kind("invalid_scope", "The provided request must include a valid scope. The scope {scope} is not valid."),
    90002: _Kind(
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the"
        " correct cloud. Check with your subscription administrator, this may happen if there are no active"
        " subscriptions for the tenant.",
    ),
    90033: _Kind("temporarily_unavailable", "A transient error has occurred. Please try again.", 503),
    90055: _Kind("temporarily_unavailable", "The tenant sends too many requests.", 429),
    500011: _Kind(
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in it.",
    ),
    700016: _Kind(
        "unauthorized_client",
        "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    900144: _Kind("invalid_request", "The request body must contain the following parameter: '{parameter}'."),
    900561: _Kind("invalid_request", "The endpoint only accepts POST requests. Received a {method} request.", 405),
    1002012: _Kind(
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with"
        " /.default suffixed to the resource identifier (application ID URI).",
    ),
    7000215: _Kind(
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not"
        " the client secret ID, for a secret added to app '{client_id}'.",
        401,
    ),
    7000218: _Kind(
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        401,
    ),
}


class EntraError(Exception):
    """A refusal. `fields` fill the text of the number."""

    def __init__(self, number: int, *, claims: str | None = None, **fields: str) -> None:
        self.number = number
        self.kind = _KINDS[number]
        self.claims = claims
        super().__init__(f"AADSTS{number}: {self.kind.text.format_map(fields)}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.kind.status


def body(error: EntraError, login: str, correlation_id: str) -> dict[str, t.Any]:
    """The JSON of a refusal, as the token endpoint sends it."""
    trace_id = str(uuid.uuid4())
    stamp = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    trail = f" Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
    answer: dict[str, t.Any] = {
        "error": error.kind.error,
        "error_description": f"{error}{trail}",
        "error_codes": [error.number],
        "timestamp": stamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"{login}/error?code={error.number}",
    }
    if error.kind.suberror:
        answer["suberror"] = error.kind.suberror
    if error.claims:
        answer["claims"] = error.claims
    return answer
