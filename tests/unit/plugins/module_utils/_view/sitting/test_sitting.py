# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sitting with a browser that plays a person: what is told, when it ends, and that only the operator counts."""

from __future__ import annotations

import json

import pytest
from portal_answers import ANNA, HOME, SOURCES, make_connection

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import CONTEXT, EFFECTIVE, PICKER
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import LearnedContract
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.driver import BrowserClosed
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import SittingOptions
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recording import Exchange
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.sitting import Sitting

IDS = {name: f"{number}0000000-0000-4000-8000-00000000000a" for number, name in enumerate("abcd", 1)}
LEARNED = LearnedContract({"version": 1}, ("It sends the full list.",), ())
ADDED = "2026-05-03T10:11:12.1234567Z"


def answer(path, body, status=200):
    """An answer of the portal to its own page."""
    return Exchange("GET", f"https://mto.example{path}", 1.7e9, 5.0, {}, None, status, {}, json.dumps(body))


def context(upn=ANNA, tenant_id=HOME):
    """Whose session it is."""
    return answer(CONTEXT, {"AuthInfo": {"TenantId": tenant_id, "UserName": upn}})


def shows(view, offered="abcd", name="My private group"):
    """The two answers that a page reads: these tenants are in the view."""
    rows = [{"name": f"Tenant {each}", "tenantId": IDS[each], "tenantAadEnvironment": 1} for each in offered]
    picker = [{**row, "addedOn": ADDED} if each in view else row for each, row in zip(offered, rows, strict=True)]
    group = {"entityType": "EffectiveGroup", "name": name, "type": 0, "allTenantsCount": len(view)}
    exposed = [{**row, "addedOn": ADDED} for each, row in zip(offered, rows, strict=True) if each in view]
    return [
        answer(PICKER, {"tenantInfoList": picker, "responseTypes": SOURCES}),
        answer(EFFECTIVE, {**group, "exposedTargetTenantsInfo": exposed}),
    ]


class Browser:
    """A browser whose page hears this, a list for each second; then nothing more, or it is closed."""

    def __init__(self, *heard, closes=False):
        self.heard, self.closes, self.now = list(heard), closes, 0.0
        self.asked, self.pages, self.url = [], [], None

    def open(self, url):
        self.url = url

    def show(self, _shell, parts):
        self.pages.append(parts)

    def wait(self, seconds):
        before, self.now = int(self.now), self.now + seconds
        if int(self.now) == before:
            return []
        if not self.heard and self.closes:
            raise BrowserClosed("The browser was closed before the sitting was over.")
        return self.heard.pop(0) if self.heard else []

    def ask(self, path):
        self.asked.append(path)
        self.heard[:0] = [[context()]]

    def cookies(self):
        return [{"name": "sccauth", "value": "planted-cookie"}]


def sit(browser, *, record=True, learn=lambda _har, _place: LEARNED, wait=60, told=None):
    """What the sitting leads to."""
    contract = "/c.yml" if record else None
    options = SittingOptions(ANNA, "/cookies.json", None, contract, None, "/browser", "/profile", wait)
    connection = make_connection(endpoints={"mto": "https://mto.example"})
    told = [] if told is None else told
    return Sitting(options, connection, browser, learn=learn, tell=told.append, clock=lambda: browser.now).run()


RECIPE = [[context(), *shows("a")], shows("abc"), shows("ab"), shows("a")]


def test_whole_sitting():
    browser, told, hars = Browser(*RECIPE), [], []

    def learn(har, place):
        hars.append((har, place))
        return LEARNED

    finished = sit(browser, learn=learn, told=told)
    assert browser.url == "https://mto.example/mtosettings"
    assert finished.learned is LEARNED
    assert finished.view.registered == (IDS["a"],)
    ((har, place),) = hars
    assert (len(har["log"]["entries"]), place) == (9, "The recording")
    assert [line.partition(".")[0] for line in told if line.startswith("Now")] == [
        f"Now: Sign in as {ANNA.partition('.')[0]}",
        "Now: Add two tenants at once",
        "Now: Remove one of the two",
        "Now: Remove the other one",
        "Now: Save what was recorded",
    ]
    assert browser.asked == []
    assert "All is done." in browser.pages[-1]["now"]


def test_sign_in_is_all_without_a_recording():
    finished = sit(Browser([context(), *shows("")]), record=False)
    assert (finished.learned, finished.view.operator) == (None, ANNA)


def test_portal_is_asked_whose_session_it_is_where_its_page_did_not():
    browser = Browser([], shows("a"))
    assert sit(browser, record=False).view.operator == ANNA
    assert browser.asked == [CONTEXT]


@pytest.mark.parametrize(
    ("session", "words"),
    [
        (context("ben@northwind.example"), "The portal answered for ben@northwind.example, not for"),
        (context(tenant_id=IDS["b"]), f"The portal session is in tenant {IDS['b']}, not in the home tenant"),
    ],
)
def test_other_person_is_refused(session, words):
    with pytest.raises(
        MtoError, match=r"Nothing was written. Sign out there, or name another browser_profile"
    ) as refused:
        sit(Browser([session, *shows("a")]))
    assert words in str(refused.value)


def test_two_people_in_one_sitting_are_refused():
    with pytest.raises(MtoError):
        sit(Browser(RECIPE[0], [context("ben@northwind.example")]))


def test_refusal_of_the_learner_is_shown_and_the_person_goes_on():
    answers = iter([OptionError("The recording: one tenant only. Add two."), LEARNED])
    told = []

    def learn(_har, _place):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    finished = sit(Browser(*RECIPE, [], [], [], shows("abc"), [], []), learn=learn, told=told)
    assert finished.learned is LEARNED
    assert "Now: Save what was recorded. The recording: one tenant only. Add two." in told


def test_refusal_is_the_end_when_the_time_is_up():
    def learn(_har, _place):
        raise OptionError("The recording: one tenant only. Add two.")

    with pytest.raises(MtoError, match=r"nothing was written. The recording: one tenant only. Add two. Run again"):
        sit(Browser(*RECIPE), learn=learn)


def test_time_is_up():
    with pytest.raises(MtoError, match=rf"^The time is up at the step 'Sign in as {ANNA}', and nothing was written\."):
        sit(Browser(), wait=5)


def test_browser_is_closed():
    with pytest.raises(BrowserClosed):
        sit(Browser(RECIPE[0], closes=True))


def test_other_tenant_group_is_told_until_it_is_left():
    told = []
    sit(Browser([context(), *shows("a", name="All hospitals")], [], shows("a")), record=False, told=told)
    assert any(line.startswith("Now: Look at the view.") and "All hospitals" in line for line in told)


def test_page_instead_of_an_answer_is_told():
    told = []
    page = answer(PICKER, {}, 403)
    sit(Browser([context(), page, shows("a")[1]], [], shows("a")), record=False, told=told)
    assert any("refuses" in line for line in told)


def test_too_few_tenants_end_it_in_one_sentence():
    with pytest.raises(MtoError, match=r"three tenants, .* offers .* 2. Nothing was written. Set record to false"):
        sit(Browser([context(), *shows("a", offered="ab")]))
