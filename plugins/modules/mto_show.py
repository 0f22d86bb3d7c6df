#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_show
short_description: Show lines of text as they are
version_added: 0.1.0
description:
  - Prints lines for people. M(ansible.builtin.debug) prints a list of quoted texts instead, unless ansible.cfg sets
    another format. Characters that could move the cursor or turn the direction of the text are left out.
  - Where the stdout callback writes a document, such as JSON, nothing is printed, and the lines are in the result. The
    same holds with C(no_log), and with a callback that does not show tasks that went well.
  - This action runs in the controller.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.controller
options:
  lines:
    description: The lines.
    type: list
    elements: str
    required: true
  wrap:
    description: Whether lines are wrapped at the width of the terminal. A word, such as an address, is never cut.
    type: bool
    default: true
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_report
"""

EXAMPLES = r"""
---
- name: Show what has to be done
  m365.defender.mto_show:
    lines: "{{ report.lines }}"
    wrap: false
"""

RETURN = r"""
msg:
  description: The lines, where they were not printed.
  returned: if the lines were not printed
  type: list
  elements: str
"""
