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
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import hide_tokens
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import MAX_BODY

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Http

# A longer collection is reported as partial.
MAX_PAGES: t.Final = 200
MAX_COLLECTION: t.Final = 2 * MAX_BODY
# What a service says of a refusal travels into rows and reports.
MAX_MESSAGE: t.Final = 500
MAX_CODE: t.Final = 100
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

    `status` is 0 if no HTTP answer arrived; `deadline` says that time ran out. `code` is the service's own word for a
    refusal: it is empty where anything but the service may have answered. `size` is that of the body in bytes.
    """

    status: int
    url: str
    body: t.Any = None
    code: str = ""
    error: str = ""
    request_id: str = ""
    partial: str = ""
    deadline: bool = False
    size: int = 0

    @property
    def ok(self) -> bool:
        """Return whether there is data, and all of it."""
        return 200 <= self.status < 300 and not self.error and not self.partial

    @property
    def unknown_segment(self) -> bool:
        """Return whether this version of the service lacks the path. Microsoft says so with 400 or 404."""
        return (
            self.status in (400, 404) and bool(self.code) and "resource not found for the segment" in self.error.lower()
        )


def get_url(http: Http, url: str, token: BearerToken, headers: Mapping[str, str]) -> Answer:
    """Send one GET. Failures of the service and the network are in the answer, never raised."""
    try:
        response = http.send("GET", url, token=token, headers=headers)
        answer = answer_of(url, response.status, response.json(), response.request_id, response.secrets.hide)
        return dataclasses.replace(answer, size=len(response.body))
    except MtoError as error:
        return failed(url, error)


def all_pages(http: Http, request: Request, first: Answer, token: BearerToken, link: str) -> Answer:
    """Follow `link` (its name in the body) to the last page. A page that fails makes the answer partial."""
    if request.first_page or not first.ok or not isinstance(first.body, dict) or first.body.get(link) is None:
        return first
    rows: list[object] = []
    followed: set[object] = set()
    size = 0
    page = first
    while True:
        page_rows = page.body.get("value") if isinstance(page.body, dict) else None
        if not page.ok or not isinstance(page_rows, list):
            return _with_rows(first, rows, link, partial=page.error or "a page was not a list")
        rows.extend(page_rows)
        size += page.size
        following = page.body.get(link)
        if following is None:
            return _with_rows(first, rows, link)
        doubt = _doubt_about(following, followed, size)
        if doubt:
            return _with_rows(first, rows, link, partial=doubt)
        followed.add(following)
        # The session refuses to send the token to another host.
        page = get_url(http, following, token, request.headers)


def _doubt_about(following: object, followed: set[object], size: int) -> str:
    """Return why a link to the next page is not followed; empty if it is."""
    if not isinstance(following, str) or not following:
        return "the link to its next page is not an address"
    if following in followed:
        return "its pages repeat"
    if len(followed) + 1 >= MAX_PAGES:
        return f"it has more than {MAX_PAGES} pages"
    return "its pages are larger than any that the service sends" if size > MAX_COLLECTION else ""


def _with_rows(first: Answer, rows: list[object], link: str, partial: str = "") -> Answer:
    body = {key: value for key, value in first.body.items() if key != link}
    return dataclasses.replace(first, body={**body, "value": rows}, partial=partial)


def answer_of(
    url: str, status: int, body: object, request_id: str, scrub: Callable[[str], str] = hide_tokens
) -> Answer:
    """Return an HTTP answer as an answer of the service, with the service's own words for a refusal."""
    if 200 <= status < 300:
        return Answer(status, url, body=body, request_id=request_id)
    refusal = body.get("error") if isinstance(body, dict) and 400 <= status < 600 else None
    refusal = refusal if isinstance(refusal, dict) else {}
    message = _words(refusal.get("message"), scrub, MAX_MESSAGE)
    # It occurs in two spellings [doc errors].
    inner = refusal.get("innerError") or refusal.get("innererror")
    request_id = _words(inner.get("request-id") if isinstance(inner, dict) else None, scrub, MAX_CODE) or request_id
    # Without a message it is not the documented form, and each of Microsoft's answers has a request id: a proxy can
    # answer with JSON too.
    own = request_id and isinstance(refusal.get("message"), str)
    code = _words(refusal.get("code"), scrub, MAX_CODE) if own else ""
    return Answer(
        status,
        url,
        code=code,
        error=f"HTTP {status}{f' {code}' if code else ''}: {message or 'no reason given'}",
        request_id=request_id,
    )


def _words(text: object, scrub: Callable[[str], str], most: int) -> str:
    """Return foreign text as it may travel: without secrets, on one line, and not long."""
    return shortened(one_line(scrub(text)), most) if isinstance(text, str) else ""


def failed(url: str, error: MtoError) -> Answer:
    """Return the answer for a request without a usable one."""
    if isinstance(error, ServiceError):
        # Not JSON, or the whole batch was refused. It has no code, which would not be about this request.
        return Answer(error.status, url, error=str(error), request_id=error.request_id)
    return Answer(0, url, error=str(error), deadline=isinstance(error, DeadlineError))
