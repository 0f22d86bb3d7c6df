# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say where the multitenant view is read from."""

from __future__ import annotations


class ModuleDocFragment:
    """The doc fragment C(m365.defender._portal)."""

    DOCUMENTATION = r"""
options:
  portal_cookies_file:
    description:
      - A file with the cookies of the operator's own session in the Defender portal. Give a Playwright storage state, a
        C(cookies.txt) file in Netscape format, or the JSON that browser extensions export.
      - Whoever has these cookies has the operator's session. Treat the file like a password.
      - If not set, E(MTO_PORTAL_COOKIES_FILE) is used.
      - Give at most one of O(portal_cookies_file), O(portal_session) and O(portal_snapshot).
    type: path
  portal_session:
    description: The same session as the values of its two cookies. Both are needed.
    type: dict
    suboptions:
      sccauth:
        description: The value of the cookie C(sccauth).
        type: str
      xsrf_token:
        description: The value of the cookie C(XSRF-TOKEN), as the browser shows it.
        type: str
  portal_snapshot:
    description:
      - A saved view, which holds no session. Give a file that the playbook C(m365.defender.snapshot) wrote, or a HAR
        file of the portal's settings page.
      - If not set, E(MTO_PORTAL_SNAPSHOT) is used.
    type: path
  snapshot_max_age:
    description:
      - How old O(portal_snapshot) may be, such as V(90m), V(24h) or V(7d). A number without a unit means seconds.
      - Nothing is concluded from an older snapshot.
    type: str
    default: 24h
notes:
  - The multitenant view is per person. The session or snapshot of anyone but O(operator) is not used.
  - The portal's answers are known from public captures, not from Microsoft's documentation. An answer of an unknown
    form makes the result V(unknown). Nothing is guessed.
"""
