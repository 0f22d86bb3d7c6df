# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From answers to evidence: what was asked, as whom, when, and why it could not be read where it could not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
from urllib.parse import quote

from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import (
    explain,
    may_read,
    roles_missing,
)
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Request
from ansible_collections.m365.defender.plugins.module_utils._microsoft.cloud_features import existence

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken


DEFAULT_CLOUD: t.Final = "public"
# Graph's words about a path that it has not: "Resource not found for the segment 'x'."


@dataclasses.dataclass(frozen=True, slots=True)
class ReadTarget:
    """The tenant that is read, in words for sentences. `consent_url` is where its administrator consents to our app.

    `needs` are all reads that may be made there, so that what a token lacks is told at once and not piece by piece.
    """

    tenant_id: str
    name: str
    consent_url: str
    needs: tuple[Read, ...] = ()


def path_of(bound: BoundRead) -> str:
    """Return the path with every field quoted for OData and for the address."""
    path = bound.read.path
    for name, value in bound.fields.items():
        path = path.replace(f"'{{{name}}}'", f"'{_encode(odata_string(value))}'")
        path = path.replace(f"{{{name}}}", _encode(value))
    return path


def odata_string(value: str) -> str:
    """The inside of a quoted string of OData: a quote is doubled there, and only there."""
    return value.replace("'", "''")


def _encode(value: str) -> str:
    """A value within an address: `#`, `&`, `/`, quotes and the like are encoded."""
    return quote(value, safe="@")


class Client(t.Protocol):
    """A client of one of Microsoft's services."""

    def read(self, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Answers by key."""


class EvidenceReader:
    """Reads of one service in one cloud; `clock` gives the time that evidence is stamped with."""

    def __init__(
        self, client: Client, clock: Callable[[], dt.datetime] = utc_now, *, cloud: str = DEFAULT_CLOUD
    ) -> None:
        self._client = client
        self._clock = clock
        self._cloud = cloud

    def read(self, asked: Sequence[BoundRead], token: BearerToken, place: ReadTarget) -> dict[str, Evidence]:
        """Evidence for everything asked, under its key. Never raises for what a service or the network does.

        What the cloud has not is not asked, and neither is what the token lacks a permission for.
        """
        there = [item for item in asked if self.exists(item.read)]
        absent = [item for item in asked if item not in there]
        allowed = [item for item in there if may_read(item.read, token.identity, token.claims)]
        refused = [item for item in there if item not in allowed]
        found = {
            **self.missing(absent, token.identity, Problem("read.not_in_cloud", {"cloud": self._cloud}), place),
            **self.missing(refused, token.identity, lacking(there, token, place), place),
            **self._sent(allowed, token, place),
        }
        return {item.key: found[item.key] for item in asked}

    def exists(self, read: Read) -> bool:
        """False only where nobody says that the cloud has it, and somebody says that it has not."""
        return existence(read, self._cloud) != "no"

    def _sent(self, allowed: Sequence[BoundRead], token: BearerToken, place: ReadTarget) -> dict[str, Evidence]:
        if not allowed:
            return {}
        requests = [
            Request(item.key, path_of(item), item.read.advanced, item.read.first_page, item.read.versions)
            for item in allowed
        ]
        answers = self._client.read(requests, token)
        at = timestamp(self._clock())
        return {item.key: self._evidence(item.read, answers[item.key], token, place, at) for item in allowed}

    def _evidence(self, read: Read, answer: Answer, token: BearerToken, place: ReadTarget, at: str) -> Evidence:
        data, problem = _data_of(read, answer)
        if data is None:
            problem = problem or self._not_there(read, answer) or _problem_of(read, answer, token)
            problem = _with_place(problem, read, place, token.identity)
        return Evidence(
            what=read.what,
            url=answer.url,
            identity=token.identity,
            at=at,
            request_id=answer.request_id,
            provenance=read.provenance,
            data=data,
            problem=problem,
        )

    def _not_there(self, read: Read, answer: Answer) -> Problem | None:
        """Graph's word that it has no such resource counts where the sources leave open whether the cloud has it."""
        if not answer.unknown_segment or existence(read, self._cloud) == "yes":
            return None
        return Problem("read.not_in_cloud", {"cloud": self._cloud})

    def missing(
        self, asked: Sequence[BoundRead], identity: str, problem: Problem, place: ReadTarget
    ) -> dict[str, Evidence]:
        """Evidence for reads that could not even be sent, all for the same reason."""
        at = timestamp(self._clock())
        return {
            item.key: Evidence(
                what=item.read.what,
                url=path_of(item),
                identity=identity,
                at=at,
                request_id="",
                provenance=item.read.provenance,
                problem=_with_place(problem, item.read, place, identity),
            )
            for item in asked
        }


def lacking(asked: Sequence[BoundRead], token: BearerToken, place: ReadTarget) -> Problem:
    """The one problem of all reads that a token lacks a permission for; it names every permission that is missing.

    What decides no verdict is named only where nothing else is missing.
    """
    reads = [*place.needs, *(item.read for item in asked)]
    lacks = explain(reads, token.identity, token.claims)
    required = [lack for lack in lacks if not lack.optional] or list(lacks)
    missing = ", ".join(dict.fromkeys(lack.permission for lack in required))
    details = {"permissions": missing, "object": f"{place.tenant_id}/{missing.replace(', ', '+')}"}
    return Problem("consent.permission_missing", details)


def _data_of(read: Read, answer: Answer) -> tuple[t.Any, Problem | None]:
    """The data of a whole answer; the problem of one that is not of the documented form; neither for a refusal.

    Only Graph's own word about that very object is a "there is none": a proxy can say 404 as well.
    """
    missing = answer.status == 404 and answer.code.lower().endswith("notfound") and not answer.unknown_segment
    if read.missing_is_answer and missing:
        return {"found": False}, None
    if read.absent_code and answer.code.lower() == read.absent_code.lower():
        return {"found": False}, None
    if not answer.ok:
        return None, None
    try:
        data = read.shape(answer.body)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return None, Problem(
            "read.failed", {"said": f"the answer is not of the documented form ({type(error).__name__})"}
        )
    return data, None


def _with_place(problem: Problem, read: Read, place: ReadTarget, identity: str) -> Problem:
    """Everything that a sentence about a failed read may name."""
    details = {
        "what": read.title,
        "where": place.name,
        "tenant": place.name,
        "tenant_id": place.tenant_id,
        "identity": "our app" if identity == "app" else "the operator",
        "who": "our app" if identity == "app" else "the operator",
        "consent_url": place.consent_url,
    }
    return Problem(problem.reason, {**details, **problem.details})


def _problem_of(read: Read, answer: Answer, token: BearerToken) -> Problem:
    """Why an answer is not data. The HTTP status decides; the service's words are told."""
    if answer.deadline:
        return Problem("read.deadline")
    if answer.partial:
        return Problem("read.partial", {"said": answer.partial})
    if answer.status == 0:
        return Problem("read.unreachable", {"said": answer.error})
    if answer.status == 429:
        return Problem("read.throttled")
    if answer.status in (401, 403):
        return _forbidden(read, answer, token)
    # No version that may be asked knows the path: a preview that is not there, rather than a failure.
    absent = answer.unknown_segment and len(read.versions) > 1
    said = {
        "versions": " and ".join(read.versions),
        "status": str(answer.status),
        "said": answer.error or f"HTTP {answer.status}",
    }
    return Problem("read.not_offered" if absent else "read.failed", said)


def _forbidden(read: Read, answer: Answer, token: BearerToken) -> Problem:
    """The token has the permission, or cannot be read: is a role of the person missing, or is something else wrong?"""
    if roles_missing(read, token.identity, token.claims):
        return Problem("read.role_missing", {"roles": role_names(read.readers), "said": answer.error})
    if token.identity == "operator":
        roles = role_names(read.readers) if read.readers else "for example Global Reader"
        hint = (
            "Give an app identity (client_secret, client_certificate_path or federated_token_file) for this read, or"
            f" assign the operator a role that may read it ({roles})."
        )
    else:
        hint = "An administrator of the tenant looks up the request id in the sign-in and audit logs."
    return Problem("read.forbidden", {"status": str(answer.status), "said": answer.error, "hint": hint})
