# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a sitting: private, all or none, and no more of the browser's cookies than the session."""

from __future__ import annotations

import json
import stat

import pytest
from portal_answers import ANNA, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import LearnedContract
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import parse_cookies
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.files import save
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import SittingOptions
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.sitting import Finished

HOSTS = ["https://mto.example:8443", "https://security.example"]


def cookie(name, domain="mto.example", expires=-1):
    """A cookie as Playwright gives it."""
    return {"name": name, "value": f"value-of-{name}", "domain": domain, "path": "/", "expires": expires}


SESSION = [cookie("sccauth"), cookie("XSRF-TOKEN")]
LEARNED = LearnedContract({"version": 1}, ("It sends the full list.",), ())


@pytest.fixture
def options(tmp_path):
    """All three files."""
    files = [str(tmp_path / name) for name in ("cookies.json", "view.json", "contract.yml")]
    return SittingOptions(ANNA, *files, None, "/browser", "/profile", 900)


def test_files_are_private_and_are_read_by_the_others(options, tmp_path):
    strangers = [cookie("ESTSAUTH", "login.example"), cookie("ai_user"), cookie("sccauth", "evil.example")]
    save(options, Finished(make_view(), [*SESSION, *strangers], LEARNED), HOSTS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contract.yml", "cookies.json", "view.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    state = json.loads((tmp_path / "cookies.json").read_text(encoding="utf-8"))
    assert state == {"cookies": SESSION, "origins": []}
    assert len(parse_cookies(json.dumps(state), "x")) == 2
    assert json.loads((tmp_path / "view.json").read_text(encoding="utf-8"))["mto_snapshot"] == 1
    assert "version: 1" in (tmp_path / "contract.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("cookies", [[], SESSION[:1], SESSION[1:], [SESSION[0], cookie("XSRF-TOKEN", expires=1)]])
def test_without_a_session_nothing_is_written(options, tmp_path, cookies):
    with pytest.raises(MtoError, match="the browser holds no cookies sccauth and XSRF-TOKEN"):
        save(options, Finished(make_view(), cookies, LEARNED), HOSTS)
    assert list(tmp_path.iterdir()) == []


def test_symbolic_link_is_followed(options, tmp_path):
    (tmp_path / "real").write_text("old", encoding="utf-8")
    (tmp_path / "cookies.json").symlink_to(tmp_path / "real")
    save(options, Finished(make_view(), SESSION, LEARNED), HOSTS)
    assert (tmp_path / "cookies.json").is_symlink()
    assert "sccauth" in (tmp_path / "real").read_text(encoding="utf-8")
