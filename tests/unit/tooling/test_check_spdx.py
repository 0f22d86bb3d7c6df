# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files need a header, and what is said about a bad one."""

from __future__ import annotations

import pathlib

import pytest
from check_spdx import complaints_about, needs_header

COPYRIGHT = "# Copyright (c) 2026 The m365.defender authors\n"
LICENSE = "# SPDX-License-Identifier: " + "GPL-3.0-or-later\n"
HELD = {"GPL-3.0-or-later"}


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        pytest.param(COPYRIGHT + LICENSE, 0, id="both_lines"),
        pytest.param("#!/bin/sh\n" + COPYRIGHT + LICENSE, 0, id="after_shebang"),
        pytest.param(LICENSE, 1, id="no_copyright"),
        pytest.param(COPYRIGHT, 1, id="no_license"),
        pytest.param("import os\n", 2, id="neither"),
        pytest.param(COPYRIGHT + LICENSE.replace("GPL-3.0", "MPL-9.9"), 1, id="license_text_missing"),
        pytest.param("\n" * 10 + COPYRIGHT + LICENSE, 2, id="too_far_down"),
    ],
)
def test_complaints(text: str, complaints: int) -> None:
    assert len(complaints_about("a.py", text, HELD)) == complaints


@pytest.mark.parametrize(
    ("name", "text", "needed"),
    [
        pytest.param("plugins/a.py", "import os", True, id="python"),
        pytest.param("plugins/__init__.py", "", False, id="empty"),
        pytest.param("Makefile", "all:", True, id="by_name"),
        pytest.param("scripts/setup", "#!/bin/sh\n", True, id="by_shebang"),
        pytest.param("README.md", "# Title", False, id="prose"),
        pytest.param("LICENSES/GPL-3.0-or-later.txt", "GNU", False, id="license_text"),
    ],
)
def test_which_files_need_one(name: str, text: str, needed: bool) -> None:
    assert needs_header(pathlib.Path(name), text) is needed
