# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of the modules."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes in the sense of ansible-doc."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the system controlled or queried by the module has not changed in a relevant way.
  platform:
    description: Where the module can run.
"""

    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
  idempotent:
    support: full
    details:
      - This module only reads, so it never reports a change.
  platform:
    support: full
    platforms: posix
"""

    FACTS = r"""
options: {}
attributes:
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
"""

    CONTROLLER = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - What it does does not depend on check mode.
  diff_mode:
    support: N/A
    details:
      - Nothing that it does is part of the declared state.
  idempotent:
    support: full
    details:
      - It never reports a change.
  platform:
    support: full
    platforms: posix
"""

    CONNECTED = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/m365.defender.mto) in C(module_defaults) to set the connection options once for all modules.
    support: full
    membership:
      - m365.defender.mto
"""
