# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A text becomes a file as a whole: its mode, what is kept, check mode, links, and places that cannot be a file."""

from __future__ import annotations

import stat
import types

import pytest
from action_options import documented_options

from ansible_collections.m365.defender.plugins.action.mto_write_file import ActionModule
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.modules.mto_write_file import DOCUMENTATION


def test_options_are_the_documented_ones():
    assert documented_options(DOCUMENTATION) == ActionModule.spec


def write(path, content="new\n", *, check_mode=False, **options):
    action = object.__new__(ActionModule)
    action._task = types.SimpleNamespace(check_mode=check_mode)
    given = {"path": str(path), "content": content, "private": True, "overwrite": True, **options}
    return action.work(given, {})


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_written_once_for_its_owner(tmp_path):
    path = tmp_path / "view ü.json"
    assert write(path, check_mode=True)["changed"] is True
    assert not path.exists()
    first = write(path)
    assert (first["changed"], first["path"], path.read_text(encoding="utf-8")) == (True, str(path), "new\n")
    assert (first["diff"]["before"], first["diff"]["after"]) == ("", "new\n")
    assert mode(path) == 0o600
    assert write(path) == {"changed": False, "path": str(path)}
    path.chmod(0o644)
    assert write(path)["changed"] is True
    assert mode(path) == 0o600


def test_mode_is_the_users_where_colleagues_read_it(tmp_path):
    path = tmp_path / "tenants.yml"
    write(path, private=False)
    assert mode(path) & 0o400
    path.chmod(0o640)
    assert write(path, "other\n", private=False)["changed"] is True
    assert mode(path) == 0o640


def test_what_is_there_is_kept_if_asked(tmp_path):
    path = tmp_path / "tenants.yml"
    path.write_text("mine\n", encoding="utf-8")
    assert write(path, overwrite=False)["changed"] is False
    assert path.read_text(encoding="utf-8") == "mine\n"


def test_link_keeps_its_place(tmp_path):
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_text("old\n", encoding="utf-8")
    link.symlink_to(target)
    write(link)
    assert (link.is_symlink(), target.read_text(encoding="utf-8")) == (True, "new\n")


def test_half_a_character_is_written_as_a_word(tmp_path):
    write(tmp_path / "x", "\ud800\n")
    assert (tmp_path / "x").read_text(encoding="utf-8") == "\\ud800\n"
    assert write(tmp_path / "x", "\ud800\n")["changed"] is False


@pytest.mark.parametrize("name", ["", "missing/x", "x" * 300])
def test_no_place_for_a_file_is_one_sentence(tmp_path, name):
    with pytest.raises(OptionError, match=r"^path: .*\.$"):
        write(tmp_path / name)
