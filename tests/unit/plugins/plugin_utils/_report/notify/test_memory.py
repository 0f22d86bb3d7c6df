# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that says what each channel has been told."""

from __future__ import annotations

import json
import pathlib
import tempfile

import pytest
from any_case import ANY_JSON
from hypothesis import given
from hypothesis import strategies as st
from report_findings import finding

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.change import Told
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.memory import FILE_NAME, Memory

FIRST, SECOND = finding(1), finding(2)


def test_what_was_told_is_known_when_the_file_is_read_again(tmp_path):
    memory = Memory("report_dir", tmp_path)
    assert memory.told("a") is None
    told = {"a": Told({FIRST.id: FIRST}, {"t r 2027": 7}), "b": Told({FIRST.id: FIRST, SECOND.id: SECOND}, {})}
    for key, own in told.items():
        memory.remember(key, own)
    again = Memory("report_dir", tmp_path)
    assert {key: again.told(key) for key in told} == told
    # A finding that several channels know is there once.
    assert len(json.loads((tmp_path / FILE_NAME).read_text())["findings"]) == 2


def test_channel_that_was_used_last_is_forgotten_last(tmp_path):
    memory = Memory("report_dir", tmp_path)
    for number in (*range(49), 0, 49, 50):
        memory.remember(f"channel {number}", Told())
    assert [number for number in range(51) if memory.told(f"channel {number}") is None] == [1]


@pytest.mark.parametrize("text", ["x", "[]", '{"format": 2}', '{"format": 1, "findings": [], "channels": {"a": 1}}'])
def test_foreign_file_is_refused_in_a_sentence(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(OptionError, match=r"report_dir: .*notified.json is not .*; remove it, so that channels"):
        Memory("report_dir", tmp_path)


@given(ANY_JSON | st.fixed_dictionaries({"format": st.just(1), "findings": ANY_JSON, "channels": ANY_JSON}))
def test_any_json_is_read_or_refused_in_a_sentence(value):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / FILE_NAME).write_text(json.dumps(value), encoding="utf-8")
        refusal = ""
        try:
            Memory("report_dir", path)
        except OptionError as error:
            refusal = str(error)
        assert refusal == "" or refusal.endswith("remove it, so that channels are told what the last run has found.")
