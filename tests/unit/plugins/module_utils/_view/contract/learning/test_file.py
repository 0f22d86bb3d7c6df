# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a learned contract."""

from __future__ import annotations

import stat

import pytest
from recorded import NAMES, Recorded, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract, parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.file import (
    contract_text,
    current_text,
    write_contract,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract


@pytest.fixture(scope="module")
def learned():
    return learn_contract(Recorded().recipe(put_full_list).har, "src")


def test_file_is_the_contract_and_says_what_was_learned(learned, tmp_path):
    path = tmp_path / "contract.yml"
    write_contract(str(path), contract_text(learned))
    assert load_contract(str(path)) == parse_contract(learned.contract)
    text = path.read_text(encoding="utf-8")
    assert text == contract_text(learn_contract(Recorded().recipe(put_full_list).har, "src"))
    assert "# Every change sends PUT /apiproxy/mtoapi/view with the full list as objects." in text
    assert max(map(len, text.splitlines())) <= 120
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(name in text for name in (*NAMES, *NAMES.values()))
    assert current_text(str(path)) == text


def test_link_is_followed(learned, tmp_path):
    (tmp_path / "real.yml").write_text("old", encoding="utf-8")
    (tmp_path / "link.yml").symlink_to(tmp_path / "real.yml")
    write_contract(str(tmp_path / "link.yml"), contract_text(learned))
    assert (tmp_path / "real.yml").read_text(encoding="utf-8") == contract_text(learned)


def test_file_that_is_not_there_yet(tmp_path):
    assert current_text(str(tmp_path / "none.yml")) == ""


def test_contract_that_no_task_could_read_is_not_written(tmp_path):
    with pytest.raises(OptionError, match=r"larger than 16 KB"):
        write_contract(str(tmp_path / "file.yml"), "x" * 20_000)
    assert not list(tmp_path.iterdir())
