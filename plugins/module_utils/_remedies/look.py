# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look at an object shows, before a write and after it: the words that all remedies share. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer

# `change`: a write would bring about what is wanted. `settled`: it is there. `waiting`: somebody, or Microsoft, has to
# act, and nothing is written meanwhile. `declined`: this tool does not do it here. `unknown`: it could not be read.
Kind = t.Literal["change", "settled", "waiting", "declined", "unknown"]
Value = t.TypeVar("Value")


@dataclasses.dataclass(frozen=True, slots=True)
class WriteCall:
    """One request that changes something. `etag` is the version that was looked at, where Microsoft asks for it."""

    method: str
    path: str
    body: JsonObject | None = None
    etag: str = dataclasses.field(default="", repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is there and, for a `change`, the request that changes it, with the state before and after.

    `object` tells two writes of one remedy apart. `settling`: Microsoft is at work, so that another look may show more.
    `shows` are the objects that are there, whatever else is not. `since` is ISO 8601; `approval_url` and `mail` are for
    the customer.
    """

    kind: Kind
    message: str
    remedy: str = ""
    object: str = ""
    before: JsonObject = dataclasses.field(default_factory=dict)
    after: JsonObject = dataclasses.field(default_factory=dict)
    call: WriteCall | None = None
    settling: bool = False
    shows: frozenset[str] = frozenset()
    since: str = ""
    approval_url: str = ""
    mail: str = ""


class UnreadError(MtoError):
    """What a remedy has to know was not read. The text says why; nothing is written."""


def read_as(answer: Answer, title: str, shape: Callable[[Fields], Value]) -> Value:
    """Return the data of an answer. Raise UnreadError where there is none, not all of it, or another form of it."""
    if not answer.ok:
        raise UnreadError(f"{title} could not be read: {answer.error or answer.partial}")
    try:
        return shape(Fields(answer.body, ""))
    except OptionError as error:
        raise UnreadError(f"{title} could not be read: the answer is not as documented ({error})") from None
