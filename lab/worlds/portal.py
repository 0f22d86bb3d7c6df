# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Defender portal of a world: its settings, its faults, and tenants that only it knows."""

from __future__ import annotations

import typing as t

import pydantic

from lab.worlds.fields import Guid, Name, Strict

Source = t.Literal["B2B", "GDAP", "TGov"]
SOURCES: t.Final[tuple[Source, ...]] = ("B2B", "GDAP", "TGov")
# How the settings page writes. All are the lab's own invention: Microsoft's is not public.
WriteShape = t.Literal[
    "commas",
    "difference",
    "echo",
    "envelope",
    "etag_header",
    "flags",
    "group_in_path",
    "json_patch",
    "keys",
    "one_toggle",
    "per_tenant",
    "plain",
    "query",
    "replace",
    "user_in_path",
    "whole_picker",
]
# Fields that no public capture shows. A world has those that its write shape needs, or those that it names.
InventedField = t.Literal["etag_header", "group_id", "session_user_id", "user_id", "version"]
_NEEDED_FIELDS: t.Final[dict[WriteShape, frozenset[InventedField]]] = {
    "envelope": frozenset(["version"]),
    "etag_header": frozenset(["etag_header"]),
    "group_in_path": frozenset(["user_id", "group_id"]),
    "user_in_path": frozenset(["session_user_id"]),
}


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


class ShownTenant(Strict):
    """What the portal knows of a tenant beside its name.

    `in_view`: it is in the operator's multitenant view. `colleague`: what it is to the colleague, who has a view of
    their own; `lost_access` is in that view without access. `aad_environment` is the portal's number of the cloud: 1 is
    the public cloud [community], the others are not on record [guess]. `distribution_profile` is the lab's own notion:
    the page says that the removal of the tenant breaks the content assignment of that profile [doc; form invented].
    """

    in_view: bool = False
    colleague: t.Literal["none", "offered", "in_view", "lost_access"] = "none"
    aad_environment: t.Annotated[int, pydantic.Field(ge=0, le=99)] = 1
    distribution_profile: Name | None = None


class PortalTenant(ShownTenant):
    """A tenant that only the portal knows: nobody declares it."""

    tenant_id: Guid
    name: Name


class PortalGroup(Strict):
    """A tenant group that others share. Its form in the portal's answer is a guess but for the names of the fields."""

    name: Name
    type: int = 1
    group_id: Guid | None = "00000000-0000-4000-8000-0000000000aa"


class PortalSettings(Strict):
    """The Defender portal of the home tenant. `write_shape` is the lab's own invention: Microsoft's is not public.

    `invented_fields` are fields of its answers that are not on record, by default those that the write shape needs: the
    group's numeric `version`, its `id` and `userId` (null on record), `AuthInfo.UserId` of the session, and an ETag
    header in place of `_etag`.
    `group` is the tenant group to which the operator's view is switched, by default the private one; it holds
    `hidden_tenants` that the operator cannot see. `sources` is the answer of each source of the tenant picker.
    `session_seconds` is how long a session lasts. A write that would bring more than `max_tenants` into a view is
    refused [how: guess], by default none is.
    """

    write_shape: WriteShape = "replace"
    invented_fields: t.Annotated[frozenset[InventedField], pydantic.Strict(strict=False)] | None = None
    group: PortalGroup | None = None
    hidden_tenants: t.Annotated[int, pydantic.Field(ge=0)] = 0
    max_tenants: t.Annotated[int, pydantic.Field(ge=1)] | None = None
    feature: t.Literal["on", "off"] = "on"
    home_in_picker: bool = True
    groups_as: t.Literal["array", "object"] = "array"
    sources: dict[Source, str] = pydantic.Field(default_factory=lambda: dict.fromkeys(SOURCES, "Success"))
    session_seconds: t.Annotated[float, pydantic.Field(gt=0, strict=False)] = 14400
    extra: t.Annotated[tuple[PortalTenant, ...], pydantic.Strict(strict=False)] = ()
    faults: t.Annotated[tuple[PortalFault, ...], pydantic.Strict(strict=False)] = ()

    @property
    def fields(self) -> frozenset[InventedField]:
        """The fields of the portal's answers that are not on record."""
        needed = _NEEDED_FIELDS.get(self.write_shape, frozenset())
        return needed if self.invented_fields is None else self.invented_fields

    @pydantic.model_validator(mode="after")
    def _check_fields(self) -> t.Self:
        missing = _NEEDED_FIELDS.get(self.write_shape, frozenset()) - self.fields
        if missing:
            raise ValueError(
                f"write_shape '{self.write_shape}' needs {' and '.join(sorted(missing))} in invented_fields"
            )
        if "etag_header" in self.fields and self.write_shape in ("difference", "echo", "plain", "replace"):
            raise ValueError(
                f"write_shape '{self.write_shape}' needs the _etag that etag_header takes out of the group"
            )
        return self

    @pydantic.model_validator(mode="after")
    def _check_faults(self) -> t.Self:
        meanwhile = any(fault.kind == "changed_meanwhile" for fault in self.faults)
        if meanwhile and all(row.in_view for row in self.extra):
            raise ValueError("a fault of kind 'changed_meanwhile' needs a tenant in extra that is not in the view")
        return self
