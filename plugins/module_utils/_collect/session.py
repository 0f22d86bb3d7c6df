# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every read of a run shares: identities, clients, and the time that is left."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.identities import http_of, identities_of
from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import refused_at_home
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import (
    MissingPermission,
    missing_permissions,
)
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    MtoError,
    SignInError,
    UnreachableError,
    described,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._microsoft.arm import Arm
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import MAX_TRIES, BearerToken
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import backoff, pause

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.identity import Identity
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        BoundRead,
        Evidence,
        IdentityName,
        Service,
    )

_PROGRESS: t.Final = 100
# Answers that say nothing about the credential, and may be others a moment later.
_ASKED_AGAIN: t.Final = ("sign_in.no_answer", "sign_in.transient")
# What one identity may not read, the other one may.
_ANOTHER_MAY_READ: t.Final = frozenset(
    # A refusal of Microsoft Graph itself can lack its code [doc json-batching].
    {"consent.permission_missing", "read.forbidden", "read.role_missing", "read.foreign_answer"}
)


class Session:
    """A connection in use. Where both identities are given, the app reads, and the operator what the app may not."""

    def __init__(self, connection: Connection, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell
        self.deadline = Deadline(connection.deadline)
        self.concurrency = connection.concurrency
        self.client_id = connection.client_id
        self.cloud_name = connection.cloud.name
        self.operator = connection.operator
        self.defender_portal = connection.cloud.portal
        self._login = connection.cloud.login
        home = connection.home_tenant_id
        self.home_target = ReadTarget(home, "the home tenant", self.consent_url(home))
        http = http_of(connection, self.deadline, pool=self.concurrency)
        self._secrets = connection.known_secrets
        self._identities = identities_of(connection, http)
        self._missing: dict[tuple[str, str], tuple[MissingPermission, ...]] = {}
        self._reader = EvidenceReader(Graph(http, connection.cloud.graph), cloud=self.cloud_name)
        self._arm_reader = EvidenceReader(Arm(http, connection.cloud.arm), cloud=self.cloud_name)

    def progress(self, what: str, done: int, count: int) -> None:
        """Show how far the tenants are, after every hundred."""
        if self._tell and done % _PROGRESS == 0:
            self._tell(f"{what}: {done:,} of {count:,} tenants.")

    def about(self, operator: str) -> Session:
        """Return the same connection, about another person: only the app can read about them."""
        other = copy.copy(self)
        other.operator = operator
        other._identities = [identity for identity in self._identities if identity.name == "app"]  # noqa: SLF001
        return other

    @property
    def reading_as(self) -> IdentityName:
        """The identity that reads first."""
        return self._identities[0].name

    def reaches(self, cloud: str | None) -> bool:
        """Tell whether this sign-in can read a tenant of that cloud. GCC and the public cloud share hosts [doc]."""
        own, other = CLOUDS[self.cloud_name], CLOUDS[cloud or self.cloud_name]
        return (own.login, own.graph) == (other.login, other.graph)

    def consent_url(self, tenant_id: str) -> str:
        """Return where an administrator of a tenant consents to the app [doc grant-admin-consent]."""
        return f"{self._login}/{tenant_id}/adminconsent?client_id={self.client_id}"

    def token_url(self, tenant_id: str) -> str:
        """Return the address that issues tokens of a tenant."""
        return f"{self._login}/{tenant_id}/oauth2/v2.0/token"

    @property
    def warnings(self) -> list[str]:
        """What the user should know, although nothing failed because of it."""
        return list(dict.fromkeys(text for identity in self._identities for text in identity.warnings))

    def missing_permissions(self, target: ReadTarget) -> list[dict[str, object]]:
        """Return what the sign-ins in a tenant lacked for the reads that were due, one row for each permission."""
        tenant = {"tenant_id": target.tenant_id, "name": target.name, "consent_url": target.consent_url}
        return [
            {**tenant, "identity": identity.name, **permission.as_dict()}
            for identity in self._identities
            for permission in self._missing.get((target.tenant_id, identity.name), ())
        ]

    def has(self, name: IdentityName) -> bool:
        """Tell whether this identity is given."""
        return any(identity.name == name for identity in self._identities)

    def sign_in_home(self) -> None:
        """Sign in to the home tenant. Raises HomeSignInError: without it nothing is known about any tenant.

        Everything depends on this answer, so one that is of no use is asked for again.
        """
        for attempt in range(MAX_TRIES):
            try:
                token = self.sign_in_as(self.reading_as, self.home_target.tenant_id, "graph")
            except MtoError as error:
                problem, wait = sign_in_problem(error), backoff(attempt)
                last = attempt == MAX_TRIES - 1 or wait > self.deadline.remaining()
                if problem.reason not in _ASKED_AGAIN or last:
                    raise self.home_error(problem) from None
                pause(wait, self.deadline)
            else:
                self._secrets.add(token.value)
                return

    def as_home_error(self, error: Exception) -> HomeSignInError:
        """Return whatever stopped the reads at home as the reason why nothing is known about any tenant."""
        if isinstance(error, HomeSignInError):
            return error
        return self.home_error(Problem("read.failed", {"said": described(error)}))

    def home_error(self, problem: Problem, text: str = "") -> HomeSignInError:
        """Return why nothing is known about any tenant, in the catalogue's words unless there is a better text."""
        if problem.reason == "access.tenant_not_found":
            problem = Problem("sign_in.home_not_found", problem.details)
        problem = refused_at_home(problem)
        home, operator = self.home_target, self.operator or "the operator"
        words = SentenceContext(
            tenant=home.name,
            tenant_id=home.tenant_id,
            home=home.name,
            where=home.name,
            what="what all tenants share",
            operator=operator,
            who=operator if self.reading_as == "operator" else "your app",
            app=self.client_id,
            resource="Microsoft Graph",
            consent_url=home.consent_url,
            defender_portal=self.defender_portal,
        )
        problem = words.complete(problem)
        done = "Sign-in to" if problem.reason.startswith(("sign_in.", "consent.")) else "Reading"
        in_words = f"{done} the home tenant {home.tenant_id} failed. {CATALOGUE.text(problem)}"
        return HomeSignInError(text or in_words, problem)

    def sign_in_as(self, name: IdentityName, tenant_id: str, service: Service) -> BearerToken:
        """Return a token for a service in a tenant. Raises MtoError of the kind that says why not; ask `has` first."""
        return self._identity(name).token(tenant_id, service)

    def _identity(self, name: IdentityName) -> Identity:
        return next(identity for identity in self._identities if identity.name == name)

    def read(self, reads: Sequence[BoundRead], target: ReadTarget) -> dict[str, Evidence]:
        """Return evidence for every read of one tenant. Never raises for what that tenant or the network does."""
        return self.complete(reads, self._read_as(self._identities[0], reads, target), target)

    def complete(
        self, reads: Sequence[BoundRead], evidence: dict[str, Evidence], target: ReadTarget
    ) -> dict[str, Evidence]:
        """Return the evidence, with what the other identity may read where the first one was refused."""
        for identity in self._identities[1:]:
            refused = [
                bound
                for bound in reads
                if (problem := evidence[bound.key].problem) and problem.reason in _ANOTHER_MAY_READ
            ]
            second = self._read_as(identity, refused, target) if refused else {}
            evidence.update({key: answer for key, answer in second.items() if answer.problem is None})
        return evidence

    def read_as(self, name: IdentityName, reads: Sequence[BoundRead], target: ReadTarget) -> dict[str, Evidence]:
        """Read as one identity alone; where it is not given, the evidence says so."""
        if not self.has(name):
            return self._reader.unread(reads, name, Problem(f"identity.{name}_needed"), target)
        return self._read_as(self._identity(name), reads, target)

    def unread(self, reads: Sequence[BoundRead], problem: Problem, target: ReadTarget) -> dict[str, Evidence]:
        """Return evidence for reads that are not even tried, all for the same reason."""
        return self._reader.unread(reads, self.reading_as, problem, target)

    def _read_as(self, identity: Identity, reads: Sequence[BoundRead], target: ReadTarget) -> dict[str, Evidence]:
        service = reads[0].read.service
        reader = self._arm_reader if service == "arm" else self._reader
        # No permission is needed for what the cloud does not support.
        target = dataclasses.replace(target, needs=tuple(read for read in target.needs if reader.exists(read)))
        try:
            token = identity.token(target.tenant_id, service)
        except MtoError as error:
            return reader.unread(reads, identity.name, sign_in_problem(error), target)
        key = (target.tenant_id, identity.name)
        if target.needs and key not in self._missing:
            self._missing[key] = missing_permissions(target.needs, identity.name, token.claims)
        try:
            evidence = reader.read(reads, token, target)
        except Exception as error:  # noqa: BLE001  (whatever an answer does to a client is said of these reads only)
            return reader.unread(reads, identity.name, Problem("read.failed", {"said": described(error)}), target)
        wrong_tenant = _list_of_another(evidence, token) if service == "arm" else _answer_of_another(evidence, token)
        return reader.unread(reads, identity.name, wrong_tenant, target) if wrong_tenant else evidence


def sign_in_problem(error: Exception) -> Problem:
    """Return why there is no token for a tenant."""
    if isinstance(error, SignInError):
        return error.problem
    if isinstance(error, DeadlineError):
        return Problem("read.deadline")
    reason = "sign_in.unreachable" if isinstance(error, UnreachableError) else "sign_in.no_answer"
    return Problem(reason, {"said": str(error)})


def _answer_of_another(evidence: Mapping[str, Evidence], token: BearerToken) -> Problem | None:
    """Check the organization that answers: a token that cannot be read does not prove its tenant."""
    organization = evidence.get(ORGANIZATION.key)
    answered = str(organization.data["id"]) if organization is not None and organization.data else ""
    if answered == token.tenant_id or (not answered and token.claims.get("tid")):
        return None
    return _wrong_tenant(answered, token)


def _list_of_another(evidence: Mapping[str, Evidence], token: BearerToken) -> Problem | None:
    """Check that the person's list holds the tenant: a token that cannot be read does not prove it."""
    lists = [answer.data for answer in evidence.values() if answer.problem is None and answer.data]
    if token.claims.get("tid") or all(token.tenant_id in data["tenants"] for data in lists):
        return None
    return _wrong_tenant("", token)


def _wrong_tenant(answered: str, token: BearerToken) -> Problem:
    return Problem("read.wrong_tenant", {"answered": answered or "(not known)", "tenant_id": token.tenant_id})
