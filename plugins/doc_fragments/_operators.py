# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option C(operators)."""

from __future__ import annotations


class ModuleDocFragment:
    """The doc fragment C(m365.defender._operators)."""

    DOCUMENTATION = r"""
options:
  operators:
    description:
      - The people of a team, instead of O(operator), so that one run answers for all of them. What they share
        (licenses, relationships, policies, consent) is read once, and what is per person (memberships, accounts, roles)
        for each.
      - An entry is a user principal name or an object ID in the home tenant, or a dictionary with C(operator) and
        C(name), a name for the report.
      - The first person is the operator of the run. The refresh token, the multitenant view and the detailed results
        are theirs. The app reads for the others, so its credential is required. C(sign_in) and C(defender) need a
        person's own sign-in. If they count, they are V(unknown) for everybody but the first person.
      - Duplicates and an empty list are refused.
    type: list
    elements: raw
"""
