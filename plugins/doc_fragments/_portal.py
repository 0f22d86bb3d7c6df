# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the picture of the multitenant view comes from."""

from __future__ import annotations


class ModuleDocFragment:
    """The doc fragment C(m365.defender._portal)."""

    DOCUMENTATION = r"""
options:
  portal_cookies_file:
    description:
      - A file with the cookies of the operator's own session with the Defender portal. Give a Playwright storage state,
        a C(cookies.txt) in Netscape form, or the JSON that browser extensions export.
      - These cookies are a person's session. Treat the file like a password.
      - If not set, E(MTO_PORTAL_COOKIES_FILE) is used.
      - Give at most one of O(portal_cookies_file), O(portal_session) and O(portal_snapshot).
    type: path
  portal_session:
    description: The same session as two values.
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
      - A saved picture of the view, which holds no session. Give a file of the playbook C(m365.defender.snapshot), or a
        HAR file of the portal's settings page.
      - If not set, E(MTO_PORTAL_SNAPSHOT) is used.
    type: path
  snapshot_max_age:
    description:
      - How old O(portal_snapshot) may be, such as V(90m), V(24h) or V(7d). A number without a unit means seconds.
      - From an older one nothing is concluded.
    type: str
    default: 24h
notes:
  - The multitenant view is per person. A session or a snapshot of somebody else than O(operator) is not used.
  - What the portal answers is known from public captures, not from a document of Microsoft. An answer of an unknown
    form is V(unknown), never a guess.
"""
