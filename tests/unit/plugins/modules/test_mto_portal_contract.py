# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that learns a contract: its file, check mode, and what bad files get."""

from __future__ import annotations

import json
import os

import pytest
from recorded import NAMES, Recorded, put_full_list

from ansible_collections.m365.defender.plugins.modules.mto_portal_contract import TASK

COOKIE = "sccauth-Planted9Value8Of7A6Cookie5"


class Call:
    """What Ansible hands over."""

    def __init__(self, check_mode=False, **params):
        self.params = {"write": None, **params}
        self.check_mode = check_mode
        self.no_log_values = set()


@pytest.fixture
def har(tmp_path):
    recording = Recorded().recipe(put_full_list).har
    for entry in recording["log"]["entries"]:
        entry["request"]["headers"].append({"name": "Cookie", "value": f"sccauth={COOKIE}"})
        entry["request"]["cookies"] = [{"name": "sccauth", "value": COOKIE}]
    path = tmp_path / "page.har"
    path.write_text(json.dumps(recording), encoding="utf-8")
    return path


def run(**params):
    result, warnings = TASK.result_of(Call(**params))
    assert warnings == []
    return result


def test_contract_is_written_once(har, tmp_path):
    dest = tmp_path / "contract.yml"
    tried = run(src=str(har), dest=str(dest), check_mode=True)
    assert tried["changed"] is True
    assert not dest.exists()
    first = run(src=str(har), dest=str(dest))
    assert (first["changed"], first["path"]) == (True, str(dest))
    assert first["diff"] == tried["diff"]
    assert dest.read_text(encoding="utf-8") == first["diff"]["after"]
    before = dest.stat()
    assert run(src=str(har), dest=str(dest))["changed"] is False
    assert dest.stat().st_mtime_ns == before.st_mtime_ns
    text = json.dumps(first)
    assert not [secret for secret in (*NAMES, *NAMES.values(), COOKIE, "etag-0000") if secret in text]


def cut(path):
    path.write_text(path.read_text(encoding="utf-8")[:-100], encoding="utf-8")


def another_page(path):
    path.write_text(json.dumps({"log": {"entries": []}}), encoding="utf-8")


def huge(path):
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)


def binary(path):
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")


def gone(path):
    path.unlink()


def directory(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut, "is not valid JSON; "),
        (another_page, "holds no answer of the multitenant portal"),
        (huge, "is larger than 64 MB; "),
        (binary, "is not a text file in UTF-8; "),
        (gone, "cannot be read (No such file or directory); "),
        (directory, "; give a HAR of the portal's settings page"),
    ],
)
def test_bad_file_is_one_sentence_and_touches_nothing(spoil, words, har, tmp_path):
    dest = tmp_path / "contract.yml"
    dest.write_text("the old one", encoding="utf-8")
    spoil(har)
    result = run(src=str(har), dest=str(dest))
    assert result["failed"] is True
    assert str(result["msg"]).startswith("src: ")
    assert words in str(result["msg"])
    assert "\n" not in str(result["msg"])
    assert dest.read_text(encoding="utf-8") == "the old one"
    assert {path.name for path in tmp_path.iterdir()} <= {"contract.yml", "page.har"}


def test_place_is_checked_before_the_recording(tmp_path):
    result = run(src=str(tmp_path / "none.har"), dest=str(tmp_path / "no" / "contract.yml"))
    assert str(result["msg"]).startswith("dest: ")


def test_recording_is_never_overwritten_and_a_pipe_is_no_file(har, tmp_path):
    before = har.read_bytes()
    assert "this is the recording itself" in str(run(src=str(har), dest=str(har))["msg"])
    assert har.read_bytes() == before
    os.mkfifo(tmp_path / "pipe")
    assert str(run(src=str(har), dest=str(tmp_path / "pipe"))["msg"]).endswith("is not a file; name another file.")
