# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request as handlers see it, alone or as an item of a batch, and the answer they give."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from lab.hosts.entra.tokens import Caller
    from lab.hosts.graph.options import Options
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """Method, version and address of a request. `path` and `query` are as sent, without the version."""

    method: str
    version: str
    path: str
    query: str
    headers: t.Mapping[str, str]
    body: t.Any = None


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A request that has passed sign-in, routing and permissions. `keys` are the parts of the path in braces."""

    lab: Service
    target: Target
    caller: Caller
    directory: Directory
    keys: t.Mapping[str, str]
    options: Options

    @property
    def eventual(self) -> bool:
        """Did the client ask for the index that carries advanced queries?"""
        return self.target.headers.get("consistencylevel", "").lower() == "eventual"

    def root(self, service: str = "") -> str:
        """The base of addresses in the answer: where the client came in."""
        return f"{self.lab.endpoints['graph']}/{self.target.version}{service}"

    def has_any(self, permissions: t.Iterable[str]) -> bool:
        """Does the token carry one of these?"""
        return not self.caller.permissions.isdisjoint(permissions)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What a handler gives back."""

    body: t.Any
    status: int = 200
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


Handler = t.Callable[[Request], Answer]
