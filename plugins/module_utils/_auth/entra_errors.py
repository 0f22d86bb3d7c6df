# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra's refusals as reasons of the catalogue.

Microsoft warns not to code against AADSTS numbers [doc reference-error-codes]: they select the advice here and control
nothing else. For a number that is not in the table, the service's own sentence is used. Without an OAuth error code and
an AADSTS number it is not Microsoft Entra that refuses: a proxy or a gateway can answer in JSON as well.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean, shortened

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# Source of the meanings: Microsoft's page reference-error-codes [doc].
_TABLE: t.Final[dict[str, tuple[int, ...]]] = {
    "access.tenant_not_found": (90002, 50128, 50059, 90019, 900023),
    "consent.app_not_in_tenant": (700016, 700011, 70001, 7000229),
    "consent.not_given": (65001,),
    "consent.declined": (65004,),
    "consent.admin_needed": (90094, 90008),
    "consent.partner_preconsent": (90099,),
    "consent.app_misconfigured": (650056, 650057),
    "consent.app_disabled": (7000112,),
    "consent.app_not_multitenant": (50194,),
    "consent.resource_missing": (500011, 650052),
    "consent.resource_disabled": (500014,),
    "sign_in.user_not_in_tenant": (50020, 50034, 51004, 16000, 16003),
    "sign_in.external_account_refused": (50177,),
    "sign_in.guest_pending": (50014,),
    "sign_in.account_disabled": (50057, 500571),
    "sign_in.not_assigned": (50105,),
    "sign_in.mfa_required": (50074, 50076),
    "sign_in.mfa_enrollment": (50072, 50079),
    "sign_in.mfa_expired": (50078,),
    "sign_in.external_challenge": (50158,),
    "sign_in.mfa_without_account": (90072,),
    "sign_in.device_required": (53000, 53001, 530002, 530003),
    "sign_in.conditional_access": (53002, 53003, 53004, 530032, 50131),
    "sign_in.home_risk": (53011,),
    "sign_in.delegated_admin_risk": (530034,),
    "sign_in.security_defaults": (530035,),
    "sign_in.outbound_blocked": (500212,),
    "sign_in.inbound_blocked": (500213,),
    "sign_in.tenant_restrictions": (500021, 500022),
    "sign_in.other_cloud": (90038, 1000104, 900382, 900432),
    "sign_in.authority_mistake": (9001023, 90130, 90124),
    "sign_in.transient": (90055, 50196, 90033, 90090, 50033, 50087, 50000, 90006, 90012, 90024, 90025),
    "sign_in.secret_wrong": (7000215,),
    "sign_in.secret_expired": (7000222,),
    "sign_in.credential_missing": (7000218,),
    "sign_in.credential_refused": (70002, 50012, 700229, 700030),
    "sign_in.certificate_not_registered": (700027,),
    "sign_in.federated_mismatch": (700211, 700212, 700213, 70021),
    "sign_in.clock": (700024, 500133),
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

# Sentences of Microsoft Entra have a few hundred characters; whatever is longer is cut before it is searched.
_LONGEST: t.Final = 4096
_LONGEST_SHOWN: t.Final = 1000
_MOST_CODES: t.Final = 16
_OAUTH_CODE: t.Final = re.compile(r"[a-z_]{1,64}")
_TRANSIENT_CODES: t.Final = ("temporarily_unavailable", "server_error")
# Text that a person cannot act on and that changes from run to run. White space has been collapsed before.
_NOISE: t.Final = re.compile(
    r"[ ;,(]{0,3}\b(trace|correlation|request)[ _-]?id\b[ :=\"']{0,4}"
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[\"')]{0,3}"
    r"|[ ;,(]{0,3}\btimestamp\b[ :=\"']{0,4}\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]{0,12}Z?[\"')]{0,3}",
    re.IGNORECASE,
)
# Ids of another form after the same words: everything up to the next word.
_ODD_NOISE: t.Final = re.compile(r" ?\b(trace|correlation|request) id: ?\S+| ?\btimestamp: ?\S+", re.IGNORECASE)
_SENTENCE: t.Final = re.compile(r"(?=\bAADSTS[0-9])")
_NUMBER: t.Final = re.compile(r"AADSTS([0-9]{1,9})(?![0-9])")
# An error of an inner service is passed on as JSON within the text; its keys mean nothing to a person.
_JSON_KEY: t.Final = re.compile(r"[{,\[]? ?\"\w{1,64}\" ?: ?\"?")
_TRANSIENT: t.Final = "sign_in.transient"


def _sentences(answer: Mapping[str, object]) -> dict[int, str]:
    """Return the service's sentences by AADSTS number, without ids and times; 0 is text without a number."""
    values = (answer.get("error_description"), answer.get("error"))
    text = next((clean(value[:_LONGEST]) for value in values if isinstance(value, str) and value), "")
    text = " ".join(text.replace("\\r", " ").replace("\\n", " ").split())
    for noise in (_NOISE, _ODD_NOISE):
        text = noise.sub("", text)
    sentences: dict[int, str] = {}
    for part in _SENTENCE.split(_JSON_KEY.sub(" ", text)):
        words = shortened(" ".join(part.split()).rstrip(" \"'{}[],"), _LONGEST_SHOWN)
        number = _NUMBER.match(words)
        if words:
            sentences.setdefault(int(number[1]) if number else 0, words)
    return sentences


def numbers_of(answer: Mapping[str, object]) -> list[int]:
    """Return the AADSTS numbers of an answer; those in the text if the list is missing."""
    listed = answer.get("error_codes")
    codes = [_number_of(code) for code in listed[:_MOST_CODES]] if isinstance(listed, list) else []
    return [code for code in codes if code] or [number for number in _sentences(answer) if number]


def _number_of(code: object) -> int:
    """Return an error code as a number; 0 for anything that cannot be one."""
    if isinstance(code, str):
        return int(code) if re.fullmatch("[0-9]{1,9}", code) else 0
    return code if isinstance(code, int) and not isinstance(code, bool) and 0 < code < 10**9 else 0


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
    others = ", ".join(f"AADSTS{number}" for number in list(sentences)[:_MOST_CODES] if number and number != first)
    return f"{sentences[first]} (also {others})" if others else sentences[first]


def problem_of(answer: Mapping[str, object]) -> Problem:
    """Return why there is no token. `answer` is the body of the token endpoint, of the metadata, or of a redirect."""
    code = answer.get("error")
    if not isinstance(code, str) or not _OAUTH_CODE.fullmatch(code) or not numbers_of(answer):
        return Problem("sign_in.no_answer", {"said": f"there is no AADSTS number in it: {error_text_of(answer)}"})
    number = _main_number(answer)
    unknown = _TRANSIENT if code in _TRANSIENT_CODES else "sign_in.refused"
    return Problem(unknown if number is None else REASON_OF[number], {"said": error_text_of(answer)})
