# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the app that writes."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import (
    credential_options,
    selectors,
)


def _credentials() -> str:
    """Return the options of every kind in the registry, as the kind describes them for the app that reads."""
    return "".join(
        f"""\
  writer_{option.name}:
    description:
      - {_of_the_writer(option.description)}
      - If the task gives no credential of the app that writes, E(MTO_WRITER_{option.name.upper()}) is used.
    type: {option.type}
"""
        for option in credential_options()
    )


def _of_the_writer(text: str) -> str:
    text = text.replace("App identity,", "The app that writes,").replace("of the app registration", "of it")
    for name in selectors():
        text = text.replace(f"O({name})", f"O(writer_{name})")
    return text


class ModuleDocFragment:
    """The doc fragment C(m365.defender._writer)."""

    DOCUMENTATION = r"""
options:
  writer_client_id:
    description:
      - The client ID of the app registration that writes. It is another one than O(client_id), which stays read-only.
      - If not set, E(MTO_WRITER_CLIENT_ID) is used. One of the two is required.
    type: str
"""
    DOCUMENTATION += _credentials()
