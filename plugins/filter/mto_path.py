# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_path)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_path
short_description: Make a path absolute, from the directory where Ansible was started
version_added: 0.1.0
description:
  - Returns the full path of what a person wrote. A relative path means the directory in which they started
    C(ansible-playbook), and C(~) means their home directory.
  - Other plugins of Ansible take a relative path from the directory of the playbook. For a playbook of a collection,
    this is the installed collection.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The path.
    type: str
    required: true
"""

EXAMPLES = r"""
---
- name: Show where the file is
  ansible.builtin.debug:
    msg: "{{ 'view.json' | m365.defender.mto_path }}"
"""

RETURN = r"""
_value:
  description: The full path.
  type: str
"""

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path


def mto_path(path: object) -> str:
    """See DOCUMENTATION."""
    return user_path(str(path))


FilterModule = filter_module(mto_path)
