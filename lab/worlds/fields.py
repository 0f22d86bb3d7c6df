# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Field types of a world: checked values, and the base of its models."""

from __future__ import annotations

import re
import typing as t
import uuid

import pydantic

from lab.data import permissions, roles, skus
from lab.data.aadsts import ERRORS


def guid(value: str) -> str:
    """Return the GUID in the spelling of Microsoft Graph. Raises ValueError."""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ValueError(f"'{value}' is not a GUID") from None


def _role(value: str) -> str:
    try:
        return roles.role_id(value)
    except KeyError:
        raise unknown("role", value, roles.ID_OF) from None


def _sku(value: str) -> str:
    if value not in skus.catalogue():
        raise unknown("product", value, skus.catalogue())
    return value


def _period(value: str) -> str:
    if value not in ("PT0S", "P0D", "P180D"):
        raise ValueError(f"'{value}' is not one of PT0S, P0D, P180D")
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"'{value}' is not a regular expression ({error})") from None
    return value


def aadsts(value: int) -> int:
    if value not in ERRORS:
        raise unknown("AADSTS number", str(value), [str(number) for number in ERRORS])
    return value


def _permissions(value: object) -> object:
    if value in ("full", "none"):
        return value
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"'{value}' is neither 'full' nor 'none' nor a list of permissions")
    return _named(value)


def _named(value: t.Sequence[object]) -> tuple[object, ...]:
    for name in value:
        if name not in permissions.KNOWN:
            raise unknown("permission", str(name), permissions.KNOWN)
    return tuple(value)


def _writer(value: object) -> object:
    if isinstance(value, bool):
        return value
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"'{value}' is neither true nor false nor a list of permissions")
    return _named(value)


class UnknownNameError(ValueError):
    """A name that is in no catalogue; `known` are the candidates for a hint."""

    def __init__(self, kind: str, value: str, known: t.Collection[str]) -> None:
        super().__init__(f"'{value}' is not a known {kind}")
        self.value = value
        self.known = tuple(known)


def unknown(kind: str, value: str, known: t.Collection[str]) -> UnknownNameError:
    return UnknownNameError(kind, value, known)


Guid = t.Annotated[str, pydantic.AfterValidator(guid)]
Role = t.Annotated[str, pydantic.AfterValidator(_role)]
SkuName = t.Annotated[str, pydantic.AfterValidator(_sku)]
Period = t.Annotated[str, pydantic.AfterValidator(_period)]
Regex = t.Annotated[str, pydantic.AfterValidator(_regex)]
Country = t.Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Z]{2}$")]
Domain = t.Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Name = t.Annotated[str, pydantic.StringConstraints(min_length=1, max_length=256)]
RoleLanguage = t.Literal["en", "de"]
Consent = t.Annotated[tuple[str, ...] | t.Literal["full", "none"], pydantic.BeforeValidator(_permissions)]

# What is consented to for the app that writes: false nothing, true what the lab's data say, or these permissions.
Writer = t.Annotated[tuple[str, ...] | bool, pydantic.BeforeValidator(_writer)]


class Strict(pydantic.BaseModel):
    """The base of all models: unknown fields are an error, and nothing changes afterwards."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


Names = t.Annotated[tuple[str, ...], pydantic.Strict(strict=False)]
RoleIds = t.Annotated[tuple[Role, ...], pydantic.Strict(strict=False)]
