# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of Microsoft Graph, and their bodies."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
import uuid


class GraphError(Exception):
    """A refusal: HTTP status, Graph's code, and the service's own words."""

    def __init__(self, status: int, code: str, message: str, headers: t.Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


@dataclasses.dataclass(frozen=True, slots=True)
class RequestIds:
    """The ids by which Microsoft's logs find an answer."""

    request_id: str
    client_request_id: str

    @classmethod
    def make(cls, sent: str | None) -> RequestIds:
        """Return new ids; the client's own id is echoed."""
        request_id = str(uuid.uuid4())
        return cls(request_id, sent or request_id)

    @property
    def headers(self) -> dict[str, str]:
        """Return the ids as response headers."""
        return {"request-id": self.request_id, "client-request-id": self.client_request_id}


def body(error: GraphError, ids: RequestIds) -> dict[str, t.Any]:
    """Return the JSON of a refusal."""
    inner = {"date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S"), **ids.headers}
    if error.status == 429:
        inner |= {"code": "429", "message": "Please retry after", "status": "429"}
    return {"error": {"code": error.code, "message": error.message, "innerError": inner}}


def bad_request(message: str) -> GraphError:
    """Refuse a request that cannot be parsed."""
    return GraphError(400, "BadRequest", message)


def unsupported_query(message: str) -> GraphError:
    """Refuse a valid query that the resource does not answer."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def denied() -> GraphError:
    """Refuse for a missing permission or role: the service does not say which."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def not_found(key: str) -> GraphError:
    """Refuse for an object that does not exist."""
    message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", message)


def unknown_segment(segment: str) -> GraphError:
    """Refuse a path that does not exist in this version."""
    return bad_request(f"Resource not found for the segment '{segment}'.")


def unauthorized(message: str, login: str) -> GraphError:
    """Refuse a token that is missing or invalid."""
    challenge = (
        f'Bearer realm="", authorization_uri="{login}/common/oauth2/authorize",'
        ' client_id="00000003-0000-0000-c000-000000000000"'
    )
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})


def throttled(retry_after: str | None) -> GraphError:
    """Refuse with too many requests. Some limits come without Retry-After."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return GraphError(429, "TooManyRequests", "Please retry again later.", headers)


def not_emulated(what: str) -> GraphError:
    """Refuse a feature of Microsoft Graph that the lab does not emulate."""
    return GraphError(501, "NotImplemented", f"The lab does not emulate {what}.")
