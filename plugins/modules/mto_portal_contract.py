#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_portal_contract
short_description: Learn from a recording how the multitenant portal adds and removes tenants
version_added: 0.1.0
description:
  - Microsoft publishes no API that adds a tenant to the multitenant view. This module learns the request of the
    portal's own page from a recording (HAR) that a browser made while a person added and removed tenants, and writes it
    to a file, the portal contract that O(m365.defender.mto_tenant#module:portal_contract) takes.
  - A contract is only written if it gives the recorded requests again, and if no other request could have changed the
    view. Otherwise the module fails with what is missing and what to click next, and O(dest) stays as it is.
  - The file holds no cookie, token, etag, name or ID of the recording.
  - No request is sent.
extends_documentation_fragment:
  - m365.defender._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
options:
  src:
    description:
      - The recording, with or without cookies, of at most 64 MB. It has to begin with the load of the settings page.
      - "Record this in one go: one tenant is in the view and stays; add two others together; remove one of these;
        remove the other."
    type: path
    required: true
  dest:
    description:
      - The file for the contract (YAML). It gets the mode V(0600) and is replaced as a whole. Its directory must exist.
    type: path
    required: true
  write:
    description:
      - The request that changes the view, if more than one could have, by its method and the beginning of its path,
        such as C(PUT /apiproxy/mtoapi/).
      - The message of the failure names them.
    type: str
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_tenant
"""

EXAMPLES = r"""
---
- name: Learn how the portal writes
  m365.defender.mto_portal_contract:
    src: portal.har
    dest: portal-contract.yml
  register: learning

- name: Show what was learned
  ansible.builtin.debug:
    msg: "{{ learning.learned + learning.unsure }}"
"""

RETURN = r"""
contract:
  description: The contract, as in the file.
  returned: success
  type: dict
  sample:
    version: 1
    recorded: "2026-11-28"
    write:
      add: {per: tenant, method: POST, path: /the/recorded/path/$tenant_id}
learned:
  description: What was learned, a sentence each.
  returned: success
  type: list
  elements: str
  sample:
    - Adding sends POST /the/recorded/path/$tenant_id once for each tenant.
    - The portal answers a success with HTTP 204.
unsure:
  description: What the recording does not say for certain, a sentence each.
  returned: success
  type: list
  elements: str
  sample:
    - "Adding: no request with more than 2 tenants was recorded, so more of them are sent in several requests."
path:
  description: The full path of the file.
  returned: success
  type: str
  sample: /home/anna/mto/portal-contract.yml
"""

import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import require_place
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.file import (
    contract_text,
    current_text,
    write_contract,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._module import Call

_WAY_OUT: t.Final = f"give a HAR of the portal's settings page of at most 64 MB ({CONTRACT})."


def learn(call: Call) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    src, dest = str(call.params["src"]), str(pathlib.Path(call.params["dest"]).absolute())
    # Before a large recording is read.
    require_place("dest", dest)
    before = current_text(dest)
    if pathlib.Path(dest).exists() and pathlib.Path(src).exists() and pathlib.Path(src).samefile(dest):
        raise OptionError("dest: this is the recording itself, which would be lost; name another file.")
    learned = learn_contract(read_user_json("src", src, _WAY_OUT), f"src: '{src}'", call.params["write"] or None)
    after = contract_text(learned)
    if before != after and not call.check_mode:
        write_contract(dest, after)
    return {
        "changed": before != after,
        "contract": learned.contract,
        "learned": learned.learned,
        "unsure": learned.unsure,
        "path": dest,
        "diff": {"before": before, "after": after, "before_header": dest, "after_header": dest},
    }


TASK: t.Final = ModuleTask(
    {"src": {"type": "path", "required": True}, "dest": {"type": "path", "required": True}, "write": {"type": "str"}},
    None,
    offline=learn,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
