#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_write_file
short_description: Write a text to a file of the control node
version_added: 0.1.0
description:
  - Writes the file as a whole or not at all. M(ansible.builtin.copy) can do more, and starts a module for it, which
    takes a second or two.
  - This action runs in the controller. The playbooks of this collection use it.
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
  path:
    description: The file. If it is a link, what it leads to is replaced.
    type: path
    required: true
  content:
    description: The text.
    type: str
    required: true
  private:
    description:
      - Whether only the owner can read the file. If not, a file that exists keeps its mode, and the umask decides about
        a new one.
    type: bool
    default: true
  overwrite:
    description: Whether to replace a file that exists.
    type: bool
    default: true
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: ansible.builtin.copy
"""

EXAMPLES = r"""
---
- name: Write the snapshot
  m365.defender.mto_write_file:
    path: view.json
    content: "{{ view.snapshot | to_nice_json }}\n"
"""

RETURN = r"""
path:
  description: The full path of the file.
  returned: success
  type: str
  sample: /home/anna/tenants/view.json
diff:
  description: The text before and after.
  returned: if the file was replaced, or would be
  type: dict
  sample: {before_header: /home/anna/view.json, after_header: /home/anna/view.json, before: "", after: "{}\n"}
"""
