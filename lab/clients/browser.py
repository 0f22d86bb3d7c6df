# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person at a browser: opens the pages of the login host, picks an account, enters a code."""

from __future__ import annotations

import ssl
import typing as t
import urllib.error
import urllib.parse
import urllib.request

if t.TYPE_CHECKING:
    import email.message

_TIMEOUT: t.Final = 10.0


class BrowserError(Exception):
    """A page other than the expected one, with its text."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Return a redirect instead of following it: nothing may be listening at its target."""

    def redirect_request(self, *_arguments: t.Any) -> None:
        return None


class Browser:
    """A browser that trusts the lab's certificate authority, and uses no proxy."""

    def __init__(self, ca_path: str) -> None:
        context = ssl.create_default_context(cafile=ca_path)
        handlers = (urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({}), _NoRedirect())
        self._opener = urllib.request.build_opener(*handlers)

    def authorize(self, url: str, account: str) -> str:
        """Pick an account, or cancel with "", and return the address back to the program. Raises BrowserError."""
        status, _headers, text = self._open(url)
        if status != 200 or "Pick an account" not in text:
            raise BrowserError(text)
        status, headers, text = self._open(url, {"account": account})
        if status != 302:
            raise BrowserError(text)
        return str(headers["Location"])

    def enter_user_code(self, page: str, user_code: str, account: str) -> str:
        """Enter a code and pick an account, or cancel with "": return the text of the page. Raises BrowserError."""
        return self.submit(page, {"user_code": user_code, "account": account})

    def submit(self, page: str, form: dict[str, str]) -> str:
        """Submit the form of a page and return the text of the next one. Raises BrowserError."""
        status, _headers, text = self._open(page, form)
        if status != 200:
            raise BrowserError(text)
        return text

    def _open(self, url: str, form: dict[str, str] | None = None) -> tuple[int, email.message.Message, str]:
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with self._opener.open(url, data, timeout=_TIMEOUT) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, answer.read().decode()
