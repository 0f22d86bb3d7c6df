# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever an option of the role is given, the run goes on or ends with one sentence that names it."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import sys

import pytest
from any_case import ANY_JSON
from certificates import ROOT, pem_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages.report_rows import NO_LICENSE, report_of
from preflight import GOOD, HOME, OTHER
from sentences import sentences_about

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role import preflight as preflight_of_role
from ansible_collections.m365.defender.plugins.plugin_utils._role.options import ENTRY_POINTS, PLAYBOOKS, role_spec
from ansible_collections.m365.defender.plugins.plugin_utils._role.preflight import check_options

NEEDED = {name.removeprefix("mto_"): value for name, value in GOOD.items()}
RUNS = (*ENTRY_POINTS, *PLAYBOOKS)
# What drift is given is checked as for onboard.
OPTIONS = [(entry, name) for entry in RUNS if entry != "drift" for name in role_spec(entry)]
# Values that are nearly right find more than any JSON does.
NEARLY = st.sampled_from(
    ["true", "1", "30s", "assist", "apply", "0600", HOME, [HOME], [{"tenant_id": OTHER}], ".", "\0"]
)

# Three hundred options share the code that reads them: a quarter of what one property is given is enough for each.
FEW = settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def somewhere(monkeypatch, tmp_path):
    """A directory and an environment of its own. Reading all authorities of the system takes long."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.pem").write_bytes(pem_of(ROOT.certificate))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    # Not everybody has it, and no test here opens a browser.
    monkeypatch.setattr(preflight_of_role, "require_playwright", lambda: None)
    for name in [name for name in os.environ if name.startswith(("MTO_", "AZURE_"))]:
        monkeypatch.delenv(name)


def given_to(entry_point, **changes):
    own = {"offboard": [OTHER], "report_file": "report.json", "register": True, "adopt_dir": ".", "parts_dir": "."}
    own["notify"] = [{"to": "slack", "url": "https://hooks.slack.com/services/T0/B0/x"}]
    if entry_point == "login":
        own["refresh_token_file"] = "token"
    if entry_point == "record":
        own |= {"portal_cookies_file": "cookies.json", "portal_contract": "contract.yml", "browser": sys.executable}
    if entry_point == "snapshot":
        session = {"sccauth": "a-session-cookie", "xsrf_token": "an-xsrf-token"}
        own |= {"snapshot_file": "view.json", "portal_session": session}
    if entry_point == "accept":
        report = {**report_of(("Contoso", {"license": NO_LICENSE})), "format": 1}
        pathlib.Path("report.json").write_text(json.dumps(report), encoding="utf-8")
        own |= {"accept": ["license.none"], "accept_why": "It ends soon.", "accept_owner": "Anna", "baseline": "b.yml"}
        own["accept_until"] = "2999-01-31"
    if entry_point in ("remedy", "undo"):
        own |= {"remedies": ["mfa_trust"], "journal": "journal.jsonl", "writer_client_id": OTHER}
        own["writer_client_secret"] = "a-secret-of-the-writer"
        pathlib.Path("journal.jsonl").touch(mode=0o600)
    values, spec = {**NEEDED, **own, **changes}, role_spec(entry_point)
    return {name: value for name, value in values.items() if name in spec}


@pytest.mark.parametrize("entry_point", RUNS)
def test_what_is_needed_is_enough(entry_point):
    check_options(entry_point, given_to(entry_point))


@pytest.mark.parametrize(("entry_point", "name"), OPTIONS)
@FEW
@given(value=ANY_JSON | NEARLY)
def test_any_value_is_taken_or_refused_in_one_sentence(entry_point, name, value):
    values = given_to(entry_point, **{name: value})
    with contextlib.suppress(OptionError), sentences_about(f"mto_{name}"):
        check_options(entry_point, values)


@pytest.mark.parametrize("entry_point", [entry for entry in RUNS if "operator" in role_spec(entry)])
def test_what_is_no_person_is_refused_by_every_run(entry_point):
    with pytest.raises(OptionError, match=r"^mto_operator: 'Anna Berg' is neither a user principal name nor"):
        check_options(entry_point, given_to(entry_point, operator="Anna Berg"))


@pytest.mark.parametrize("name", ["backup_dir", "ca_path", "evidence_dir", "report_dir", "token_cache"])
def test_path_that_cannot_be_looked_at_is_named(tmp_path, name):
    """A directory of somebody else: no superuser is asked for permission, so that its name is too long instead."""
    path = str(tmp_path / ("x" * 300) / "inside")
    values = given_to("onboard", backup=True, **{name: path})
    with pytest.raises(OptionError, match=f"^mto_{name}: "):
        check_options("onboard", values)


@pytest.mark.parametrize("entry_point", ["drift", "onboard"])
@pytest.mark.parametrize(
    ("given_value", "register"), [("y", True), ("t", True), ("True ", True), ("", True), ("n", False)]
)
def test_tasks_go_by_what_was_checked(entry_point, given_value, register):
    values = given_to(entry_point, register=given_value, fail_on="", checks="listed", max_tenants="7", report_mode=None)
    options = check_options(entry_point, values).options
    assert options["register"] is register
    assert (options["fail_on"], options["checks"]) == (["required", "unknown", "registration"], ["listed"])
    assert (options["max_tenants"], options["report_mode"]) == (7, "0600")
    assert not [name for name in options if role_spec(entry_point)[name].get("no_log")]


ANNA, BEN = "anna@northwind.example", "ben@northwind.example"


@pytest.mark.parametrize("entry_point", ["onboard", "drift"])
def test_first_of_a_team_is_the_operator_of_the_run(entry_point):
    checked = check_options(entry_point, given_to(entry_point, operator=None, operators=[BEN, {"operator": ANNA}]))
    assert checked.run["operator"] == BEN
    assert checked.options["operators"] == [BEN, {"operator": ANNA}]


@pytest.mark.parametrize(
    ("operators", "operator", "sentence"),
    [
        (
            [],
            None,
            "mto_operators: the list is empty, so that nobody's access would be judged; name a person, or leave it",
        ),
        (
            [ANNA, "ben"],
            None,
            "mto_operators[1]: 'ben' is neither a user principal name nor an object ID; give one such",
        ),
        (f"{ANNA},{BEN},{ANNA}", None, f"mto_operators[2]: '{ANNA}' is already in mto_operators[0]; remove one of the"),
        (
            [ANNA],
            BEN,
            f"mto_operators: '{BEN}' is given as the only operator as well; leave that out, and put the person",
        ),
    ],
)
def test_mistake_in_a_team_is_one_sentence(operators, operator, sentence):
    with pytest.raises(OptionError) as caught:
        check_options("onboard", given_to("onboard", operators=operators, operator=operator))
    assert str(caught.value).startswith(sentence)
