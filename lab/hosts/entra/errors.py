# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of Entra, and their bodies at the token endpoint."""

from __future__ import annotations

import datetime as dt
import typing as t
import uuid

from lab.data.aadsts import ERRORS


class EntraError(Exception):
    """A refusal. `fields` fill the text of the number; `inner` are numbers of services behind Entra."""

    def __init__(
        self,
        number: int,
        *,
        claims: str | None = None,
        inner: t.Sequence[int] = (),
        oauth: str | None = None,
        **fields: str,
    ) -> None:
        self.number = number
        self.definition = ERRORS[number]
        self.claims = claims
        self.oauth = oauth or self.definition.error
        self.numbers = list(dict.fromkeys((number, *inner)))
        self.sentences = [f"AADSTS{code}: {ERRORS[code].text.format_map(fields)}" for code in (number, *inner)]
        super().__init__(self.sentences[0])

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return self.definition.status


def body(error: EntraError, login: str, correlation_id: str) -> dict[str, t.Any]:
    """Return the JSON of a refusal as the token endpoint sends it."""
    trace_id = str(uuid.uuid4())
    stamp = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    trail = f" Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
    text = "\r\n".join(f"{sentence}{trail}" for sentence in error.sentences)
    answer: dict[str, t.Any] = {
        "error": error.oauth,
        "error_description": text,
        "error_codes": error.numbers,
        "timestamp": stamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"{login}/error?code={error.number}",
    }
    if error.definition.suberror:
        answer["suberror"] = error.definition.suberror
    if error.claims:
        answer["claims"] = error.claims
    return answer
