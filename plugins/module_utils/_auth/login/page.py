# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages a person sees when Microsoft Entra redirects their browser to us: plain, no script, nothing loaded."""

from __future__ import annotations

import html
import typing as t

HEADERS: t.Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE: t.Final = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
    "<body><h1>{title}</h1><p>{text}</p></body></html>\n"
)


def _page(title: str, text: str) -> bytes:
    return _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()


# The page does not claim success: whether the code is worth a token is not known yet.
ANSWERED: t.Final = _page(
    "Answer received",
    "Ansible has received the answer of Microsoft Entra and is checking it. See Ansible for the result. You can close"
    " this tab.",
)
ALREADY_ANSWERED: t.Final = _page("Already answered", "This sign-in already has an answer. You can close this tab.")
UNEXPECTED: t.Final = _page(
    "Unexpected request", "This request does not belong to the sign-in that Ansible is waiting for. It was ignored."
)


def refused(error_text: str) -> bytes:
    """Return the page for a refusal. `error_text` is the service's own sentence."""
    return _page(
        "Sign-in refused", f"Microsoft Entra answered: {error_text} You can close this tab and return to Ansible."
    )
