# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook `record` by real ansible-playbook runs: a real Chromium, the lab's portal, and a person who clicks."""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import stat
import threading
import time

import pytest
import yaml
from demo_world import WORLD
from playbook_runs import LOCAL, Ansible

from lab.process import start_lab

RECORD = "m365.defender.record"


@pytest.fixture(scope="module")
def record_lab(tmp_path_factory):
    """The demo world, where nobody else changes the view, and one tenant is in it."""
    first, *others = WORLD["tenants"]
    world = {**WORLD, "tenants": [{**first, "in_view": True}, *others]}
    path = tmp_path_factory.mktemp("record") / "world.yml"
    path.write_text(yaml.safe_dump(world), encoding="utf-8")
    with start_lab(world=path) as lab:
        yield lab


@pytest.fixture
def ansible(tmp_path, record_lab):
    """Ansible against that world."""
    return Ansible(tmp_path, record_lab)


class Person(threading.Thread):
    """A person at the browser that the play opens: signs in as `account`, then does what `story` does with the page."""

    def __init__(self, directory, account, story):
        super().__init__(daemon=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        chromium = "exec chromium --headless=new --no-sandbox --ignore-certificate-errors"
        self.browser = directory / "browser"
        self.browser.write_text(f'#!/bin/sh\n{chromium} --remote-debugging-port={self.port} "$@"\n', encoding="utf-8")
        self.browser.chmod(0o700)
        self.account, self.story, self.error, self.side_page = account, story, None, ""

    def run(self):
        from playwright.sync_api import sync_playwright

        try:
            with sync_playwright() as playwright:
                page, side = self._pages(playwright)
                page.click(f"button[value={self.account}]")
                page.click("text=Continue")
                page.wait_for_function("document.getElementById('state')?.textContent == 'Ready'")
                self.story(page, side)
        except Exception as error:  # noqa: BLE001  (the test tells it)
            self.error = error

    def _pages(self, playwright):
        ends = time.monotonic() + 60
        while time.monotonic() < ends and not self._listens():
            time.sleep(0.1)
        context = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self.port}").contexts[0]
        while time.monotonic() < ends:
            side = next((page for page in context.pages if page.url == "about:blank"), None)
            found = [page for page in context.pages if "authorize" in page.url]
            if found and side:
                return found[0], side
            # It hears of new pages only while it waits for something.
            context.cookies()
            time.sleep(0.1)
        raise AssertionError("no browser was opened")

    def _listens(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def saved(page):
    """Wait until the portal's page has saved, and read again."""
    page.wait_for_function("document.getElementById('state').textContent == 'Saved'")


def add(page, *names):
    """Add tenants in one go."""
    page.click("#open")
    for name in names:
        page.check(f"#offers input[aria-label='{name}']")
    page.click("#add")
    saved(page)


def remove(page, *names):
    """Remove tenants in one go."""
    for name in names:
        page.check(f"#view input[aria-label='{name}']")
    page.click("#remove")
    saved(page)


def offered(page):
    """Return the names of the tenants that can be added, without the home tenant, which comes first."""
    return page.eval_on_selector_all("#offers input", "inputs => inputs.map(input => input.ariaLabel)")[1:]


def recipe(page, side):
    """Do what the recording needs, as the side page says."""
    first, second = offered(page)[:2]
    side.wait_for_selector("#steps li[aria-current]:has-text('Add two tenants at once')")
    add(page, first, second)
    side.wait_for_selector("#steps li[aria-current]:has-text('Remove one of the two')")
    remove(page, second)
    side.wait_for_selector("#steps li[aria-current]:has-text('Remove the other one')")
    remove(page, first)


@pytest.fixture
def places(ansible):
    """Where the files are to go."""
    directory = ansible.directory / "private"
    directory.mkdir(mode=0o700)
    return {
        "mto_portal_cookies_file": str(directory / "cookies.json"),
        "mto_snapshot_file": str(directory / "view.json"),
        "mto_portal_contract": str(directory / "contract.yml"),
        "mto_browser_profile": str(ansible.directory / "profile"),
        "mto_record_wait": 120,
    }


def sit(ansible, places, account, story, **variables):
    """Run the play with a person at the browser. The run, and what the person met."""
    person = Person(ansible.directory, account, story)
    person.start()
    run = ansible.play(RECORD, "-vvv", mto_browser=str(person.browser), **{**places, **variables})
    person.join(30)
    return run, person


def secrets_of(places):
    """The values of the cookies that were stored."""
    state = json.loads(pathlib.Path(places["mto_portal_cookies_file"]).read_text(encoding="utf-8"))
    return [cookie["value"] for cookie in state["cookies"]]


def test_recording_gives_session_snapshot_and_contract_for_apply(ansible, places):
    run, person = sit(ansible, places, "operator", recipe)
    assert (run.code, person.error) == (0, None), run.output
    files = [pathlib.Path(places[name]) for name in list(places)[:3]]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert all(str(path) in run.output for path in files)
    assert "Every change sends PUT /apiproxy/mtoapi/lab/view with the full list as objects." in run.output
    assert stat.S_IMODE((ansible.directory / "profile").stat().st_mode) == 0o700
    # No cookie is anywhere but in its file: not in the output with -vvv, the browser's profile, HOME or TMPDIR.
    elsewhere = [path for path in ansible.directory.rglob("*") if path.is_file() and path != files[0]]
    texts = [run.output, *(path.read_text(encoding="utf-8", errors="replace") for path in elsewhere)]
    assert not any(secret in text for secret in secrets_of(places) for text in texts)
    # What was written is what the other plays read.
    tenants = ansible.lab.tenants()[:2]
    task = {"m365.defender.mto_tenant": {"tenants": tenants, "registration": "apply", **APPLY}}
    (ansible.directory / "apply.yml").write_text(json.dumps([{**LOCAL, "tasks": [task]}]), encoding="utf-8")
    applied = ansible.play(str(ansible.directory / "apply.yml"), "-v", **places)
    assert applied.code == 0, applied.output
    assert "changed=1" in applied.output


APPLY = {
    **{name: f"{{{{ mto_{name} }}}}" for name in ("home_tenant_id", "operator", "endpoints", "ca_path")},
    **{name: f"{{{{ mto_{name} }}}}" for name in ("portal_cookies_file", "portal_contract")},
}


def test_sign_in_alone_gives_a_session(ansible, places):
    names = ("mto_snapshot_file", "mto_portal_contract")
    run, person = sit(ansible, places, "operator", lambda *_pages: None, mto_record=False, **dict.fromkeys(names))
    assert (run.code, person.error) == (0, None), run.output
    assert [path.name for path in pathlib.Path(places["mto_portal_cookies_file"]).parent.iterdir()] == ["cookies.json"]


def test_other_person_is_refused_and_nothing_is_overwritten(ansible, places):
    cookies = pathlib.Path(places["mto_portal_cookies_file"])
    cookies.write_text("old", encoding="utf-8")
    run, _person = sit(ansible, places, "colleague", lambda *_pages: None)
    assert run.code == 2
    assert f"not for {ansible.lab['operator']}" in run.words
    assert "Nothing was written. Sign out there, or name another mto_browser_profile, before" in run.words
    assert cookies.read_text(encoding="utf-8") == "old"
    assert [path.name for path in cookies.parent.iterdir()] == ["cookies.json"]


def test_closed_browser_is_one_sentence(ansible, places):
    def close(page, _side):
        page.close()

    run, _person = sit(ansible, places, "operator", close)
    assert run.code == 2
    assert "The browser was closed before the sitting was over" in run.words
    assert "Traceback" not in run.output


def test_check_mode_opens_no_browser(ansible, places):
    run = ansible.play(RECORD, "--check", mto_browser="/bin/false", **places)
    assert run.code == 0, run.output
    assert f"would sign in to {ansible.lab['mto']}" in run.output
    assert not (ansible.directory / "profile").exists()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"mto_portal_cookies_file": None}, "mto_portal_cookies_file: missing"),
        ({"mto_portal_contract": None}, "mto_portal_contract: missing. Name the file for the recorded request, or set"),
        ({"mto_record_wait": 0}, "mto_record_wait: '0' is out of range"),
        ({"mto_browser": "netscape"}, "mto_browser: 'netscape' is not a browser that can be started"),
    ],
)
def test_mistake_is_one_sentence_before_a_browser_opens(ansible, places, variables, words):
    run = ansible.play(RECORD, **{"mto_browser": "/bin/false", **places, **variables})
    assert run.code == 2
    assert words in run.words


def test_browser_that_does_not_start(ansible, places):
    run = ansible.play(RECORD, mto_browser="/bin/false", **places)
    assert run.code == 2
    assert "mto_browser: /bin/false could not be started (" in run.words
