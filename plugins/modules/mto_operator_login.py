#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_operator_login
short_description: Let the operator sign in and store their refresh token in a file
version_added: 0.1.0
description:
  - Gets the refresh token that the option O(refresh_token_file) of the other modules takes.
  - Call it twice, because a task shows nothing while it runs. The first call begins a sign-in and returns what the
    person must be shown. The second call takes O(flow), waits until the person has signed in, and writes the file.
  - The playbook C(m365.defender.login) does both.
  - The token is never returned. It is only written to the file that O(path) names.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._connection
attributes:
  check_mode:
    support: full
    details:
      - In check mode nobody is asked to sign in, no request is sent, and nothing is written.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - With O(renew=false), a file whose token still works is kept, and no sign-in begins. Microsoft Entra sends a new
        token whenever one is redeemed, so the content of the file changes nevertheless.
  platform:
    support: full
    platforms: posix
options:
  path:
    description:
      - The file for the refresh token. It gets the mode V(0600) and is replaced as a whole. Its directory must exist.
      - A symbolic link is followed, and its target is replaced.
    type: path
    required: true
  method:
    description:
      - V(browser) is the authorization code flow with PKCE. It needs a browser on the machine that runs this module.
      - V(device_code) works with a browser on any machine. Many tenants block it, because it is used for phishing.
        It is always the sign-in of a public client, so the app registration must allow public client flows.
      - Only used when a sign-in begins.
    type: str
    choices: [browser, device_code]
    default: browser
  wait:
    description:
      - How long the person has to sign in, in seconds from the first call. At most 3600.
      - A device code expires after 15 minutes in any case.
      - Only used when a sign-in begins.
    type: int
    default: 300
  port:
    description:
      - The port of this machine that the browser is redirected to. V(0) chooses a free one.
      - Only used when a sign-in with O(method=browser) begins.
    type: int
    default: 0
  renew:
    description:
      - Whether to sign in even if the file holds a token that still works.
      - With V(false), a file with a working token of the operator is kept. The token is redeemed to test
        it, and the new token that Microsoft Entra sends is stored.
    type: bool
    default: true
  flow:
    description:
      - The RV(flow) that the first call returned, unchanged. It holds secrets.
      - Give the second call the same connection options and the same O(path) as the first.
    type: str
  open_browser:
    description:
      - Whether the second call opens the address in a browser of this machine by itself. It does so only if there is
        a screen. If this fails, the person opens the address.
      - It has no effect with O(method=device_code).
    type: bool
    default: true
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_tenant_access
notes:
  - The options O(refresh_token) and O(refresh_token_file) have no effect here.
  - Set C(no_log) to C(true) for the first call, because RV(flow) holds secrets.
"""

EXAMPLES = r"""
---
- name: Begin the sign-in
  m365.defender.mto_operator_login:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    operator: anna.berg@northwindmsp.example
    path: /home/anna/.config/mto/refresh_token
  register: login
  no_log: true

- name: Show the instructions
  ansible.builtin.debug:
    msg: "{{ login.message }}"

- name: Wait for the sign-in and write the file
  m365.defender.mto_operator_login:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    operator: anna.berg@northwindmsp.example
    path: /home/anna/.config/mto/refresh_token
    flow: "{{ login.flow }}"
"""

RETURN = r"""
message:
  description: One sentence for the person. In the first call it says what to open and by when.
  returned: success
  type: str
  sample: >-
    Open https://microsoft.com/devicelogin in any browser, enter the code GT7QXH2K by 14:35, and sign in as
    anna.berg@northwindmsp.example.
url:
  description: The address to open.
  returned: when a sign-in begins
  type: str
  sample: https://microsoft.com/devicelogin
user_code:
  description: The code to enter there. V(null) for O(method=browser).
  returned: when a sign-in begins
  type: str
  sample: GT7QXH2K
expires_at:
  description: When the sign-in expires, in UTC.
  returned: when a sign-in begins
  type: str
  sample: "2026-11-24T13:35:00Z"
flow:
  description:
    - What the second call needs, as one opaque text. It holds secrets.
    - V(null) if no sign-in began. That is the case in check mode, and with O(renew=false) if the token still works.
  returned: when O(flow) is not given
  type: str
  sample: eyJtZXRob2QiOiAiZGV2aWNlX2NvZGUi
operator:
  description: The user principal name of the person whose token the file holds. V(null) if it is not known yet.
  returned: success
  type: str
  sample: anna.berg@northwindmsp.example
path:
  description: The file.
  returned: success
  type: str
  sample: /home/anna/.config/mto/refresh_token
home_tenant_id:
  description: The home tenant, in lower case.
  returned: success
  type: str
  sample: 11111111-2222-3333-4444-555555555555
"""

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.login.browser import open_browser
from ansible_collections.m365.defender.plugins.module_utils._auth.login.flow import unpack_flow
from ansible_collections.m365.defender.plugins.module_utils._auth.login.options import login_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.login.sign_in import (
    begin_login,
    complete_login,
    holder_of_working_token,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import RefreshTokenFile
from ansible_collections.m365.defender.plugins.module_utils._collect.login_failure import login_failures_worded
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


@dataclasses.dataclass(frozen=True, slots=True)
class LoginOptions:
    """The options of this module without the connection. `flow` is None in the first call."""

    path: str
    method: str
    wait: int
    port: int
    renew: bool
    flow: str | None = dataclasses.field(repr=False)
    open_browser: bool


def log_in(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    options = LoginOptions(**{name: call.params[name] for name in login_spec()})
    common = {"path": options.path, "home_tenant_id": connection.home_tenant_id, "operator": connection.operator}
    if call.check_mode:
        message = f"A person would be asked to sign in, and their refresh token would be written to {options.path}."
        return {**common, "changed": True, "flow": None, "message": message}
    if options.flow:
        return {**common, **_complete(call, connection, options, options.flow)}
    return {**common, **_begin(call, connection, options)}


def _begin(call: Call, connection: Connection, options: LoginOptions) -> dict[str, object]:
    with login_failures_worded(connection, "browser"):
        holder = None if options.renew else holder_of_working_token(connection, options.path)
    if holder:
        message = f"The token of {holder} in {options.path} still works. No sign-in is needed."
        return {"changed": False, "flow": None, "operator": holder, "message": message}
    # Nobody should sign in for a token that cannot be stored.
    RefreshTokenFile(options.path).require_writable()
    with login_failures_worded(connection, options.method):
        flow, prompt = begin_login(connection, method=options.method, wait=options.wait, port=options.port)
    call.no_log_values.update(flow.secrets())
    return {"changed": False, "flow": flow.packed(), **dataclasses.asdict(prompt)}


def _complete(call: Call, connection: Connection, options: LoginOptions, packed_flow: str) -> dict[str, object]:
    flow = unpack_flow(packed_flow)
    call.no_log_values.update(flow.secrets())

    def show(url: str) -> None:
        open_browser(url, lambda command: call.run_command(command, handle_exceptions=False))

    with login_failures_worded(connection, flow.method):
        person, refresh_token = complete_login(connection, flow, show=show if options.open_browser else None)
    call.no_log_values.add(refresh_token)
    RefreshTokenFile(options.path).store(refresh_token)
    message = f"{person.upn} signed in; the refresh token is in {options.path}."
    return {"changed": True, "operator": person.upn, "message": message}


TASK: t.Final = ModuleTask({**connection_spec(), **login_spec()}, log_in, identity_needed=False)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
