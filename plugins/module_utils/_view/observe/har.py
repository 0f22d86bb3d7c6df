# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the view from a HAR: a browser's recording of the load of the portal's settings page."""

from __future__ import annotations

import base64
import typing as t
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.manual import SNAPSHOT
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import decoded
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    Answer,
    Owner,
    parse_effective,
    parse_groups,
    parse_picker,
    parse_session,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import ANSWER_NAMES

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# The ends of the portal's addresses, as its own page asks for them [community].
_PATHS: t.Final = {
    "picker": "/mtoapi/tenants/tenantpicker",
    "effective": "/mtoapi/tenantgroups/effective",
    "groups": "/mtoapi/tenantgroups",
    "session": "/sccmanagement/mgmt/tenantcontext",
}
_PARSERS: t.Final[Mapping[str, Callable[[object], object]]] = {
    "picker": parse_picker,
    "effective": parse_effective,
    "groups": parse_groups,
}
_OK: t.Final = 200
_UNUSABLE: t.Final = "registration.not_recorded"
_REFUSALS: t.Final = {
    400: "registration.feature_off",
    401: "registration.signed_out",
    403: "registration.forbidden",
    440: "registration.signed_out",
}


def har_entries(data: object) -> list[object] | None:
    """The entries of a HAR, None where the data is something else."""
    log = data.get("log") if isinstance(data, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    return entries if isinstance(entries, list) else None


def read_recording(entries: Iterable[object], place: str) -> tuple[dict[str, Answer], Owner]:
    """Return the portal's last usable answer of each kind, and whose session it was.

    A page asks again, and the last answer is often cut, refused or an error with status 200: it does not take the place
    of one of a known form. Raises OptionError, which begins with `place`, where the recording cannot be used.
    """
    answers: dict[str, Answer] = {}
    owners: list[Owner] = []
    for entry in entries:
        name = answer_name(entry)
        if name is None or not isinstance(entry, dict):
            continue
        if name == "session":
            owners.append(parse_session(json_body(entry["response"])))
            continue
        answer = answer_of(name, entry)
        if name not in answers or usable(name, answer) or not usable(name, answers[name]):
            answers[name] = answer
    operators = {owner.operator.casefold(): owner.operator for owner in owners if owner.operator}
    tenant_ids = {owner.home_tenant_id.lower() for owner in owners if owner.home_tenant_id}
    if len(operators) > 1 or len(tenant_ids) > 1:
        raise OptionError(f"{place} holds the sessions of more than one person; record one page load.")
    if not answers.keys() & {"picker", "effective"}:
        raise OptionError(
            f"{place} holds no answer of the multitenant portal; record the load of its settings page ({SNAPSHOT})."
        )
    return answers, Owner(next(iter(operators.values()), None), next(iter(tenant_ids), None))


def answer_name(entry: object) -> str | None:
    """Return which of the portal's answers an entry holds, by the path alone: a proxy may have changed the host."""
    if not isinstance(entry, dict) or not isinstance(entry.get("response"), dict):
        return None
    request = entry.get("request")
    url = request.get("url") if isinstance(request, dict) and str(request.get("method")).upper() == "GET" else None
    if not isinstance(url, str):
        return None
    try:
        path = urlsplit(url).path.rstrip("/").lower()
    except ValueError:
        return None
    return next((name for name, end in _PATHS.items() if path.endswith(end)), None)


def usable(name: str, answer: Answer) -> bool:
    """Return whether the portal answered in a form that is known."""
    return answer.problem is None and _PARSERS[name](answer.body) is not None


def answer_of(name: str, entry: Mapping[str, t.Any]) -> Answer:
    """Return one of the portal's answers, or why it cannot be used."""
    response, recorded_at = entry["response"], entry.get("startedDateTime")
    status = response.get("status")
    body = json_body(response) if status == _OK else None
    if isinstance(body, dict | list):
        return Answer(body, recorded_at=recorded_at, etag=etag_of(response))
    details = {"what": ANSWER_NAMES[name], "status": shortened(one_line(status), 20)}
    reason = _REFUSALS.get(status, _UNUSABLE) if isinstance(status, int) else _UNUSABLE
    return Answer(problem=Problem(reason, details), recorded_at=recorded_at)


def etag_of(response: Mapping[str, object]) -> str | None:
    """Return the last value of the header ETag in a recorded answer, None where it has none."""
    rows = response.get("headers")
    values = [
        row.get("value")
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and str(row.get("name")).lower() == "etag"
    ]
    return values[-1] if values and isinstance(values[-1], str) else None


def json_body(response: Mapping[str, object]) -> object:
    """The body of an answer as JSON, None where there is none."""
    content = response.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(text, str):
        return None
    try:
        if content.get("encoding") == "base64":
            # Tools break the lines.
            text = decoded(base64.b64decode("".join(text.split()), validate=True))
        body: object = parse_json(text.removeprefix("\ufeff"))
    except ValueError:
        return None
    return body
