# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lowest versions are those that the requirements allow."""

from __future__ import annotations

from lowest import FILES, lowest_versions
from project_files import ROOT

REQUIREMENTS = """
# what>=1.0 is a comment
-r requirements.txt
msal>=1.35.0
ansible-core>=2.19.0,<2.22
PyJWT[crypto]>=2.10,<3
molecule>=25.1
ruff~=0.17.6
types-lxml
"""


def test_lower_bounds_are_held() -> None:
    assert lowest_versions(REQUIREMENTS.splitlines()) == ["msal==1.35.0", "ansible-core==2.19.0", "PyJWT[crypto]==2.10"]


def test_every_package_that_the_modules_need_has_a_lower_bound() -> None:
    lines = (ROOT / FILES[0]).read_text(encoding="utf-8").splitlines()
    needed = [line for line in lines if line and not line.startswith("#")]
    assert len(lowest_versions(needed)) == len(needed)
