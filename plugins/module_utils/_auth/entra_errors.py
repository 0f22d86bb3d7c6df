# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra's refusals, put into reasons of the catalogue.

Microsoft warns not to code against AADSTS numbers [doc reference-error-codes]: they word the advice here and steer
nothing else. A number that is not in the table keeps the service's own sentence.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: t.Final[dict[str, tuple[int, ...]]] = {
    "access.tenant_not_found": (90002, 50128, 50059, 90019),
    "consent.app_not_in_tenant": (700016, 700011, 65001, 90094, 90008, 90099, 650056, 650057),
    "consent.app_disabled": (7000112,),
    "sign_in.user_not_in_tenant": (50020, 50034, 51004, 16000, 16003),
    "sign_in.guest_pending": (50014,),
    "sign_in.account_disabled": (50057,),
    "sign_in.mfa_required": (50074, 50076, 50072, 50079, 50078, 50158, 90072),
    "sign_in.conditional_access": (53000, 53001, 53003, 530032, 530034, 530035, 53011, 50131),
}
_REASONS: t.Final = {number: reason for reason, numbers in _TABLE.items() for number in numbers}

# What a person cannot act on and what changes from run to run.
_NOISE: t.Final = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp):\s*\S+( \d\d:\d\d:\d\dZ)?", re.IGNORECASE)


def said_by(answer: Mapping[str, t.Any]) -> str:
    """The service's own sentence without ids and times: one line."""
    text = str(answer.get("error_description") or answer.get("error") or "no reason given")
    return " ".join(_NOISE.sub("", text).split())


def numbers_of(answer: Mapping[str, t.Any]) -> list[int]:
    """The AADSTS numbers of an answer, the ones in the text included where the list is missing."""
    listed = answer.get("error_codes")
    codes = [int(code) for code in listed if re.fullmatch("[0-9]+", str(code))] if isinstance(listed, list) else []
    return codes or [int(code) for code in re.findall(r"AADSTS(\d+)", str(answer.get("error_description", "")))]


def problem_of(answer: Mapping[str, t.Any]) -> Problem:
    """The reason for a refusal: `answer` is the error body of the token endpoint as msal hands it out."""
    known = (_REASONS[number] for number in numbers_of(answer) if number in _REASONS)
    return Problem(next(known, "sign_in.refused"), {"said": said_by(answer)})
