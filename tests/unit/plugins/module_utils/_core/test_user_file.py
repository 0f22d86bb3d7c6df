# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the user, whatever wrote them."""

from __future__ import annotations

import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import (
    read_user_bytes,
    read_user_json,
    read_user_text,
)

WAY_OUT = "name a file that was saved."


@pytest.mark.parametrize(
    "content",
    [
        b"one\ntwo",
        b"one\r\ntwo",
        b"\xef\xbb\xbfone\r\ntwo",
        "one\r\ntwo".encode("utf-16"),
        b"\xfe\xff" + "one\ntwo".encode("utf-16-be"),
    ],
)
def test_every_editor_writes_the_same_text(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert read_user_text("src", path, WAY_OUT) == "one\ntwo"


def _fifo(path):
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        pytest.param(lambda path: None, "cannot be read (No such file or directory)", id="no file"),
        pytest.param(lambda path: path.mkdir(), "cannot be read (Is a directory)", id="a directory"),
        pytest.param(_fifo, "is not a file", id="a pipe without a writer"),
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe\xff"), "is not a text file in UTF-8", id="half a UTF-16"),
        pytest.param(lambda path: path.write_bytes(b"\x80"), "is not a text file in UTF-8", id="not UTF-8"),
        pytest.param(lambda path: path.write_bytes(bytes(2 * 1024 * 1024)), "is larger than 1 MB", id="too large"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, make, cause):
    path = tmp_path / "file"
    make(path)
    with pytest.raises(OptionError) as raised:
        read_user_text("src", path, WAY_OUT)
    assert str(raised.value) == f"src: {path} {cause}; {WAY_OUT}"


def test_a_path_that_no_file_can_have_is_one_sentence():
    with pytest.raises(OptionError, match="its name is not valid"):
        read_user_bytes("src", "a\x00b", WAY_OUT)


@given(st.binary(max_size=200))
def test_any_json_file_is_data_or_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("json") / "file"
    path.write_bytes(content)
    with contextlib.suppress(OptionError):
        read_user_json("src", path, WAY_OUT)
