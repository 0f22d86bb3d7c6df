# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook `login` and its module by real ansible-playbook runs: what is asked, written, told, and never told."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

import pytest

LOGIN = "m365.defender.login"


@pytest.fixture
def token_file(ansible):
    """Where the token is to go: outside the directories that are searched for secrets."""
    place = ansible.directory / "private"
    place.mkdir(mode=0o700)
    return place / "refresh_token"


def failure(run):
    """What is told first when a play fails."""
    assert run.code == 2, run.output
    return next(line for line in run.output.splitlines() if line.startswith("[ERROR]"))


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_file_the_play_names_the_variable(ansible, value):
    assert "mto_refresh_token_file: missing" in failure(ansible.play(LOGIN, mto_refresh_token_file=value))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {"mto_login_method": "magic"}, "value of method must be one of: browser, device_code", id="method"
        ),
        pytest.param({"mto_login_wait": 0}, "wait: 0 is out of range", id="wait"),
        pytest.param({"mto_login_port": 70000}, "port: 70000 is no port", id="port"),
        pytest.param({"mto_home_tenant_id": None}, "home_tenant_id: missing", id="home_tenant_id"),
        pytest.param({"mto_ca_path": "nowhere.pem"}, "ca_path: there is no file", id="ca_path"),
        pytest.param(
            {"mto_home_tenant_id": "99999999-0000-4000-8000-000000000009"},
            "Correct home_tenant_id, or cloud",
            id="unknown_tenant",
        ),
        pytest.param(
            {"mto_endpoints": {"login": "https://localhost:9"}, "mto_timeout": 1, "mto_deadline": 2},
            "could not be reached",
            id="unreachable",
        ),
    ],
)
def test_bad_input_gets_one_clear_sentence(ansible, token_file, variables, words):
    told = failure(ansible.play(LOGIN, **{"mto_refresh_token_file": str(token_file), **variables}))
    assert words in told
    assert not token_file.exists()


def test_nobody_signs_in_for_a_token_that_cannot_be_kept(ansible):
    run = ansible.play(LOGIN, mto_refresh_token_file=str(ansible.directory / "nowhere" / "token"))
    assert "is not stored in" in failure(run)
    assert "authorize?" not in run.output


def test_check_mode_asks_nobody_and_writes_nothing(ansible, token_file):
    before = len(ansible.lab.requests())
    run = ansible.play(LOGIN, "--check", "--diff", mto_refresh_token_file=str(token_file))
    assert run.code == 0, run.output
    assert f"would be written to {token_file}" in run.output
    assert list(token_file.parent.iterdir()) == []
    assert len(ansible.lab.requests()) == before


def test_nobody_signs_in_in_time(ansible, token_file):
    run = ansible.play(LOGIN, mto_refresh_token_file=str(token_file), mto_login_wait=3, mto_login_browser=False)
    assert "Nobody signed in until" in failure(run)
    assert "authorize?" in run.output
    assert not token_file.exists()


@pytest.fixture
def held(ansible, token_file):
    """A file with a token that works."""
    token_file.write_text(ansible.lab["refresh_token"], encoding="ascii")
    token_file.chmod(0o600)
    return token_file


def test_token_that_works_is_kept_where_asked_for(ansible, held):
    run = ansible.play(LOGIN, "-vvv", mto_refresh_token_file=str(held), mto_login_renew=False)
    assert run.code == 0, run.output
    assert "still works; it is that of" in run.output
    assert "changed=0" in run.output
    assert "authorize?" not in run.output
    rotated = held.read_text(encoding="ascii")
    assert rotated != ansible.lab["refresh_token"]
    assert stat.S_IMODE(held.stat().st_mode) == 0o600
    for secret in (rotated, ansible.lab["refresh_token"], ansible.lab["client_secret"]):
        assert secret not in run.output


def test_file_serves_the_other_plays_and_the_vault(ansible, held):
    """The one-liner that the play prints gives the token, and nothing more than the token."""
    password = ansible.directory / "password"
    password.write_text("vault-password", encoding="ascii")
    play = [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "file": str(held)},
            "vars_files": [str(ansible.directory / "vault.yml")],
            "tasks": [
                {
                    "ansible.builtin.assert": {
                        "that": ["mto_refresh_token == lookup('ansible.builtin.file', file, rstrip=false)"],
                        "quiet": True,
                    }
                }
            ],
        }
    ]
    (ansible.directory / "play.yml").write_text(json.dumps(play), encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "vault", "encrypt_string", "--vault-password-file", str(password)]
    with held.open("rb") as token, (ansible.directory / "vault.yml").open("wb") as vault:
        line = [*command, "--stdin-name", "mto_refresh_token"]
        subprocess.run(line, stdin=token, stdout=vault, env=ansible.environment(), check=True, timeout=60)
    assert ansible.lab["refresh_token"] not in (ansible.directory / "vault.yml").read_text(encoding="utf-8")
    run = ansible.play(str(ansible.directory / "play.yml"), "--vault-password-file", str(password))
    assert run.code == 0, run.output
