# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From answers to evidence: what was asked, as whom and when, and why it could not be read."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import (
    missing_permissions,
    readable_with,
    roles_missing,
)
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import ANSIBLE_ADMIN, APP_IDENTITY
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError, described
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Evidence, Problem, Read
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer, Request
from ansible_collections.m365.defender.plugins.module_utils._microsoft.cloud_features import existence

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken


# Evidence shows so much of an address, and of a request id, which is a GUID [doc].
_LONGEST: t.Final = 500
_LONGEST_ID: t.Final = 64
# What Microsoft Graph says of an object that does not exist [guess on the codes]. Others end in NotFound as well, and
# are about a route or about another object.
_NO_OBJECT: t.Final = ("request_resourcenotfound", "resourcenotfound")


@dataclasses.dataclass(frozen=True, slots=True)
class ReadTarget:
    """The tenant that is read. `consent_url` is where its administrator consents to the app.

    `needs` are all reads that may be made there, so that every missing permission is reported at once.
    """

    tenant_id: str
    name: str
    consent_url: str
    needs: tuple[Read, ...] = ()

    def words(self, what: str, identity: str) -> SentenceContext:
        """Return what a sentence about a failed read may name."""
        who = "your app" if identity == "app" else "the operator"
        return SentenceContext(
            tenant=self.name,
            tenant_id=self.tenant_id,
            consent_url=self.consent_url,
            where=self.name,
            what=what,
            who=who,
            identity=who,
        )


def path_of(bound: BoundRead) -> str:
    """Return the path with every field quoted for OData and for the address."""
    path = bound.read.path
    for name, value in bound.fields.items():
        field = f"{{{name}}}"
        if field in path:
            # In a quoted string of OData, and only there, a quote is doubled.
            quoted = quote(value.replace("'", "''"), safe="@")
            path = path.replace(f"'{field}'", f"'{quoted}'").replace(field, quote(value, safe="@"))
    return path


class Client(t.Protocol):
    """A client of one of Microsoft's services."""

    def read(self, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Return answers by key."""


class EvidenceReader:
    """Reads of one service in one cloud; `clock` gives the time that evidence is stamped with."""

    def __init__(self, client: Client, clock: Callable[[], dt.datetime] = utc_now, *, cloud: str = "public") -> None:
        self._client = client
        self._clock = clock
        self._cloud = cloud

    def read(self, reads: Sequence[BoundRead], token: BearerToken, target: ReadTarget) -> dict[str, Evidence]:
        """Return evidence for every read, under its key. Never raises for what a service or the network does.

        Reads that the cloud does not support, or that the token has no permission for, are not sent.
        """
        supported, absent = _parted(reads, self.exists)
        allowed, refused = _parted(supported, readable_with(token.identity, token.claims))
        evidence = {
            **(self.unread(absent, token.identity, self._not_in_cloud(), target) if absent else {}),
            **self._sent(allowed, token, target),
        }
        if refused:
            evidence |= self.unread(refused, token.identity, _consent_problem(supported, token, target), target)
        return {bound.key: evidence[bound.key] for bound in reads}

    def exists(self, read: Read) -> bool:
        """Return False only where a source says that the cloud lacks it, and none that the cloud has it."""
        return existence(read, self._cloud) != "no"

    def unread(
        self, reads: Sequence[BoundRead], identity: str, problem: Problem, target: ReadTarget
    ) -> dict[str, Evidence]:
        """Return evidence for reads that could not be sent, all for the same reason."""
        at = timestamp(self._clock())
        return {
            bound.key: Evidence(
                what=bound.read.what,
                url=shortened(path_of(bound), _LONGEST),
                identity=identity,
                at=at,
                request_id="",
                provenance=bound.read.provenance,
                problem=target.words(bound.read.title, identity).complete(problem),
            )
            for bound in reads
        }

    def _sent(self, reads: Sequence[BoundRead], token: BearerToken, target: ReadTarget) -> dict[str, Evidence]:
        if not reads:
            return {}
        requests = [
            Request(bound.key, path_of(bound), bound.read.advanced, bound.read.first_page, bound.read.versions)
            for bound in reads
        ]
        answers = self._client.read(requests, token)
        at = timestamp(self._clock())
        return {bound.key: self._evidence(bound, answers[bound.key], token, target, at) for bound in reads}

    def _evidence(self, bound: BoundRead, answer: Answer, token: BearerToken, target: ReadTarget, at: str) -> Evidence:
        read = bound.read
        data, problem = _data_of(bound, answer)
        if data is None:
            # Graph's own word counts where the sources leave open whether the cloud has the resource.
            unknown_there = answer.unknown_segment and existence(read, self._cloud) != "yes"
            problem = problem or (self._not_in_cloud() if unknown_there else _problem_of(read, answer, token))
            problem = target.words(read.title, token.identity).complete(problem)
        url, request_id = shortened(one_line(answer.url), _LONGEST), shortened(one_line(answer.request_id), _LONGEST_ID)
        return Evidence(read.what, url, token.identity, at, request_id, read.provenance, data, problem)

    def _not_in_cloud(self) -> Problem:
        return Problem("read.not_in_cloud", {"cloud": self._cloud})


def _parted(reads: Sequence[BoundRead], test: Callable[[Read], bool]) -> tuple[list[BoundRead], list[BoundRead]]:
    """Return the reads that pass a test, and those that do not."""
    passed: list[BoundRead] = []
    others: list[BoundRead] = []
    for bound in reads:
        (passed if test(bound.read) else others).append(bound)
    return passed, others


def _consent_problem(reads: Sequence[BoundRead], token: BearerToken, target: ReadTarget) -> Problem:
    """Return the one problem of all reads that a token lacks a permission for; it names every missing permission.

    Optional ones are named only where nothing else is missing.
    """
    rows = missing_permissions([*target.needs, *(bound.read for bound in reads)], token.identity, token.claims)
    required = [row for row in rows if not row.optional] or rows
    names = list(dict.fromkeys(row.permission for row in required))
    details = {"permissions": ", ".join(names), "object": f"{target.tenant_id}/{'+'.join(names)}"}
    return Problem("consent.permission_missing", details)


def _data_of(bound: BoundRead, answer: Answer) -> tuple[Json, Problem | None]:
    """Return the data of a whole answer, or the problem of one in another form; neither for a refusal.

    Only Graph's own word about that very object means that there is none: a proxy can answer 404 as well.
    """
    read = bound.read
    missing = answer.status == 404 and answer.code.lower() in _NO_OBJECT and not answer.unknown_segment
    absent = bool(read.absent_code) and answer.code.lower() == read.absent_code.lower()
    if absent or (read.missing_is_answer and missing):
        return {"found": False}, None
    if not answer.ok:
        return None, None
    try:
        body = Fields(answer.body, "")
        if body.has("error"):
            raise OptionError("it holds an error")
        _prove_about(bound, body)
        return read.shape(body), None
    except (OptionError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return None, Problem("read.failed", {"said": f"the answer is not of the documented form: {described(error)}"})


def _prove_about(bound: BoundRead, body: Fields) -> None:
    """Raise OptionError where an answer, or one row of a filtered list, is about another object than was asked for."""
    names, asked = bound.read.about, {value.lower() for value in bound.fields.values()}
    if names and asked:
        for row in body.rows("value") if "$filter=" in bound.read.path else [body]:
            if asked.isdisjoint((row.optional_text(name) or "").lower() for name in names):
                raise OptionError("it is about another object")


def _problem_of(read: Read, answer: Answer, token: BearerToken) -> Problem:
    """Return why an answer is not data. The HTTP status decides; the service's words are quoted.

    A refusal is the service's only by its error code: a proxy, a gateway or a portal page can answer 4xx as well.
    """
    if answer.deadline:
        return Problem("read.deadline")
    if answer.partial:
        return Problem("read.partial", {"said": answer.partial})
    if answer.status == 0:
        return Problem("read.unreachable", {"said": answer.error})
    if answer.status == 429:
        return Problem("read.throttled")
    if answer.status in (401, 403) and answer.code:
        return _forbidden(read, answer, token)
    # A preview that no version knows is not offered there.
    reason = "read.not_offered" if answer.unknown_segment and len(read.versions) > 1 else "read.failed"
    if 400 <= answer.status < 500 and not answer.code:
        reason = "read.foreign_answer"
    details = {
        "versions": " and ".join(read.versions),
        "status": str(answer.status),
        "said": answer.error or f"HTTP {answer.status}",
    }
    return Problem(reason, details)


def _forbidden(read: Read, answer: Answer, token: BearerToken) -> Problem:
    """Return the problem of a token that has the permission or cannot be read: a role may be missing instead."""
    if roles_missing(read, token.identity, token.claims):
        return Problem("read.role_missing", {"roles": role_names(read.readers), "said": answer.error})
    hint = "look up the request id in the sign-in and audit logs."
    if token.identity == "operator":
        roles = role_names(read.readers) if read.readers else "for example Global Reader"
        hint = (
            f"assign the operator a role that may read it ({roles}). Or {ANSIBLE_ADMIN}"
            f"{APP_IDENTITY.format(mto_=option_name())} for this read."
        )
    return Problem("read.forbidden", {"status": str(answer.status), "said": answer.error, "hint": hint})
