# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files where a user wants them: the place is checked before a run."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import require_place


def test_place_of_a_file(tmp_path):
    require_place("o", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    require_place("o", str(tmp_path / "file"))
    for path, words in (
        (tmp_path, " is a directory; name a file in it."),
        (tmp_path / "missing" / "x", "missing does not exist; create it first: mkdir -m 700 '"),
        (tmp_path / "file" / "x", "file is not a directory; name a file in one."),
    ):
        with pytest.raises(OptionError, match=r"^o: /[^\n]*\.$") as refused:
            require_place("o", str(path))
        assert words in str(refused.value)
