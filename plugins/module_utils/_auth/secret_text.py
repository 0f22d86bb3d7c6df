# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every secret has to be before it is sent: plain text of one line, and long enough to be kept out of sight."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN, SHORTEST

VAULT: t.Final = "$ANSIBLE_VAULT;"
_LINE: t.Final = re.compile(r"[\x21-\x7e]+")
# Quotes, brackets and the like surround a token in JSON, in a shell or in YAML, but are in none.
_TOKEN: t.Final = re.compile(r"[^\"'`{}<>\[\]\\,;\s]+")
# What Ansible writes in the place of a secret.
_MASKS: t.Final = (HIDDEN, "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")


def is_token(text: str) -> bool:
    """Tell whether the text can be a refresh token of Microsoft Entra. A shorter one would not be kept out of sight."""
    return len(text) >= SHORTEST and bool(_LINE.fullmatch(text) and _TOKEN.fullmatch(text))


def secret_of(option: str, value: str) -> str:
    """Return a secret without the white space around it. Raise OptionError for what cannot be one."""
    text = value.strip()
    if text.startswith(VAULT):
        raise OptionError(f"{option}: the value is encrypted with ansible-vault; pass it as a vaulted variable.")
    if text in _MASKS:
        raise OptionError(f"{option}: the value was masked by Ansible (no_log); pass the secret itself.")
    if text[:1] in "\"'" and text[-1:] == text[:1]:
        # As a file for the environment of a container has it.
        raise OptionError(f"{option}: the value is in quotes; pass it without them.")
    if not _LINE.fullmatch(text):
        raise OptionError(f"{option}: the value has white space or characters that a secret cannot contain.")
    if len(text) < SHORTEST:
        raise OptionError(
            f"{option}: the value has fewer than {SHORTEST} characters, which is too short for a secret of Microsoft"
            " Entra; pass the whole secret."
        )
    return text


def token_of(option: str, value: str) -> str:
    """Return a refresh token as `secret_of` does; it also has no quotes or brackets around it."""
    text = secret_of(option, value)
    if not is_token(text):
        raise OptionError(f"{option}: the value has characters that a token cannot contain; pass the token alone.")
    return text
