# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sign-in that has begun: what the task that completes it needs from the task that began it.

It travels as one string. As a dictionary each of its values, a port or a word like `browser`, would be a secret to
Ansible, which would then blot out the same text wherever else it stands.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection

METHODS: t.Final = ("browser", "device_code")
_NOT_OURS: t.Final = "flow: this is not what mto_operator_login returned as `flow`; hand that back unchanged."
# What msal's own flow must hold, as texts, for us to complete it.
_NEEDED: t.Final = {"browser": ("auth_uri", "state", "code_verifier", "nonce"), "device_code": ("device_code",)}
_SECRETS: t.Final = ("code_verifier", "nonce", "device_code")


@dataclasses.dataclass(frozen=True, slots=True)
class LoginFlow:
    """`expires_at` is seconds since 1970, `port` is 0 for a device code, `state` is what msal keeps in between."""

    method: str
    home_tenant_id: str
    client_id: str
    login: str
    expires_at: float
    port: int
    state: Mapping[str, t.Any] = dataclasses.field(repr=False)

    def packed(self) -> str:
        """One opaque string, which holds secrets."""
        return base64.urlsafe_b64encode(json.dumps(dataclasses.asdict(self)).encode()).decode("ascii")

    def secrets(self) -> list[str]:
        """The values that must not show anywhere."""
        return [str(self.state[name]) for name in _SECRETS if self.state.get(name)]

    def check(self, connection: Connection, now: float) -> None:
        """Raises OptionError where it was begun for another connection, or has expired. `now` is seconds since 1970."""
        if self._begun_for() != (connection.home_tenant_id, connection.client_id, connection.cloud.login):
            raise OptionError(
                "flow: this sign-in was begun for another home_tenant_id, client_id, cloud or endpoint. Give both calls"
                " the same connection options."
            )
        if now >= self.expires_at:
            raise OptionError("flow: the time for this sign-in is over. Begin anew, with a longer `wait` if need be.")

    def _begun_for(self) -> tuple[str, str, str]:
        return self.home_tenant_id, self.client_id, self.login


def unpack_flow(text: str) -> LoginFlow:
    """The flow out of its string. Raises OptionError for any other text, which is not repeated."""
    try:
        loaded = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        flow = LoginFlow(**loaded)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise OptionError(_NOT_OURS) from None
    if not _well_formed(flow):
        raise OptionError(_NOT_OURS)
    return flow


def _well_formed(flow: LoginFlow) -> bool:
    texts: list[t.Any] = [flow.method, flow.home_tenant_id, flow.client_id, flow.login]
    numbers: list[t.Any] = [flow.port, flow.expires_at]
    state: t.Any = flow.state
    # True is a number to Python.
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        return False
    if not all(isinstance(text, str) for text in texts) or flow.method not in METHODS or not 0 <= flow.port <= 65535:
        return False
    return isinstance(state, dict) and all(isinstance(state.get(name), str) for name in _NEEDED[flow.method])
