# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every secret that goes over the wire, where it goes, and whether a text holds one."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote

if t.TYPE_CHECKING:
    from storm.wire import Answer, Request

_FORM: t.Final = ("client_secret", "refresh_token", "client_assertion")
_ISSUED: t.Final = ("access_token", "refresh_token", "id_token")
_COOKIE: t.Final = re.compile(r"(?:^|[;,]\s*)[^=;,\s]+=([^;,\s]{16,})")
# A part of a token is a leak as well. Its header says nothing: the parts are looked for behind it.
_PART: t.Final = 24


class Watch:
    """The secrets of one run. `astray` says which went to a host that they are not for."""

    def __init__(self) -> None:
        self.astray: list[str] = []
        # Where an access token belongs: tenant and host.
        self.tokens: dict[str, tuple[str, str]] = {}
        self._secrets: dict[str, str] = {}

    def add(self, name: str, value: str) -> None:
        """Remember a secret."""
        if len(value) >= 8:
            self._secrets[value] = name

    def request(self, host: str, request: Request) -> None:
        """Learn the secrets of a request, and note those that do not belong to the host."""
        for name in _FORM:
            self._sent(name, request.form.get(name, ""), host, ("login",))
        if request.bearer:
            self.add("access token", request.bearer)
            _tenant, right = self.tokens.get(request.bearer, ("", "login" if host == "login" else host))
            if host in ("login", "portal", "mto") or right != host:
                self.astray.append(f"an access token for {right} went to {host}")
        for key, value in request.headers:
            if key.lower() == "cookie":
                for cookie in _COOKIE.findall(value):
                    self._sent("cookie", cookie, host, ("portal", "mto"))

    def _sent(self, name: str, value: str, host: str, hosts: tuple[str, ...]) -> None:
        self.add(name, value)
        if value and host not in hosts:
            self.astray.append(f"a {name} went to {host}")

    def stranger(self, text: str) -> None:
        """Note what a host that nobody should have asked was sent."""
        self.astray += [f"a {name} went to a foreign host" for name in self.found(text)]

    def answer(self, host: str, tenant: str, request: Request, answer: Answer) -> None:
        """Learn the secrets of an answer."""
        body = answer.json if host == "login" else None
        if isinstance(body, dict):
            for name in _ISSUED:
                self.add(name, str(body.get(name) or ""))
            if body.get("access_token"):
                service = "arm" if "management" in request.form.get("scope", "") else "graph"
                self.tokens[str(body["access_token"])] = (tenant, service)
        for key, value in answer.headers:
            if key.lower() == "set-cookie":
                for cookie in _COOKIE.findall(value):
                    self.add("cookie", cookie)

    def found(self, text: str) -> list[str]:
        """Return the names of the secrets that a text holds, whole or in part."""
        # A copy: a request that ends late may add one meanwhile.
        known = list(self._secrets.items())
        return sorted({name for value, name in known if any(part in text for part in _parts(value))})


def _parts(secret: str) -> set[str]:
    start = secret.find(".") + 1 if secret.startswith("eyJ") else 0
    middle = start + (len(secret) - start) // 2
    ends = {secret[middle : middle + _PART], secret[-_PART:]}
    return {form for part in ends if len(part) >= 8 for form in (part, quote(part, safe=""))}
