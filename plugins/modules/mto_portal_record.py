#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_portal_record
short_description: Let the operator sign in to the multitenant portal and record how it changes the view
version_added: 0.1.0
description:
  - Opens the settings page of the multitenant portal in a browser of this machine. The person signs in as ever, and is
    told what to click, on the terminal and in a small window beside the portal.
  - Each step is noticed by what the portal answers. At the end, the session, a snapshot and the portal contract are
    written, and the browser is closed. A failure changes no file.
  - What the browser sends and gets is kept in memory, and is never written to a file. Only the contract that is learned
    from it is.
  - The playbook C(m365.defender.record) uses it.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._connection
requirements:
  - playwright (Python package; its own browsers are not needed)
attributes:
  check_mode:
    support: full
    details:
      - In check mode no browser is opened, and nothing is written.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - Every sitting gives a new session.
  platform:
    support: full
    platforms: posix
options:
  portal_cookies_file:
    description:
      - The file for the cookies of the session, as a Playwright storage state. It gets the mode V(0600). The option of
        the same name of M(m365.defender.mto_tenant) reads it.
      - It holds the session cookies of the portal's own hosts, and no others.
    type: path
    required: true
  snapshot_file:
    description:
      - The file for a snapshot of the view, which holds no session. It gets the mode V(0600). The option
        C(portal_snapshot) of M(m365.defender.mto_tenant) reads it.
      - If not set, no snapshot is written.
    type: path
  portal_contract:
    description:
      - The file for the portal contract. The option of the same name of M(m365.defender.mto_tenant) reads it.
      - Required unless O(record=false).
    type: path
  record:
    description:
      - Whether the person also adds and removes tenants, so that the request of the portal is learned from it.
      - With V(false), signing in is all, which gives a new session.
    type: bool
    default: true
  write:
    description:
      - The request that changes the view, by its method and the beginning of its path, such as
        V(PUT /apiproxy/mtoapi).
      - Only needed if a recording was refused because more than one request could be it.
    type: str
  browser:
    description:
      - V(msedge), V(chrome) or V(chromium), or the path of a browser that is made of Chromium.
      - If not set, the first of these that is installed is used.
    type: str
  browser_profile:
    description:
      - The directory for the profile of the browser. It is made with the mode V(0700) if it does not exist.
      - The browser keeps there who is signed in, as any browser does. It is not the profile that the person uses
        otherwise. Delete the directory to forget everything.
    type: path
    default: ~/.config/mto/browser
  wait:
    description: How long the person has for all of it, in seconds. At most 3600.
    type: int
    default: 900
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_tenant
notes:
  - The browser decides which certificates it trusts. O(ca_path) has no effect on it.
  - The options of the app and of the refresh token have no effect here.
"""

EXAMPLES = r"""
---
- name: Record how the portal changes the view
  m365.defender.mto_portal_record:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_cookies_file: /home/anna/.config/mto/cookies.json
    portal_contract: /home/anna/inventory/portal-contract.yml

- name: Get a new session
  m365.defender.mto_portal_record:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_cookies_file: /home/anna/.config/mto/cookies.json
    record: false
"""

RETURN = r"""
message:
  description: One sentence that says what was written.
  returned: success
  type: str
  sample: >-
    anna.berg@northwindmsp.example signed in; written: /home/anna/.config/mto/cookies.json,
    /home/anna/inventory/portal-contract.yml.
paths:
  description: The files, by their full paths.
  returned: success
  type: list
  elements: str
  sample: [/home/anna/.config/mto/cookies.json, /home/anna/inventory/portal-contract.yml]
operator:
  description: The user principal name of the person who signed in, as the portal says it. V(null) in check mode.
  returned: success
  type: str
  sample: anna.berg@northwindmsp.example
learned:
  description: What was learned about the portal's request, a sentence each. Empty without a recording.
  returned: success
  type: list
  elements: str
  sample: ["Every change sends PUT /apiproxy/mtoapi/the/path with the full list as objects."]
unsure:
  description: What the recording does not decide, a sentence each. Empty without a recording.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import mto_address
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.driver import open_browser, require_playwright
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.files import save
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import (
    make_profile,
    parse_sitting_options,
    sitting_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.sitting import Sitting

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def record(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as documented in RETURN."""
    options = parse_sitting_options(call.params, connection)
    hosts = [mto_address(connection.cloud), connection.cloud.portal]
    paths = list(options.files().values())
    require_playwright()
    if call.check_mode:
        message = f"{options.operator} would sign in to {hosts[0]}; these files would be written: {', '.join(paths)}."
        return {"changed": True, "message": message, "paths": paths, "operator": None, "learned": [], "unsure": []}
    make_profile(options.profile)
    with open_browser(options.executable, options.profile, hosts) as browser:
        sitting = Sitting(
            options,
            connection,
            browser,
            learn=lambda har, place: learn_contract(har, place, options.write),
            tell=call.tell,
        )
        finished = sitting.run()
    connection.known_secrets.add(*(str(cookie["value"]) for cookie in finished.cookies))
    save(options, finished, hosts)
    return {
        "changed": True,
        "message": f"{finished.view.operator} signed in; written: {', '.join(paths)}.",
        "paths": paths,
        "operator": finished.view.operator,
        "learned": list(finished.learned.learned) if finished.learned else [],
        "unsure": list(finished.learned.unsure) if finished.learned else [],
    }


TASK: t.Final = ModuleTask({**connection_spec(), **sitting_spec()}, record, identity_needed=False, app_needed=False)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
