# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request as handlers see it, outside or inside a batch, and the answer they return."""

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
        """Whether the client asked for the index that advanced queries need."""
        return self.target.headers.get("consistencylevel", "").lower() == "eventual"

    def root(self, service: str = "") -> str:
        """Return the base of addresses in the answer: the address that the client used."""
        return f"{self.lab.endpoints['graph']}/{self.target.version}{service}"

    def has_any(self, permissions: t.Iterable[str]) -> bool:
        """Return whether the token carries any of these permissions."""
        return not self.caller.permissions.isdisjoint(permissions)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a handler; a body of None is no body. `note` is for the journal; None: nothing was changed.

    `delay` is how many seconds later it is sent.
    """

    body: t.Any
    status: int = 200
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    note: t.Mapping[str, t.Any] | None = None
    delay: float = 0


Handler = t.Callable[[Request], Answer]
