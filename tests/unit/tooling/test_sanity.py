# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test gets a bootstrap script for pip where it can't download one, and none where it can."""

from __future__ import annotations

import http.server
import pathlib
import re
import subprocess
import sys
import threading
import typing as t

import pytest
from artifact import DEVELOPERS_ONLY
from project_files import project_files
from sanity import BOOTSTRAP_FALLBACK, bootstrap_version, parts, place_bootstrap, shipped

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# Port 1 of this machine: nothing listens there.
UNREACHABLE = "http://127.0.0.1:1/get-pip-{version}.py"


class Found(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002  (the name is Python's)
        """Keep the output of the tests clean."""


@pytest.fixture
def reachable() -> Iterator[str]:
    """The URL of a server that has the script."""
    with http.server.HTTPServer(("127.0.0.1", 0), Found) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/get-pip-{{version}}.py"
        server.shutdown()
        thread.join()


def test_everything_that_is_shipped_is_looked_at() -> None:
    seen = {path.as_posix() for path in shipped()}
    built = {path.as_posix() for path in project_files() if not path.as_posix().startswith(DEVELOPERS_ONLY)}
    assert built - {path for path in built if path.startswith("extensions/molecule/")} <= seen
    assert "tests/config.yml" in seen
    assert not [path for path in seen if path.startswith(("lab/", "scripts/", "tests/unit/"))]


def test_no_test_of_ansible_test_is_left_out() -> None:
    everything, imports = parts([])
    assert everything == ["--skip-test", "import"]
    assert imports[:2] == ["--test", "import"]
    assert "plugins/modules/mto_tenant.py" in imports[2:]


def test_options_are_left_as_they_are() -> None:
    assert parts(["--test", "import"]) == [["--test", "import"]]


def test_version_is_read_from_ansible_test() -> None:
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", bootstrap_version() or "")


def test_placed_where_the_download_fails(tmp_path: pathlib.Path) -> None:
    place_bootstrap("25.2", tmp_path / "cache", UNREACHABLE)
    assert (tmp_path / "cache" / "get_pip_25_2.py").read_text() == BOOTSTRAP_FALLBACK


def test_not_placed_where_the_download_works(tmp_path: pathlib.Path, reachable: str) -> None:
    place_bootstrap("25.2", tmp_path / "cache", reachable)
    assert not (tmp_path / "cache").exists()


def test_never_overwrites(tmp_path: pathlib.Path) -> None:
    (tmp_path / "get_pip_25_2.py").write_text("the real one")
    place_bootstrap("25.2", tmp_path, UNREACHABLE)
    assert (tmp_path / "get_pip_25_2.py").read_text() == "the real one"


def test_the_script_brings_pip(tmp_path: pathlib.Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    (tmp_path / "get_pip.py").write_text(BOOTSTRAP_FALLBACK)
    subprocess.run([python, tmp_path / "get_pip.py"], check=True, capture_output=True)
    assert subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0
