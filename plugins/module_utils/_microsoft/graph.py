# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph: many reads at once, each answered with data or with a refusal that says why.

Transport rules [doc json-batching, throttling]: at most 20 requests in a `$batch`, each with its own status; a
throttled item carries its own Retry-After and is retried alone; a nextLink inside a batch must be followed outside of
it.
A preview may be in v1.0 already, or still only in beta: a request names the versions to try. The first one that has the
path answers, and the answer's address says which one that was.
"""

from __future__ import annotations

import json
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, MtoError, ServiceError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import (
    Answer,
    Request,
    all_pages,
    answer_of,
    failed,
    get_url,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import MAX_TRIES, RETRY_STATUSES
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import backoff, pause, retry_after

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Http, Response

BATCH_LIMIT: t.Final = 20


class Graph:
    """Reads of one Graph service. `base` is its address without a version."""

    def __init__(self, http: Http, base: str) -> None:
        self._http = http
        self._base = base

    def read(self, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Answer every request, under its key. Failures of the service and the network are in the answers."""
        answers: dict[str, Answer] = {}
        waiting, turn = list(requests), 0
        while waiting:
            for version in dict.fromkeys(request.versions[turn] for request in waiting):
                of_version = [request for request in waiting if request.versions[turn] == version]
                answers.update(self._read(f"{self._base}/{version}", of_version, token))
            turn += 1
            waiting = [
                request for request in waiting if request.versions[turn:] and answers[request.key].unknown_segment
            ]
        return answers

    def _read(self, root: str, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Read from one version: one GET for one request, `$batch` for more."""
        if len(requests) == 1:
            request = requests[0]
            answers = {request.key: get_url(self._http, root + request.path, token, request.headers)}
        else:
            answers = {}
            for start in range(0, len(requests), BATCH_LIMIT):
                answers.update(self._batch(root, requests[start : start + BATCH_LIMIT], token))
        return {
            request.key: all_pages(self._http, request, answers[request.key], token, "@odata.nextLink")
            for request in requests
        }

    def _batch(self, root: str, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Send one `$batch`, and again for the items that were throttled or failed temporarily."""
        answers: dict[str, Answer] = {}
        waiting = list(requests)
        for attempt in range(MAX_TRIES):
            items = self._post_batch(root, waiting, token)
            answers.update({request.key: items[request.key][0] for request in waiting})
            # Where the whole batch failed, there are no headers, and the session has tried again already.
            waiting = [
                request
                for request in waiting
                for answer, headers in [items[request.key]]
                if headers is not None and answer.status in RETRY_STATUSES
            ]
            if not waiting or attempt == MAX_TRIES - 1:
                break
            if not self._wait([items[request.key][1] for request in waiting], attempt):
                break
        return answers

    def _wait(self, headers: Sequence[Mapping[str, str] | None], attempt: int) -> bool:
        """Wait the longest Retry-After of the items. Return False if the deadline does not allow it."""
        now = time.time()
        waits = [seconds for seconds in (retry_after(item, now) for item in headers if item) if seconds is not None]
        try:
            pause(max(waits) if waits else backoff(attempt), self._http.deadline)
        except DeadlineError:
            return False
        return True

    def _post_batch(
        self, root: str, requests: Sequence[Request], token: BearerToken
    ) -> dict[str, tuple[Answer, Mapping[str, str] | None]]:
        """Send one `$batch`. Each request gets its answer and its headers, or the failure of the whole and None."""
        body = json.dumps(
            {
                "requests": [
                    {"id": str(number), "method": "GET", "url": request.path, "headers": request.headers}
                    for number, request in enumerate(requests)
                ]
            }
        )
        try:
            response = self._http.send(
                "POST",
                f"{root}/$batch",
                token=token,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                body=body,
            )
            items = _batch_items(response)
        except MtoError as error:
            return {request.key: (failed(root + request.path, error), None) for request in requests}
        request_id = response.request_id
        return {
            request.key: _item_answer(root + request.path, items.get(str(number), ()), response.secrets, request_id)
            for number, request in enumerate(requests)
        }


def _item_answer(
    url: str, items: Sequence[Mapping[str, object]], secrets: Secrets, request_id: str
) -> tuple[Answer, Mapping[str, str] | None]:
    """Return the one answer that the batch holds for a request, or what is wrong with it.

    `request_id` is that of the batch, for an item without one.
    """
    item = items[0] if items else {}
    status, body = item.get("status"), item.get("body")
    defect = ""
    if len(items) != 1:
        defect = "has more than one answer for" if items else "lacks"
    elif not isinstance(status, int) or isinstance(status, bool) or not 100 <= status < 600:
        defect = "has no status for"
    elif body is None and 200 <= status < 300:
        defect = "has no body for"
    if defect:
        return Answer(0, url, error=f"the answer of the batch {defect} this request"), None
    given = item.get("headers")
    headers = {str(key).lower(): str(text) for key, text in given.items()} if isinstance(given, dict) else {}
    request_id = secrets.hide(headers["request-id"]) if headers.get("request-id") else request_id
    return answer_of(url, t.cast("int", status), body, request_id, secrets.hide), headers


def _batch_items(response: Response) -> dict[str, list[Mapping[str, object]]]:
    """Return the answers of a batch by id, each as often as it occurs. Raise ServiceError if the whole was refused."""
    body = response.json()
    if response.status != 200 or not isinstance(body, dict) or not isinstance(body.get("responses"), list):
        refused = answer_of(response.url, response.status, body, response.request_id, response.secrets.hide)
        raise ServiceError(
            refused.error or "the answer of the batch has no responses",
            status=response.status,
            request_id=response.request_id,
        )
    items: dict[str, list[Mapping[str, object]]] = {}
    for item in body["responses"]:
        # A number is not the id that was sent, although it reads the same.
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            items.setdefault(item["id"], []).append(item)
    return items
