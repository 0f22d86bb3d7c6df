# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence that is saved and judged again."""

from __future__ import annotations


class ModuleDocFragment:
    """The doc fragment C(m365.defender._evidence)."""

    DOCUMENTATION = r"""
options:
  return_evidence:
    description:
      - Return what was judged as RV(evidence), so that it can be saved and judged again. See O(from_evidence).
      - It holds the relevant parts of Microsoft's answers, with names of people, groups and tenants. It holds no token
        and no credential.
    type: bool
    default: false
  from_evidence:
    description:
      - A file with saved RV(evidence), or the file that O(m365.defender.mto#role:onboard:mto_evidence_dir) wrote.
      - It is judged again, with the same verdicts as in the run that read it. Nothing is sent, and connection options
        and credentials are not used.
      - With O(tenants), only these tenants are judged. They must be declared as they were when the evidence was read.
        Without O(tenants), all of them are judged.
      - A tenant whose evidence is damaged is V(unknown) with the reason V(read.evidence_damaged).
    type: path
  judged_at:
    description:
      - The time to judge O(from_evidence) at, such as V(2026-11-25T12:00:00Z).
      - If not set, the time of the first judgement is used. It requires O(from_evidence).
      - It cannot be before the time when the evidence was read.
    type: str
"""
