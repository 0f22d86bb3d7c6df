# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-ins by a person: authorization code with PKCE, and device code. `pages.py` has their pages.

A code can be redeemed once, within ten minutes, with its own redirect URI and verifier [doc v2-oauth2-auth-code-flow];
a device code within fifteen [doc v2-oauth2-device-code].
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import re
import secrets
import typing as t

from lab.hosts.entra.errors import EntraError

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from lab.state.directory import Person

_CODE_LIFE: t.Final = 600.0
DEVICE_LIFE: t.Final = 900
# The registration of our app: a loopback address, whose port and path are free [doc reply-url, localhost exceptions].
_LOOPBACK: t.Final = re.compile(r"http://localhost(:\d{1,5})?(/[^?#]*)?\Z")
_LETTERS: t.Final = "BCDFGHJKLMNPQRSTVWXZ"


@dataclasses.dataclass(slots=True)
class Code:
    """An authorization code that was issued."""

    person: Person
    tenant_id: str
    redirect_uri: str
    challenge: str
    scope: str
    nonce: str
    ends: dt.datetime
    used: bool = False


@dataclasses.dataclass(slots=True)
class Device:
    """A device code; `person` is who approved it."""

    user_code: str
    tenant_id: str
    scope: str
    ends: dt.datetime
    interval: float
    person: Person | None = None
    declined: bool = False
    last_poll: dt.datetime | None = None

    @property
    def undecided(self) -> bool:
        """Whether it was neither approved nor declined yet."""
        return self.person is None and not self.declined

    def polled_too_fast(self, now: dt.datetime) -> bool:
        """Return whether the client polls faster than RFC 8628 allows. A tenth of the interval is tolerated [guess]."""
        return self.last_poll is not None and (now - self.last_poll).total_seconds() < self.interval * 0.9


class SignIns:
    """Sign-ins that have started and not ended."""

    def __init__(self) -> None:
        self._codes: dict[str, Code] = {}
        self._devices: dict[str, Device] = {}

    def new_code(self, code: Code) -> str:
        """Issue an authorization code."""
        value = f"1.AX0A{secrets.token_urlsafe(60)}"
        self._codes[value] = code
        return value

    def redeem_code(self, value: str, form: Mapping[str, str], tenant_id: str, now: dt.datetime) -> Code:
        """Return the code and mark it used. Raises EntraError."""
        code = self._codes.get(value)
        if code is None or code.tenant_id != tenant_id:
            raise EntraError(70000)
        if code.used:
            raise EntraError(54005)
        if now > code.ends:
            raise EntraError(70008)
        if form.get("redirect_uri") != code.redirect_uri:
            raise EntraError(50011, redirect_uri=form.get("redirect_uri", ""))
        if code.challenge and not _matches_challenge(form.get("code_verifier", ""), code.challenge):
            raise EntraError(501481)
        code.used = True
        return code

    def take_portal_code(self, value: str, redirect_uri: str) -> Code | None:
        """Return a code that was issued to the portal and mark it used; None for any other."""
        code = self._codes.get(value)
        if code is None or code.used or code.redirect_uri != redirect_uri:
            return None
        code.used = True
        return code

    def new_device(self, tenant_id: str, scope: str, interval: float, ends: dt.datetime) -> tuple[str, Device]:
        """Issue a device code and its user code."""
        user_code = "".join(secrets.choice(_LETTERS) for _letter in range(9))
        device = Device(user_code, tenant_id, scope, ends, interval)
        value = f"BAQABAAEAAAD{secrets.token_urlsafe(60)}"
        self._devices[value] = device
        return value, device

    def device_of(self, user_code: str, now: dt.datetime) -> Device | None:
        """Return the sign-in of a user code while it is undecided and has not expired."""
        wanted = user_code.strip().upper()
        waiting = (device for device in self._devices.values() if device.undecided and now <= device.ends)
        return next((device for device in waiting if device.user_code == wanted), None)

    def poll(self, value: str, tenant_id: str, now: dt.datetime) -> tuple[Person, Device]:
        """Return who approved a device code. Raises EntraError while nobody has."""
        device = self._devices.get(value)
        if device is None or device.tenant_id != tenant_id:
            raise EntraError(70018)
        if now > device.ends:
            raise EntraError(70019)
        if device.declined:
            raise EntraError(65004, oauth="authorization_declined")
        if device.person is None:
            too_fast = device.polled_too_fast(now)
            device.last_poll = now
            raise EntraError(70016, oauth="slow_down" if too_fast else None)
        del self._devices[value]
        return device.person, device


def code_life() -> float:
    """Return how many seconds an authorization code is valid."""
    return _CODE_LIFE


def check_redirect(redirect_uri: str) -> None:
    """Raise EntraError where the redirect URI is not registered: nothing may be sent there."""
    if not _LOOPBACK.match(redirect_uri):
        raise EntraError(50011, redirect_uri=redirect_uri)


def _matches_challenge(verifier: str, challenge: str) -> bool:
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(made, challenge)
