# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sign-in that has begun: what the second task needs from the first.

It travels as one string. In a dictionary each value, such as a port or the word `browser`, would be a secret to
Ansible, which would then mask the same text everywhere else.
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

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection

METHODS: t.Final = ("browser", "device_code")
_NOT_OURS: t.Final = "flow: this is not the `flow` that mto_operator_login returned; pass that value unchanged."
# The texts that msal's own flow must hold.
_NEEDED: t.Final = {"browser": ("auth_uri", "state", "code_verifier", "nonce"), "device_code": ("device_code",)}
_SECRETS: t.Final = ("code_verifier", "nonce", "device_code")


@dataclasses.dataclass(frozen=True, slots=True)
class LoginFlow:
    """`expires_at` is in seconds since 1970, `port` is 0 for a device code, `state` is msal's own flow."""

    method: str
    home_tenant_id: str
    client_id: str
    login: str
    expires_at: float
    port: int
    state: Mapping[str, object] = dataclasses.field(repr=False)

    def packed(self) -> str:
        """Return one opaque string, which holds secrets."""
        return base64.urlsafe_b64encode(json.dumps(dataclasses.asdict(self)).encode()).decode("ascii")

    def secrets(self) -> list[str]:
        """Return the values that must not show anywhere."""
        return [str(self.state[name]) for name in _SECRETS if self.state.get(name)]

    def check(self, connection: Connection, now: float) -> None:
        """Raise OptionError if the flow belongs to another connection or has expired. `now` is seconds since 1970."""
        began_with = (self.home_tenant_id, self.client_id, self.login)
        if began_with != (connection.home_tenant_id, connection.client_id, connection.cloud.login):
            raise OptionError(
                "flow: this sign-in began with another home_tenant_id, client_id, cloud or endpoint. Give both calls"
                " the same connection options."
            )
        if now >= self.expires_at:
            raise OptionError("flow: this sign-in has expired. Start again, with a longer `wait` if necessary.")


def unpack_flow(text: str) -> LoginFlow:
    """Return the flow from its string. Raise OptionError for any other text, without repeating it."""
    try:
        loaded = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        flow = LoginFlow(**loaded)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise OptionError(_NOT_OURS) from None
    if not _well_formed(flow):
        raise OptionError(_NOT_OURS)
    return flow


def _well_formed(flow: LoginFlow) -> bool:
    texts: list[object] = [flow.method, flow.home_tenant_id, flow.client_id, flow.login]
    numbers: list[object] = [flow.port, flow.expires_at]
    state: object = flow.state
    # Python counts True as a number.
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        return False
    if not all(isinstance(text, str) for text in texts) or flow.method not in METHODS or not 0 <= flow.port <= 65535:
        return False
    return isinstance(state, dict) and all(isinstance(state.get(name), str) for name in _NEEDED[flow.method])
