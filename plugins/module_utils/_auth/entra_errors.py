# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra's refusals as reasons of the catalogue.

Microsoft warns not to code against AADSTS numbers [doc reference-error-codes]: they select the advice here and control
nothing else. For a number that is not in the table, the service's own sentence is used.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# Source of the meanings: Microsoft's page reference-error-codes [doc].
_TABLE: t.Final[dict[str, tuple[int, ...]]] = {
    "access.tenant_not_found": (90002, 50128, 50059, 90019),
    "consent.app_not_in_tenant": (700016, 700011, 70001),
    "consent.not_given": (65001,),
    "consent.declined": (65004,),
    "consent.admin_needed": (90094, 90008),
    "consent.partner_preconsent": (90099,),
    "consent.app_misconfigured": (650056, 650057),
    "consent.app_disabled": (7000112,),
    "consent.app_not_multitenant": (50194,),
    "consent.resource_missing": (500011, 650052),
    "sign_in.user_not_in_tenant": (50020, 50034, 51004, 16000, 16003),
    "sign_in.guest_pending": (50014,),
    "sign_in.account_disabled": (50057,),
    "sign_in.not_assigned": (50105,),
    "sign_in.mfa_required": (50074, 50076),
    "sign_in.mfa_enrollment": (50072, 50079),
    "sign_in.mfa_expired": (50078,),
    "sign_in.external_challenge": (50158,),
    "sign_in.mfa_without_account": (90072,),
    "sign_in.device_required": (53000, 53001),
    "sign_in.conditional_access": (53003, 530032, 50131),
    "sign_in.home_risk": (53011,),
    "sign_in.delegated_admin_risk": (530034,),
    "sign_in.security_defaults": (530035,),
    "sign_in.outbound_blocked": (500212,),
    "sign_in.inbound_blocked": (500213,),
    "sign_in.tenant_restrictions": (500021, 500022),
    "sign_in.other_cloud": (90038, 1000104, 900382, 900432),
    "sign_in.authority_mistake": (9001023, 90130, 90124),
    "sign_in.transient": (90055, 50196, 90033, 90090, 50033, 50087),
    "sign_in.secret_wrong": (7000215,),
    "sign_in.secret_expired": (7000222,),
    "sign_in.credential_missing": (7000218,),
    "sign_in.credential_refused": (700027, 70002, 50012, 700229),
    "sign_in.public_client": (700025,),
    "sign_in.refresh_token_expired": (70008, 700082, 50089),
    "sign_in.refresh_token_revoked": (50173, 50132, 50133),
    "sign_in.refresh_token_invalid": (70000,),
    "sign_in.refresh_token_single_page": (700084,),
    "sign_in.sign_in_frequency": (70043,),
    "sign_in.code_used": (54005,),
    "sign_in.device_code_pending": (70016,),
    "sign_in.device_code_wrong": (70018,),
    "sign_in.device_code_expired": (70019,),
}
REASON_OF: t.Final = {number: reason for reason, numbers in _TABLE.items() for number in numbers}

# Text that a person cannot act on and that changes from run to run.
_NOISE: t.Final = re.compile(
    r"[\s;,(]*\b(trace|correlation|request)[ _-]?id\b[\s:=\"']*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[\"')]*"
    r"|[\s;,(]*\btimestamp\b[\s:=\"']*\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*Z?[\"')]*",
    re.IGNORECASE,
)
# Ids of another form after the same words: everything up to the next word.
_ODD_NOISE: t.Final = re.compile(r"\s*\b(trace|correlation|request) id:\s*\S+|\s*\btimestamp:\s*\S+", re.IGNORECASE)
_SENTENCE: t.Final = re.compile(r"(?=\bAADSTS\d+)")
_NUMBER: t.Final = re.compile(r"AADSTS(\d+)")
# An error of an inner service is passed on as JSON within the text; its keys mean nothing to a person.
_JSON_KEY: t.Final = re.compile(r"[{,\[]?\s*\"\w+\"\s*:\s*\"?")
_TRANSIENT: t.Final = "sign_in.transient"


def _sentences(answer: Mapping[str, object]) -> dict[int, str]:
    """Return the service's sentences by AADSTS number, without ids and times; 0 is text without a number."""
    text = str(answer.get("error_description") or answer.get("error") or "")
    text = text.replace("\\r", " ").replace("\\n", " ")
    for noise in (_NOISE, _ODD_NOISE):
        text = noise.sub("", text)
    sentences: dict[int, str] = {}
    for part in _SENTENCE.split(_JSON_KEY.sub(" ", text)):
        words = " ".join(part.split()).rstrip(" \"'{}[],")
        number = _NUMBER.match(words)
        if words:
            sentences.setdefault(int(number[1]) if number else 0, words)
    return sentences


def numbers_of(answer: Mapping[str, object]) -> list[int]:
    """Return the AADSTS numbers of an answer; those in the text if the list is missing."""
    listed = answer.get("error_codes")
    codes = [int(code) for code in listed if re.fullmatch("[0-9]+", str(code))] if isinstance(listed, list) else []
    return codes or [number for number in _sentences(answer) if number]


def _main_number(answer: Mapping[str, object]) -> int | None:
    """Return the first known number; a transient one gives way to any other."""
    known = [number for number in numbers_of(answer) if number in REASON_OF]
    return next((number for number in known if REASON_OF[number] != _TRANSIENT), known[0] if known else None)


def error_text_of(answer: Mapping[str, object]) -> str:
    """Return one sentence of the service: the one of the main number, with the numbers of the others."""
    sentences = _sentences(answer)
    first = _main_number(answer)
    if first is None or first not in sentences:
        first = next((number for number in sentences if number), next(iter(sentences), None))
    if first is None:
        return "no reason given"
    others = ", ".join(f"AADSTS{number}" for number in sentences if number and number != first)
    return f"{sentences[first]} (also {others})" if others else sentences[first]


def problem_of(answer: Mapping[str, object]) -> Problem:
    """Return the reason for a refusal. `answer` is the error body of the token endpoint as msal returns it."""
    number = _main_number(answer)
    return Problem(REASON_OF[number] if number is not None else "sign_in.refused", {"said": error_text_of(answer)})
