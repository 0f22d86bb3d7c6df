# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common part of the clients of Microsoft's services: a GET, its answer, and the pages that follow.

Microsoft Graph and Azure Resource Manager share the form of a refusal [doc graph errors, ARM common API details]:
`{"error": {"code", "message"}}`. The link to the next page has a different name in each.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, MtoError, ServiceError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Http

# A longer collection is reported as partial.
MAX_PAGES: t.Final = 200
ADVANCED_QUERY: t.Final = {"ConsistencyLevel": "eventual"}


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A GET. `key` names the answer, `path` is relative to the service's root: `/organization?$select=id`.

    With `first_page`, later pages are not read. `versions` are those of the service to try, in this order; a service
    with a single version ignores them.
    """

    key: str
    path: str
    advanced: bool = False
    first_page: bool = False
    versions: tuple[str, ...] = ("v1.0",)

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that the query needs [doc aad-advanced-queries]."""
        return dict(ADVANCED_QUERY) if self.advanced else {}


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request. `body` is JSON data; `error` is a sentence for a refusal, `partial` for a failed page.

    `status` is 0 if no HTTP answer arrived; `deadline` says that time ran out.
    """

    status: int
    url: str
    body: t.Any = None
    code: str = ""
    error: str = ""
    request_id: str = ""
    partial: str = ""
    deadline: bool = False

    @property
    def ok(self) -> bool:
        """Return whether there is data, and all of it."""
        return 200 <= self.status < 300 and not self.error and not self.partial

    @property
    def unknown_segment(self) -> bool:
        """Return whether this version of the service lacks the path. Microsoft says so with 400 or 404."""
        return self.status in (400, 404) and "resource not found for the segment" in self.error.lower()


def get_url(http: Http, url: str, token: BearerToken, headers: Mapping[str, str]) -> Answer:
    """Send one GET. Failures of the service and the network are in the answer, never raised."""
    try:
        response = http.send("GET", url, token=token, headers=headers)
        return answer_of(url, response.status, response.json(), response.request_id)
    except MtoError as error:
        return failed(url, error)


def all_pages(http: Http, request: Request, first: Answer, token: BearerToken, link: str) -> Answer:
    """Follow `link` (its name in the body) to the last page. A page that fails makes the answer partial."""
    if request.first_page or not first.ok or not isinstance(first.body, dict) or first.body.get(link) is None:
        return first
    rows: list[object] = []
    page = first
    for _page in range(MAX_PAGES):
        page_rows = page.body.get("value") if isinstance(page.body, dict) else None
        if not page.ok or not isinstance(page_rows, list):
            return _with_rows(first, rows, link, partial=page.error or "a page was not a list")
        rows.extend(page_rows)
        if page.body.get(link) is None:
            return _with_rows(first, rows, link)
        # The session refuses to send the token to another host.
        page = get_url(http, str(page.body[link]), token, request.headers)
    return _with_rows(first, rows, link, partial=f"it has more than {MAX_PAGES} pages")


def _with_rows(first: Answer, rows: list[object], link: str, partial: str = "") -> Answer:
    body = {key: value for key, value in first.body.items() if key != link}
    return dataclasses.replace(first, body={**body, "value": rows}, partial=partial)


def answer_of(url: str, status: int, body: object, request_id: str) -> Answer:
    """Return an HTTP answer as an answer of the service, with the service's own words for a refusal."""
    if 200 <= status < 300:
        return Answer(status, url, body=body, request_id=request_id)
    refusal = body.get("error") if isinstance(body, dict) else None
    refusal = refusal if isinstance(refusal, dict) else {}
    code, message = str(refusal.get("code") or ""), str(refusal.get("message") or "no reason given")
    return Answer(
        status,
        url,
        code=code,
        error=f"HTTP {status}{f' {code}' if code else ''}: {' '.join(message.split())}",
        request_id=_inner_request_id(refusal) or request_id,
    )


def _inner_request_id(refusal: Mapping[str, object]) -> str:
    """Return the request id in `innerError`, which occurs in two spellings [doc errors]."""
    inner = refusal.get("innerError") or refusal.get("innererror") or {}
    return str(inner.get("request-id") or "") if isinstance(inner, dict) else ""


def failed(url: str, error: MtoError) -> Answer:
    """Return the answer for a request without a usable one."""
    if isinstance(error, ServiceError):
        # Not JSON, or the whole batch was refused. The code is left out, because it is not about this request.
        return Answer(error.status, url, error=str(error), request_id=error.request_id)
    return Answer(0, url, error=str(error), deadline=isinstance(error, DeadlineError))
