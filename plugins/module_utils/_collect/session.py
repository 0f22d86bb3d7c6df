# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every read of a run shares: identities, clients, places, and the time that is left."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.identity import (
    AppIdentity,
    Identity,
    OperatorIdentity,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import explain
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    MtoError,
    SignInError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._microsoft.arm import Arm
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph_versions import GraphVersions
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import MissingPermission
    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        BoundRead,
        Evidence,
        IdentityName,
        Service,
    )
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken
    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection


# What one identity may not read, the other one may.
_ASK_ANOTHER: t.Final = frozenset({"consent.permission_missing", "read.forbidden", "read.role_missing"})


class Session:
    """A connection in use. Where both identities are given, the app reads, and the operator what the app may not."""

    def __init__(self, connection: Connection) -> None:
        self.deadline = Deadline(connection.deadline)
        self.concurrency = connection.concurrency
        self.client_id = connection.client_id
        self.cloud_name = connection.cloud.name
        self.operator = connection.operator
        self.defender_portal = connection.cloud.portal
        self._login = connection.cloud.login
        home = connection.home_tenant_id
        self.home_target = ReadTarget(home, "the home tenant", self.consent_url(home))
        http = Http(
            ca_path=connection.ca_path,
            timeout=connection.timeout,
            deadline=self.deadline,
            pool=connection.concurrency,
        )
        self._identities = _identities(connection, http)
        self._lacks: dict[tuple[str, str], tuple[MissingPermission, ...]] = {}
        self._reader = EvidenceReader(GraphVersions(http, connection.cloud.graph), cloud=self.cloud_name)
        self._arm_reader = EvidenceReader(Arm(http, connection.cloud.arm), cloud=self.cloud_name)

    @property
    def reading_as(self) -> IdentityName:
        """The identity that reads first."""
        return self._identities[0].name

    def reaches(self, cloud: str | None) -> bool:
        """Can a tenant of that cloud be read by this sign-in? GCC and the public cloud share their hosts [doc]."""
        own, other = CLOUDS[self.cloud_name], CLOUDS[cloud or self.cloud_name]
        return (own.login, own.graph) == (other.login, other.graph)

    def consent_url(self, tenant_id: str) -> str:
        """Where an administrator of a tenant consents to our app [doc grant-admin-consent]."""
        return f"{self._login}/{tenant_id}/adminconsent?client_id={self.client_id}"

    def token_url(self, tenant_id: str) -> str:
        """Where a token of a tenant is asked for."""
        return f"{self._login}/{tenant_id}/oauth2/v2.0/token"

    @property
    def warnings(self) -> list[str]:
        """What the user should hear of, although it failed nothing."""
        return [text for identity in self._identities for text in getattr(identity, "warnings", ())]

    def missing_permissions(self, place: ReadTarget) -> list[dict[str, t.Any]]:
        """What the sign-ins in a tenant lack for the reads that were due there, one row for each permission."""
        told = {"tenant_id": place.tenant_id, "name": place.name, "consent_url": place.consent_url}
        return [
            {**told, "identity": identity.name, **lack.as_dict()}
            for identity in self._identities
            for lack in self._lacks.get((place.tenant_id, identity.name), ())
        ]

    def has(self, name: IdentityName) -> bool:
        """Is this identity given?"""
        return any(identity.name == name for identity in self._identities)

    def sign_in_home(self) -> None:
        """Sign in to the home tenant. Raises HomeSignInError: without it nothing can be said about any tenant."""
        try:
            self._identities[0].token(self.home_target.tenant_id, "graph")
        except MtoError as error:
            raise self._home_problem(error) from None

    def _home_problem(self, error: MtoError) -> HomeSignInError:
        problem = sign_in_problem(error)
        if problem.reason == "access.tenant_not_found":
            problem = Problem("sign_in.home_not_found", problem.details)
        operator = self.operator or "the operator"
        details = {
            "tenant": "the home tenant",
            "tenant_id": self.home_target.tenant_id,
            "home": "the home tenant",
            "where": "the home tenant",
            "what": "the sign-in",
            "operator": operator,
            "who": operator if self.reading_as == "operator" else "our app",
            "app": self.client_id,
            "resource": "Microsoft Graph",
            "consent_url": self.home_target.consent_url,
            "defender_portal": self.defender_portal,
            **problem.details,
        }
        message, remedy = CATALOGUE.words(problem, details)
        return HomeSignInError(
            f"Sign-in to the home tenant {self.home_target.tenant_id} failed. {message} {remedy}",
            Problem(problem.reason, details),
        )

    def sign_in(self, tenant_id: str) -> BearerToken:
        """A token for a tenant, as the identity that reads first. Raises MtoError of the kind that says why not."""
        return self._identities[0].token(tenant_id, "graph")

    def read(self, asked: Sequence[BoundRead], place: ReadTarget) -> dict[str, Evidence]:
        """Evidence for everything asked of one tenant. Never raises for what that tenant, or the way to it, does."""
        evidence = self._read_as(self._identities[0], asked, place)
        for identity in self._identities[1:]:
            refused = [item for item in asked if _refused(evidence[item.key])]
            second = self._read_as(identity, refused, place) if refused else {}
            evidence.update({key: piece for key, piece in second.items() if piece.problem is None})
        return evidence

    def sign_in_as(self, name: IdentityName, tenant_id: str, service: Service) -> BearerToken:
        """A token for a service in a tenant as one identity. Raises SignInError and the like; ask `has` first."""
        return self._identity(name).token(tenant_id, service)

    def read_as(self, name: IdentityName, asked: Sequence[BoundRead], place: ReadTarget) -> dict[str, Evidence]:
        """As `read`, but as one identity alone; where it is not given, the evidence says so."""
        if not self.has(name):
            return self._reader.missing(asked, name, Problem(f"identity.{name}_needed"), place)
        return self._read_as(self._identity(name), asked, place)

    def read_arm(self, asked: BoundRead, place: ReadTarget) -> Evidence:
        """One read of Azure Resource Manager, as the operator."""
        return self.read_as("operator", [asked], place)[asked.key]

    def _identity(self, name: IdentityName) -> Identity:
        return next(identity for identity in self._identities if identity.name == name)

    def missing(self, asked: Sequence[BoundRead], problem: Problem, place: ReadTarget) -> dict[str, Evidence]:
        """Evidence for reads that are not even tried, all for the same reason."""
        return self._reader.missing(asked, self.reading_as, problem, place)

    def _read_as(self, identity: Identity, asked: Sequence[BoundRead], place: ReadTarget) -> dict[str, Evidence]:
        service = asked[0].read.service
        reader = self._arm_reader if service == "arm" else self._reader
        # No permission is asked for what the cloud has not.
        place = dataclasses.replace(place, needs=tuple(read for read in place.needs if reader.exists(read)))
        try:
            token = identity.token(place.tenant_id, service)
        except MtoError as error:
            return reader.missing(asked, identity.name, sign_in_problem(error), place)
        self._lacks[(place.tenant_id, identity.name)] = explain(place.needs, identity.name, token.claims)
        evidence = reader.read(asked, token, place)
        if service == "arm":
            refused = _other_list(evidence, token)
        else:
            refused = _wrong_tenant(evidence.get("organization"), token)
        return reader.missing(asked, identity.name, refused, place) if refused else evidence


def _refused(piece: Evidence) -> bool:
    return piece.problem is not None and piece.problem.reason in _ASK_ANOTHER


def sign_in_problem(error: Exception) -> Problem:
    """Why there is no token for a target tenant."""
    if isinstance(error, SignInError):
        return error.problem
    if isinstance(error, DeadlineError):
        return Problem("read.deadline")
    reason = "sign_in.unreachable" if isinstance(error, UnreachableError) else "sign_in.no_answer"
    return Problem(reason, {"said": str(error)})


def _wrong_tenant(organization: Evidence | None, token: BearerToken) -> Problem | None:
    """A token that cannot be read proves no tenant: then the organization that answers has to be the one asked."""
    answered = str(organization.data["id"]) if organization is not None and organization.data else ""
    if answered == token.tenant_id or (not answered and token.claims.get("tid")):
        return None
    return Problem("read.wrong_tenant", {"answered": answered or "(not told)", "tenant_id": token.tenant_id})


def _other_list(evidence: Mapping[str, Evidence], token: BearerToken) -> Problem | None:
    """A token that cannot be read proves no tenant: then the person's list has to hold the tenant that was asked."""
    if token.claims.get("tid"):
        return None
    lists = [piece.data for piece in evidence.values() if piece.problem is None and piece.data]
    if all(token.tenant_id in data["tenants"] for data in lists):
        return None
    return Problem("read.wrong_tenant", {"answered": "(not told)", "tenant_id": token.tenant_id})


def _identities(connection: Connection, http: Http) -> list[Identity]:
    """One or two, in the order in which they are asked."""
    credential = connection.credential
    common: dict[str, t.Any] = {
        "http": http,
        "cloud": connection.cloud,
        "client_id": connection.client_id,
        "credential": credential,
    }
    found: list[Identity] = []
    if credential is not None:
        found.append(AppIdentity(token_cache=connection.token_cache, **common))
    if connection.has_operator_identity:
        operator = OperatorIdentity(
            home_tenant_id=connection.home_tenant_id,
            refresh_token=connection.refresh_token,
            token_file=connection.refresh_token_file,
            **common,
        )
        found.append(operator)
    return found
