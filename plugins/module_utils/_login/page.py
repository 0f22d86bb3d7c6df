# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person's browser shows when Microsoft Entra has sent it back to us: plain pages, no script, nothing loaded."""

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


# It doesn't say that the sign-in went well: whether the code is good for a token is not known yet.
ANSWERED: t.Final = _page(
    "Answer received",
    "Ansible has the answer of Microsoft Entra and now checks it; look there for the result. You can close this tab.",
)
ANSWERED_BEFORE: t.Final = _page("Answered before", "This sign-in already has its answer. You can close this tab.")
NOT_AWAITED: t.Final = _page(
    "Not the answer that is awaited", "This request belongs to no sign-in that Ansible waits for. It was ignored."
)


def refused(said: str) -> bytes:
    """The page for a refusal; `said` is the service's own sentence."""
    return _page("Sign-in refused", f"Microsoft Entra says: {said} You can close this tab and look at Ansible.")
