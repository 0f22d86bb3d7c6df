# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of a world: at Graph, at Azure Resource Manager and at sign-in."""

from __future__ import annotations

import typing as t

import pydantic

from lab.worlds.fields import Regex, Strict, aadsts

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


# The fields that a fault of a write takes, by its kind; elsewhere they would do nothing.
_FIELDS_OF_WRITE_FAULTS: t.Final = {
    "seconds": ("slow_after", "late"),
    "reads": ("late",),
    "retry_after": ("throttle", "error", "error_after"),
    "status": ("error", "error_after"),
}


class WriteFault(Strict):
    """A fault of a write at Graph. `path` is a regular expression for the start of the path, without the version.

    `error`, `throttle` and `cut_before` come before the write, which does not happen. `error_after`, `cut_after` and
    `slow_after` (an answer `seconds` later) come after a write that took effect. `does_nothing` answers as usual and
    has no effect. `changed_meanwhile`: another administrator writes just before, so that the entity tag is another one.
    `late`: the next `reads` reads, or those in the next `seconds`, do not show the write. `after` such writes pass
    first, the next `times` fail.
    """

    kind: t.Literal[
        "error",
        "throttle",
        "cut_before",
        "error_after",
        "cut_after",
        "slow_after",
        "does_nothing",
        "changed_meanwhile",
        "late",
    ]
    method: t.Literal["POST", "PATCH", "DELETE"] | None = None
    path: Regex = "/"
    after: t.Annotated[int, pydantic.Field(ge=0)] = 0
    times: t.Annotated[int, pydantic.Field(ge=1)] = 1
    seconds: t.Annotated[float, pydantic.Field(gt=0, strict=False)] | None = None
    reads: t.Annotated[int, pydantic.Field(ge=1)] | None = None
    retry_after: str | None = None
    status: t.Annotated[int, pydantic.Field(ge=400, le=599)] = 503

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if self.kind == "slow_after" and self.seconds is None:
            raise ValueError("a fault of kind 'slow_after' needs seconds")
        if self.kind == "late" and (self.seconds is None) == (self.reads is None):
            raise ValueError("a fault of kind 'late' needs either seconds or reads")
        for field, kinds in _FIELDS_OF_WRITE_FAULTS.items():
            if field in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"a fault of kind '{self.kind}' takes no {field}; {' and '.join(kinds)} do")
        return self


WriteFaults = t.Annotated[tuple[WriteFault, ...], pydantic.Strict(strict=False)]


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
