# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of a world: at Graph, at Azure Resource Manager, at sign-in and at the portal."""

from __future__ import annotations

import typing as t

import pydantic

from lab.worlds.fields import Guid, Name, Regex, Strict, aadsts

Source = t.Literal["B2B", "GDAP", "TGov"]
SOURCES: t.Final[tuple[Source, ...]] = ("B2B", "GDAP", "TGov")
# Elsewhere these fields would do nothing.
_FIELDS_OF_FAULTS: t.Final = {
    "seconds": ("throttle", "slow"),
    "retry_after": ("throttle", "error"),
    "status": ("error", "html"),
}
BATCHABLE: t.Final = ("throttle", "error", "slow", "expired_token")


class Fault(Strict):
    """A fault. `path` is a regular expression for the start of the path, without the version.

    It happens `times` times, by default always. A throttle with `seconds` ends that long after its first hit.
    `in_batch` true: only inside a batch; false: only outside; absent: both.
    """

    host: t.Literal["graph", "login", "arm"] = "graph"
    path: Regex = "/"
    kind: t.Literal["throttle", "error", "reset", "truncate", "html", "slow", "expired_token"]
    seconds: t.Annotated[float, pydantic.Field(ge=0, strict=False)] | None = None
    times: t.Annotated[int, pydantic.Field(ge=1)] | None = None
    retry_after: str | None = None
    status: t.Annotated[int, pydantic.Field(ge=400, le=599)] = 503
    in_batch: bool | None = None

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if self.in_batch and self.kind not in BATCHABLE:
            raise ValueError(f"a fault of kind '{self.kind}' cannot happen in_batch; {', '.join(BATCHABLE)} can")
        if self.kind == "slow" and self.seconds is None:
            raise ValueError("a fault of kind 'slow' needs seconds")
        for field, kinds in _FIELDS_OF_FAULTS.items():
            if field in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"a fault of kind '{self.kind}' takes no {field}; {' and '.join(kinds)} do")
        return self


class Refusal(Strict):
    """A sign-in that Entra refuses with these AADSTS numbers: the first, and those of services behind it.

    The same number twice repeats the whole text. `resource` is the resource that the token was requested for.
    """

    identity: t.Literal["operator", "app"] = "operator"
    resource: t.Literal["graph", "arm", "all"] = "all"
    errors: t.Annotated[
        tuple[t.Annotated[int, pydantic.AfterValidator(aadsts)], ...],
        pydantic.Strict(strict=False),
        pydantic.Field(min_length=1),
    ]


Refusals = t.Annotated[tuple[Refusal, ...], pydantic.Strict(strict=False)]


class PortalFault(Strict):
    """A fault of the portal, on a read (`session`, `picker`, `effective`) or on a `write`.

    `error` and `throttle` replace the request. `error_after` (HTTP 500) and `cut_after` follow a request that took
    effect, `cut_before` precedes it. `does_nothing` answers 200. `changed_meanwhile`: another page adds the tenants in
    `extra` just before. `session_ends` is final. `slow`: reads show the change `seconds` later. `after` requests of
    that kind pass first, the next `times` fail.
    """

    kind: t.Literal[
        "error",
        "throttle",
        "html",
        "error_after",
        "cut_after",
        "cut_before",
        "does_nothing",
        "changed_meanwhile",
        "session_ends",
        "slow",
    ]
    on: t.Literal["write", "session", "picker", "effective"] = "write"
    after: t.Annotated[int, pydantic.Field(ge=0)] = 0
    times: t.Annotated[int, pydantic.Field(ge=1)] = 1
    seconds: t.Annotated[float, pydantic.Field(ge=0, strict=False)] = 0

    @pydantic.model_validator(mode="after")
    def _check_place(self) -> t.Self:
        reads = ("error", "throttle", "html", "cut_before")
        if self.kind == "html" if self.on == "write" else self.kind not in reads:
            raise ValueError(f"{self.kind} does not happen on {self.on}")
        if "seconds" in self.model_fields_set and self.kind not in ("throttle", "slow"):
            raise ValueError(f"a fault of kind '{self.kind}' takes no seconds")
        if self.kind == "slow" and not self.seconds:
            raise ValueError("a fault of kind 'slow' needs seconds")
        if self.kind == "throttle" and self.seconds % 1:
            raise ValueError("Retry-After is a whole number of seconds; give a fault of kind 'throttle' such a number")
        if self.kind == "session_ends" and self.times > 1:
            raise ValueError("a session ends once; remove times")
        return self


class PortalTenant(Strict):
    """A tenant that only the portal knows: nobody declares it."""

    tenant_id: Guid
    name: Name
    in_view: bool = False


class PortalGroup(Strict):
    """A tenant group that others share. Its form in the portal's answer is a guess but for the names of the fields."""

    name: Name
    type: int = 1
    group_id: Guid | None = "00000000-0000-4000-8000-0000000000aa"


class PortalSettings(Strict):
    """The Defender portal of the home tenant. `write_shape` is the lab's own invention: Microsoft's is not public.

    `group` is the tenant group to which the operator's view is switched, by default the private one; it holds
    `hidden_tenants` that the operator cannot see. `sources` is the answer of each source of the tenant picker.
    `session_seconds` is how long a session lasts.
    """

    write_shape: t.Literal["replace", "per_tenant", "echo", "query", "difference", "flags", "keys"] = "replace"
    group: PortalGroup | None = None
    hidden_tenants: t.Annotated[int, pydantic.Field(ge=0)] = 0
    feature: t.Literal["on", "off"] = "on"
    home_in_picker: bool = True
    groups_as: t.Literal["array", "object"] = "array"
    sources: dict[Source, str] = pydantic.Field(default_factory=lambda: dict.fromkeys(SOURCES, "Success"))
    session_seconds: t.Annotated[float, pydantic.Field(gt=0, strict=False)] = 14400
    extra: t.Annotated[tuple[PortalTenant, ...], pydantic.Strict(strict=False)] = ()
    faults: t.Annotated[tuple[PortalFault, ...], pydantic.Strict(strict=False)] = ()

    @pydantic.model_validator(mode="after")
    def _check_faults(self) -> t.Self:
        meanwhile = any(fault.kind == "changed_meanwhile" for fault in self.faults)
        if meanwhile and all(row.in_view for row in self.extra):
            raise ValueError("a fault of kind 'changed_meanwhile' needs a tenant in extra that is not in the view")
        return self
