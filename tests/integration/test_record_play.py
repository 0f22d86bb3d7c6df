# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook `record` by real ansible-playbook runs: a real Chromium, the lab's portal, and a person who clicks."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
import yaml
from playbook_runs import ROOT, Ansible

from lab.process import start_lab

RECORD = "m365.defender.record"


@pytest.fixture(scope="module")
def record_lab(tmp_path_factory):
    """The demo world, where nobody else changes the view, and one tenant is in it."""
    world = yaml.safe_load((ROOT / "lab/worlds/demo.yml").read_text(encoding="utf-8"))
    world["tenants"][0]["in_view"] = True
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
        while time.monotonic() < ends:
            with contextlib.suppress(Exception):
                pages = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self.port}").contexts[0].pages
                found = [page for page in pages if "authorize" in page.url]
                if found:
                    return found[0], next(page for page in pages if page.url == "about:blank")
            time.sleep(0.2)
        raise AssertionError("no browser was opened")


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


def places(ansible):
    """Return where the files are to go."""
    directory = ansible.directory / "private"
    directory.mkdir(mode=0o700)
    return {
        "mto_portal_cookies_file": str(directory / "cookies.json"),
        "mto_snapshot_file": str(directory / "view.json"),
        "mto_portal_contract": str(directory / "contract.yml"),
        "mto_browser_profile": str(ansible.directory / "profile"),
    }


def test_recording_gives_session_snapshot_and_contract(ansible):
    person = Person(ansible.directory, "operator", recipe)
    variables = places(ansible)
    person.start()
    run = ansible.play(RECORD, "-vvv", mto_browser=str(person.browser), mto_record_wait=60, **variables)
    person.join(10)
    print(run.output, person.error)
    print([(r["method"], r["path"], r["status"]) for r in ansible.lab.requests()])
    assert person.error is None, person.error
    assert run.code == 0, run.output
