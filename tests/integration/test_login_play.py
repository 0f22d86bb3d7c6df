# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook `login` and its module by real ansible-playbook runs: what is asked, written, told, and never told."""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time

import lxml.html
import pytest
import requests
import yaml
from demo_world import WORLD
from playbook_runs import Ansible

from lab.process import start_lab

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
            {"mto_login_method": "magic"}, "mto_login_method: 'magic' is not a choice; choose among", id="method"
        ),
        pytest.param({"mto_login_wait": 0}, "mto_login_wait: '0' is out of range", id="wait"),
        pytest.param({"mto_login_port": 70000}, "mto_login_port: '70000' is out of range", id="port"),
        pytest.param({"mto_home_tenant_id": None}, "mto_home_tenant_id: missing", id="home_tenant_id"),
        pytest.param({"mto_ca_path": "nowhere.pem"}, "/nowhere.pem' does not exist", id="ca_path"),
        pytest.param(
            {"mto_home_tenant_id": "99999999-0000-4000-8000-000000000009"},
            "Correct mto_home_tenant_id or mto_cloud",
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
    assert "/nowhere does not exist; create it first" in failure(run)
    assert "authorize?" not in run.output


def test_check_mode_asks_nobody_and_writes_nothing(ansible, token_file):
    before = len(ansible.lab.requests())
    run = ansible.play(LOGIN, "--check", "--diff", mto_refresh_token_file=str(token_file))
    assert run.code == 0, run.output
    assert f"would be written to {token_file}" in run.output
    assert list(token_file.parent.iterdir()) == []
    assert len(ansible.lab.requests()) == before


def test_nobody_signs_in_in_time(ansible, token_file):
    run = ansible.play(LOGIN, mto_refresh_token_file=str(token_file), mto_login_wait=2, mto_login_browser=False)
    assert "Nobody signed in by" in failure(run)
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
    assert "still works. No sign-in is needed." in run.output
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
        subprocess.run(line, stdin=token, stdout=vault, env=ansible.environment(), check=True, timeout=600)
    assert ansible.lab["refresh_token"] not in (ansible.directory / "vault.yml").read_text(encoding="utf-8")
    run = ansible.play(str(ansible.directory / "play.yml"), "--vault-password-file", str(password))
    assert run.code == 0, run.output


# -- whole sign-ins: a thread plays the person with what the play prints ----------------------------------------------


@pytest.fixture(scope="module")
def quick_lab(tmp_path_factory):
    """The demo world, where one need not wait five seconds between two polls."""
    path = tmp_path_factory.mktemp("quick") / "world.yml"
    path.write_text(yaml.safe_dump({**WORLD, "home": {**WORLD["home"], "device_code_interval": 1}}), encoding="utf-8")
    with start_lab(world=path) as lab:
        yield lab


@pytest.fixture
def ansible(tmp_path, quick_lab):
    """Ansible against that world."""
    return Ansible(tmp_path, quick_lab)


class Person:
    """Signs in as `account` as soon as a line of the play says where; everything sent to us is kept in `sent`."""

    def __init__(self, lab, account):
        self.ca_path, self.account = lab["ca_path"], account
        self.sent = []
        self.thread = None

    def read(self, line):
        browser = re.search(r"https://127\.0\.0\.1:\d+/[^\s\"]+/authorize\?[^\s\"]+", line)
        device = re.search(r"Open (\S+/device) in any browser, enter the code (\w+)", line)
        if self.thread is None and (browser or device):
            arguments = (browser[0], None) if browser else (device[1], device[2])
            self.thread = threading.Thread(target=self._sign_in, args=arguments)
            self.thread.start()

    def _sign_in(self, url, user_code):
        with requests.Session() as session:
            session.trust_env = False
            page = self._page(session.get(url, verify=self.ca_path, timeout=60))
            code = {} if user_code is None else {"user_code": user_code}
            working = self._press(session, page, account=self.account, **code)
            for _attempt in range(400):
                try:
                    return user_code or self._press(session, working)
                except requests.ConnectionError:
                    time.sleep(0.05)
            raise AssertionError("nobody listens")

    def _press(self, session, page, **fields):
        form = page.forms[0]
        hidden = {field.name: field.value for field in form.xpath(".//input[@type='hidden']")}
        self.sent.append(hidden)
        action = form.get("action") or page.base_url
        return self._page(session.post(action, data={**hidden, **fields}, verify=self.ca_path, timeout=60))

    @staticmethod
    def _page(answer):
        return lxml.html.fromstring(answer.text, base_url=answer.url)


def sign_in(ansible, token_file, method, account="operator"):
    """Run the play with -vvv while a person reads it. Exit code, output and the person."""
    variables = {
        **ansible.variables(),
        "mto_refresh_token_file": str(token_file),
        "mto_login_method": method,
        "mto_login_browser": False,
        "mto_login_wait": 60,
    }
    path, output = ansible.directory / "variables.json", ansible.directory / "output.txt"
    path.write_text(json.dumps(variables), encoding="utf-8")
    output.touch()
    arguments = ["playbook", "-i", "localhost,", LOGIN, "-e", f"@{path}", "-vvv"]
    person = Person(ansible.lab, account)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        run = pool.submit(ansible.warm.run_into, str(output), arguments, ansible.environment(), ansible.directory)
        while not run.done():
            for line in output.read_text(encoding="utf-8").splitlines():
                person.read(line)
            concurrent.futures.wait([run], timeout=0.05)
    text = output.read_text(encoding="utf-8")
    assert person.thread is not None, text
    person.thread.join(120)
    return run.result(), text, person


def holds_verifier(text, challenge):
    """Does any stretch of the text hash to the challenge that stands in the printed address?"""
    for word in re.findall(r"[A-Za-z0-9._~-]{43,}", text):
        for start in range(len(word) - 42):
            digest = hashlib.sha256(word[start : start + 43].encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge:
                return True
    return False


def test_verifier_would_be_found():
    verifier = "a" * 20 + "~" + "b" * 22
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert holds_verifier(f'{{"x": "..{verifier}.."}}', challenge)
    assert not holds_verifier("b" * 80, challenge)


def assert_nothing_secret(ansible, output, *more):
    """In the output with -vvv and in every file but the token's own: HOME and TMPDIR are among them."""
    secrets = [ansible.lab["client_secret"], ansible.lab["refresh_token"], "code_verifier", "eyJ", *more]
    places = {"output": output}
    for path in ansible.directory.rglob("*"):
        if path.is_file() and path.parent.name != "private":
            places[str(path)] = path.read_text(encoding="utf-8", errors="replace")
    assert len(places) > 1
    challenges = set(re.findall(r"code_challenge=([A-Za-z0-9_-]{43})", output))
    for place, text in places.items():
        assert [secret for secret in secrets if secret in text] == [], place
        assert not any(holds_verifier(text, challenge) for challenge in challenges), place


def test_search_for_secrets_finds_what_is_planted(ansible):
    (ansible.home / "file").write_text(f"x{ansible.lab['client_secret']}x", encoding="utf-8")
    with pytest.raises(AssertionError):
        assert_nothing_secret(ansible, "")


@pytest.mark.parametrize("method", ["browser", "device_code"])
def test_person_signs_in(ansible, token_file, method):
    code, output, person = sign_in(ansible, token_file, method)
    assert code == 0, output
    token = token_file.read_text(encoding="ascii")
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert f"{ansible.lab['operator']} signed in; the refresh token is in {token_file}" in output
    assert f"encrypt_string --stdin-name mto_refresh_token < {token_file}" in output
    assert "changed=1" in output
    codes = {form["code"] for form in person.sent if "code" in form}
    assert len(codes) == (1 if method == "browser" else 0)
    assert ("code_challenge_method=S256" in output) is (method == "browser")
    assert_nothing_secret(ansible, output, token, *codes)
    # The token is good: with it the play has nothing to do.
    again = ansible.play(LOGIN, mto_refresh_token_file=str(token_file), mto_login_renew=False)
    assert again.code == 0, again.output
    assert "changed=0" in again.output


@pytest.mark.parametrize("method", ["browser", "device_code"])
def test_another_person_signs_in(ansible, token_file, method):
    token_file.write_text("old", encoding="ascii")
    token_file.chmod(0o600)
    code, output, _person = sign_in(ansible, token_file, method, "colleague")
    assert code == 2
    assert f"signed in instead of {ansible.lab['operator']}. Nothing is stored" in output
    assert token_file.read_text(encoding="ascii") == "old"
    assert_nothing_secret(ansible, output)


@pytest.mark.parametrize("method", ["browser", "device_code"])
def test_person_cancels(ansible, token_file, method):
    code, output, _person = sign_in(ansible, token_file, method, "")
    assert (code, token_file.exists()) == (2, False)
    assert "AADSTS65004" in output
    assert_nothing_secret(ansible, output)


def test_play_opens_the_browser(ansible, token_file):
    """The person's browser is a program that keeps the address and stays open; the play waits for the person only."""
    opened = ansible.directory / "private" / "opened"
    program = ansible.directory / "browser"
    keep = f"printf '%s %s' $$ \"$1\" > '{opened}.new' && mv '{opened}.new' '{opened}'"
    program.write_text(f"#!/bin/sh\necho noise\n{keep}\nexec sleep 600\n", encoding="utf-8")
    program.chmod(0o700)
    person = Person(ansible.lab, "operator")
    thread = threading.Thread(target=sign_in_where_opened, args=(person, opened))
    thread.start()
    run = ansible.play(LOGIN, env={"BROWSER": f"{program} %s"}, mto_refresh_token_file=str(token_file))
    thread.join()
    assert run.code == 0, run.output
    pid, address = opened.read_text(encoding="utf-8").split()
    # It is still there: the play did not wait for its end.
    os.kill(int(pid), signal.SIGTERM)
    assert address.startswith(f"{ansible.lab['login']}/")
    assert "noise" not in run.output


def sign_in_where_opened(person, opened):
    """Do what the person does as soon as the browser shows the page."""
    ends = time.monotonic() + 300
    while not opened.exists():
        assert time.monotonic() < ends
        time.sleep(0.05)
    person._sign_in(opened.read_text(encoding="utf-8").split()[1], None)
