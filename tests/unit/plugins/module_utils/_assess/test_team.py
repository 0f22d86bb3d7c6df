# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The row of one person of a team."""

from __future__ import annotations

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, unread_access
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import unread_requirements
from ansible_collections.m365.defender.plugins.module_utils._assess.team import Cell, require_different
from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import Analyst
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

LATE = Problem("read.deadline")


@pytest.mark.parametrize("checks", [CHECKS, ("listed",)])
def test_cell_says_what_counted_and_keeps_what_is_to_be_done(checks):
    cell = Cell(unread_requirements(case({}), LATE), unread_access(case({}), LATE, checks)).as_dict()
    assert (cell["ready"], cell["verified"], cell["eligible"]) == (False, False, False)
    assert (cell["first_broken"], cell["reason"]) == ("access", "read.deadline")
    assert set(cell["checks"]) == {"access", "license", "permissions", "mfa_trust", *checks}
    assert set(cell["checks"].values()) == {"unknown"}
    assert set(cell["verdicts"]) == set(cell["checks"])
    assert not any(verdict["evidence"] for verdict in cell["verdicts"].values())


def test_two_entries_that_are_one_person_are_refused():
    team = [Analyst("anna@northwind.example", ""), Analyst("aaaaaaaa-0000-4000-8000-000000000001", "")]
    with pytest.raises(OptionError) as caught:
        require_different(["anna@northwind.example", "Anna@northwind.example"], team)
    assert str(caught.value) == (
        "operators[1]: 'aaaaaaaa-0000-4000-8000-000000000001' is Anna@northwind.example, who is already in"
        " operators[0]; remove one of the two."
    )
    require_different(["anna@northwind.example", "ben@northwind.example"], team)
