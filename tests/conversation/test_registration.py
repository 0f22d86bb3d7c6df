# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""mto_tenant against the lab's portal: what it claims is what the portal holds, whatever goes wrong in between."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import typing as t

import pytest
import yaml
from worlds import HOME_ID, OPERATOR, declared, guest_tenant, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import Portal
from ansible_collections.m365.defender.plugins.module_utils._view import reconcile
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests
from ansible_collections.m365.defender.plugins.module_utils._view.info import view_info
from ansible_collections.m365.defender.plugins.module_utils._view.options import (
    parse_portal_options,
    parse_registration_options,
)
from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import WriteFailure, send_request
from ansible_collections.m365.defender.plugins.module_utils._view.registration import register_tenants
from lab.clients.portal import EFFECTIVE, Page
from lab.process import start_lab

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection

ONE, TWO, THREE, OTHER = (tenant_id(number) for number in (1, 2, 3, 50))
SHAPES = ("replace", "per_tenant", "echo", "query", "difference", "flags", "keys")
EXTRA = {"tenant_id": OTHER, "name": "Other"}


class Desk:
    """The module's work against one lab, and the portal as it is."""

    def __init__(self, lab: t.Any, rows: list[dict[str, t.Any]]) -> None:
        self.lab = lab
        self.rows = rows
        self.page = Page(lab)

    def params(self, **more: t.Any) -> dict[str, t.Any]:
        endpoints = {name: self.lab[name] for name in ("login", "graph", "arm", "portal", "mto")}
        given = {
            "home_tenant_id": HOME_ID,
            "operator": OPERATOR,
            "endpoints": endpoints,
            "ca_path": self.lab["ca_path"],
            "portal_cookies_file": self.lab["portal_cookies_file"],
            "portal_contract": self.lab.connection.get("portal_contract"),
            "registration": "apply",
            "tenants": self.rows,
            "wait_timeout": 30,
            **more,
        }
        return {name: value for name, value in given.items() if value is not None}

    def connection(self) -> Connection:
        return resolve_connection(self.params(), {}, identity_needed=False, app_needed=False)

    def run(self, *, check_mode: bool = False, using: Connection | None = None, **more: t.Any) -> dict[str, t.Any]:
        params = self.params(**more)
        connection = using or resolve_connection(params, {}, identity_needed=False, app_needed=False)
        options = parse_registration_options(params, connection)
        return register_tenants(options, connection, check_mode=check_mode)

    def info(self, **more: t.Any) -> dict[str, t.Any]:
        params = self.params(**more)
        connection = resolve_connection(params, {}, identity_needed=False, app_needed=False)
        return view_info(parse_portal_options(params), connection)

    def view(self) -> list[str]:
        return sorted(self.page.view())


@contextlib.contextmanager
def desk(tmp_path: pathlib.Path, *rows: dict[str, t.Any], **settings: t.Any) -> t.Iterator[Desk]:
    """Three tenants that may be added, unless told."""
    world = rows or (tenant(1), tenant(2), guest_tenant(3))
    path = write_world(tmp_path, *world, portal={"extra": [EXTRA], **settings})
    with start_lab(world=path) as lab:
        yield Desk(lab, declared(*world))


def new_session(work: Desk) -> dict[str, str]:
    """The operator signs in again, as a browser does."""
    session = work.page.session
    session.cookies.clear()
    account = session.get(f"{work.lab['mto']}/")
    form = session.post(account.url, data={"account": "operator"}).text
    session.post(f"{work.lab['mto']}/", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
    cookies = session.cookies
    return {"sccauth": cookies["sccauth"], "xsrf_token": cookies["XSRF-TOKEN"]}


def reasons(result: dict[str, t.Any]) -> list[str]:
    return [row["registration"]["reason"].removeprefix("registration.") for row in result["tenants"]]


@pytest.mark.parametrize("shape", SHAPES)
def test_apply_registers_and_the_second_run_changes_nothing(tmp_path, shape):
    with desk(tmp_path, write_shape=shape) as work:
        first = work.run()
        assert first["changed"]
        assert first["before"] == []
        assert first["added"] == first["after"] == work.view() == [ONE, TWO, THREE]
        assert reasons(first) == ["registered"] * 3
        second = work.run()
        assert not second["changed"]
        assert second["added"] == second["pending_add"] == second["instructions"] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_only_the_eligible_are_added_and_nobody_is_taken_out(tmp_path, shape):
    with desk(tmp_path, tenant(1, in_view=True), tenant(2), tenant(3), write_shape=shape) as work:
        result = work.run(eligible=[TWO])
        assert work.view() == [ONE, TWO]
        assert reasons(result) == ["registered", "registered", "not_eligible"]
        assert result["added"] == [TWO]


@pytest.mark.parametrize("shape", SHAPES)
def test_purge_takes_out_what_is_not_declared(tmp_path, shape):
    undeclared = {**EXTRA, "in_view": True}
    world = (tenant(1, in_view=True), tenant(2))
    with desk(tmp_path, *world, write_shape=shape, extra=[undeclared]) as work:
        kept = work.run()
        assert [row["tenant_id"] for row in kept["undeclared"]] == [OTHER]
        assert work.view() == [ONE, TWO, OTHER]
        planned = work.run(purge=True, check_mode=True)
        assert planned["changed"]
        assert planned["pending_remove"] == [OTHER]
        assert OTHER in planned["diff"]["before"]
        assert OTHER not in planned["diff"]["after"]
        assert work.view() == [ONE, TWO, OTHER]
        result = work.run(purge=True)
        assert result["removed"] == [OTHER]
        assert result["undeclared"] == []
        assert work.view() == [ONE, TWO]


@pytest.mark.parametrize("shape", SHAPES)
def test_absent_takes_out_what_is_named(tmp_path, shape):
    with desk(tmp_path, tenant(1, in_view=True), tenant(2, in_view=True), write_shape=shape) as work:
        result = work.run(state="absent", tenants=work.rows[:1])
        assert result["removed"] == [ONE]
        assert work.view() == [TWO]
        assert not work.run(state="absent", tenants=work.rows[:1])["changed"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["error_after", "cut_after"])
def test_a_write_that_took_effect_without_an_answer_is_seen(tmp_path, shape, kind):
    with desk(tmp_path, tenant(1), write_shape=shape, faults=[{"kind": kind}]) as work:
        result = work.run()
        assert result["changed"]
        assert result["added"] == work.view() == [ONE]
        assert "failed" not in result


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["error", "cut_before", "does_nothing"])
def test_a_write_that_did_not_take_effect_is_a_failure_by_name(tmp_path, shape, kind):
    with desk(tmp_path, tenant(1), write_shape=shape, faults=[{"kind": kind}]) as work:
        result = work.run(wait_timeout=1)
        assert result["failed"]
        assert not result["changed"]
        assert "does not show Customer 1." in result["msg"]
        assert result["pending_add"] == [ONE]
        assert result["after"] == work.view() == []
        again = work.run()
        assert again["added"] == work.view() == [ONE]


def test_an_etag_in_a_recorded_path_is_not_told(tmp_path):
    with desk(tmp_path, tenant(1), write_shape="per_tenant", faults=[{"kind": "cut_before"}]) as work:
        contract = yaml.safe_load(pathlib.Path(work.lab["portal_contract"]).read_text(encoding="utf-8"))
        contract["write"]["add"]["path"] += "/$effective._etag"
        path = tmp_path / "contract.yml"
        path.write_text(yaml.safe_dump(contract), encoding="utf-8")
        # The lab has no such address: it answers 404, and a proxy that is not there answers nothing.
        etag = work.page.get(EFFECTIVE).json()["_etag"].strip('"')
        assert etag not in json.dumps(work.run(portal_contract=str(path), wait_timeout=0))
        failure = send_into_the_void(contract, etag)
        assert failure.status == 0
        assert etag not in failure.error_text


def send_into_the_void(contract: t.Any, etag: str) -> t.Any:
    """What is said of a write to a host that does not answer."""
    http = Http(ca_path=None, timeout=1, deadline=Deadline(5), pool=1)
    values = PlaceholderValues(HOME_ID, {}, {"_etag": etag}, {})
    (request,) = write_requests(parse_contract(contract), values, full_list=(), add=[ONE], remove=())
    return send_request(Portal(http, "https://127.0.0.1:9", {}, HOME_ID), request)


def test_a_throttled_write_is_sent_again(tmp_path):
    with desk(tmp_path, faults=[{"kind": "throttle", "seconds": 1}]) as work:
        assert work.run()["added"] == work.view() == [ONE, TWO, THREE]


def test_what_another_page_wrote_meanwhile_is_kept(tmp_path):
    with desk(tmp_path, faults=[{"kind": "changed_meanwhile"}]) as work:
        result = work.run()
        assert result["added"] == [ONE, TWO, THREE]
        assert work.view() == [ONE, TWO, THREE, OTHER]


def test_it_is_planned_again_only_once(tmp_path):
    faults = [{"kind": "changed_meanwhile"}, {"kind": "changed_meanwhile", "after": 1}]
    with desk(tmp_path, faults=faults) as work:
        result = work.run()
        assert result["failed"]
        assert "HTTP 412" in result["msg"]
        assert work.view() == [OTHER]
        assert work.run()["added"] == [ONE, TWO, THREE]
        assert work.view() == [ONE, TWO, THREE, OTHER]


def test_after_a_change_half_way_nothing_is_planned_again(tmp_path, monkeypatch):
    """The picture before would be another one: what was written already would not be told."""
    answered = iter([None, WriteFailure(412, "the portal answered HTTP 412")])

    def send(portal, request):
        return next(answered) or send_request(portal, request)

    with desk(tmp_path, tenant(1), tenant(2), write_shape="per_tenant") as work:
        monkeypatch.setattr(reconcile, "send_request", send)
        result = work.run(wait_timeout=0)
        assert result["failed"]
        assert result["changed"]
        assert (result["before"], result["added"], result["pending_add"]) == ([], [ONE], [TWO])


def test_a_session_that_ends_half_way(tmp_path):
    with desk(tmp_path, write_shape="per_tenant", faults=[{"kind": "session_ends", "after": 1}]) as work:
        result = work.run()
        assert result["failed"]
        assert not result["changed"]
        assert result["after"] is None
        assert reasons(result) == ["signed_out"] * 3
        assert "`portal_cookies_file`" in result["msg"]
        again = work.run(portal_cookies_file=None, portal_session=new_session(work))
        assert again["after"] == [ONE, TWO, THREE]
        assert reasons(again) == ["registered"] * 3


def test_a_write_that_shows_late_is_waited_for(tmp_path):
    with desk(tmp_path, faults=[{"kind": "slow", "seconds": 1.2}]) as work:
        assert work.run(wait_timeout=60)["added"] == [ONE, TWO, THREE]


@pytest.mark.parametrize("purge", [False, True])
def test_while_a_source_is_silent_nothing_is_removed(tmp_path, purge):
    sources = {"B2B": "Success", "GDAP": "Timeout", "TGov": "Success"}
    world = (tenant(1, in_view=True), tenant(2, gdap=[]))
    extra = [{**EXTRA, "in_view": True}]
    with desk(tmp_path, *world, sources=sources, extra=extra) as work:
        result = work.run(purge=purge)
        assert reasons(result) == ["registered", "partial"]
        assert "GDAP: Timeout" in result["tenants"][1]["registration"]["message"]
        assert work.view() == [ONE, OTHER]
        kinds = [row["kind"] for row in result["refused"]]
        assert kinds == (["unclear", "removal_partial"] if purge else ["unclear"])


def test_a_tenant_that_is_registered_stays_whatever_is_unknown_about_it(tmp_path):
    with desk(tmp_path, tenant(1, in_view=True), tenant(2, in_view=True, gdap=[])) as work:
        result = work.run(purge=True, eligible=[])
        assert work.view() == [ONE, TWO]
        assert reasons(result) == ["registered", "lost_access"]
        assert not result["changed"]


@pytest.mark.parametrize("mode", ["apply", "assist"])
def test_another_persons_session_is_not_used(tmp_path, mode):
    with desk(tmp_path) as work:
        result = work.run(registration=mode, portal_cookies_file=work.lab["colleague_cookies_file"])
        assert reasons(result) == ["other_operator"] * 3
        assert result.get("failed", False) is (mode == "apply")
        assert result["before"] is None
        assert work.view() == []


def test_a_session_that_has_ended(tmp_path):
    with desk(tmp_path, session_seconds=0.01) as work:
        cookies = json.loads(pathlib.Path(work.lab["portal_cookies_file"]).read_text(encoding="utf-8"))
        values = {row["name"]: row["value"] for row in cookies["cookies"]}
        session = {"sccauth": values["sccauth"], "xsrf_token": values["XSRF-TOKEN"]}
        result = work.run(registration="assist", portal_cookies_file=None, portal_session=session)
        assert reasons(result) == ["signed_out"] * 3
        with pytest.raises(OptionError, match="no session that is valid now"):
            work.run()


def test_where_the_feature_is_off(tmp_path):
    with desk(tmp_path, feature="off") as work:
        assert reasons(work.run(registration="assist")) == ["feature_off"] * 3


@pytest.mark.parametrize("on", ["picker", "effective"])
@pytest.mark.parametrize("kind", ["html", "cut_before"])
def test_half_a_picture_is_none(tmp_path, on, kind):
    faults = [{"kind": kind, "on": on, "times": 99}]
    with desk(tmp_path, faults=faults, extra=[{**EXTRA, "in_view": True}]) as work:
        result = work.run(purge=True, timeout=1, deadline=4)
        assert {row["registration"]["status"] for row in result["tenants"]} == {"unknown"}
        assert not result["changed"]
        # It was to change the view and could not even see it.
        assert result["failed"]
        assert "could not be read" in result["msg"]
        assert result["before"] is None


def test_whose_session_it_is_has_to_be_read(tmp_path):
    with desk(tmp_path, tenant(1, in_view=True), faults=[{"kind": "html", "on": "session", "times": 99}]) as work:
        result = work.run()
        (verdict,) = [row["registration"] for row in result["tenants"]]
        assert (verdict["status"], verdict["reason"]) == ("unknown", "read.failed")
        assert "where the session has ended" in verdict["message"]
        assert result["before"] is None


def test_assist_says_the_steps_and_waits_for_the_person(tmp_path):
    with desk(tmp_path) as work:
        result = work.run(registration="assist", wait_timeout=0)
        assert result["pending_add"] == [ONE, TWO, THREE]
        assert result["instructions"][:2] == [
            f"Sign in to {work.lab['mto']} as {OPERATOR}.",
            "Select Add tenants, select these tenants, and select Add:",
        ]
        assert not result["changed"]
        work.page.replace(ONE, TWO, THREE)
        assert work.run(registration="assist")["pending_add"] == []


def test_assist_in_check_mode_never_says_changed(tmp_path):
    with desk(tmp_path) as work:
        assert not work.run(registration="assist", check_mode=True)["changed"]
        assert work.run(check_mode=True)["changed"]
        assert work.view() == []


def test_without_any_picture_nothing_is_known(tmp_path):
    with desk(tmp_path) as work:
        result = work.run(registration="assist", portal_cookies_file=None)
        assert reasons(result) == ["no_view"] * 3
        assert result["after"] is None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_backup_brings_the_view_back(tmp_path, shape):
    with desk(tmp_path, tenant(1, in_view=True), tenant(2, in_view=True), write_shape=shape) as work:
        result = work.run(state="absent", backup=True, backup_dir=str(tmp_path))
        assert work.view() == []
        path = pathlib.Path(result["backup_file"])
        assert path.stat().st_mode & 0o077 == 0
        assert work.run(registration="assist", portal_cookies_file=None, portal_snapshot=str(path))["before"] == [
            ONE,
            TWO,
        ]
        restored = work.run(tenants=None, restore=str(path))
        assert restored["added"] == work.view() == [ONE, TWO]


def test_a_snapshot_from_a_live_session_is_judged_like_the_session(tmp_path):
    with desk(tmp_path, tenant(1, in_view=True), tenant(2)) as work:
        info = work.info()
        assert info["complete"]
        path = tmp_path / "view.json"
        path.write_text(json.dumps(info["snapshot"]), encoding="utf-8")
        live = work.run(registration="assist", wait_timeout=0)
        saved = work.run(registration="assist", portal_cookies_file=None, portal_snapshot=str(path))
        assert reasons(saved) == reasons(live) == ["registered", "not_registered"]
        assert saved["pending_add"] == live["pending_add"] == [TWO]
        path.write_text(json.dumps({**info["snapshot"], "taken_at": "2026-01-01T00:00:00Z"}), encoding="utf-8")
        stale = work.run(registration="assist", portal_cookies_file=None, portal_snapshot=str(path))
        assert reasons(stale) == ["snapshot_stale"] * 2


def test_info_shows_what_the_portal_offers_and_holds(tmp_path):
    with desk(tmp_path, tenant(1, in_view=True), tenant(2, in_view=True, gdap=[]), tenant(3)) as work:
        rows = {row["tenant_id"]: row for row in work.info()["tenants"]}
    assert rows[HOME_ID]["home"]
    assert [rows[one]["registered"] for one in (ONE, TWO, THREE)] == [True, True, False]
    assert rows[TWO]["lost_access"]
    assert rows[ONE]["added_on"].endswith("Z")


def test_nothing_of_the_session_stands_in_any_result(tmp_path):
    with desk(tmp_path, tenant(1), faults=[{"kind": "error_after"}]) as work:
        cookies = json.loads(pathlib.Path(work.lab["portal_cookies_file"]).read_text(encoding="utf-8"))["cookies"]
        etag = work.page.get(EFFECTIVE).json()["_etag"].strip('"')
        text = json.dumps([work.info(), work.run(backup=True, backup_dir=str(tmp_path)), work.info()])
        text += next(tmp_path.glob("mto-view-*.json")).read_text(encoding="utf-8")
        for planted in (etag, *(row["value"] for row in cookies)):
            assert planted not in text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"portal_contract": None}, "registration: apply needs portal_contract"),
        ({"portal_cookies_file": None}, "registration: apply needs portal_contract"),
        ({"portal_cookies_file": "/nowhere.json"}, "portal_cookies_file: /nowhere.json cannot be read"),
        ({"portal_snapshot": "x.json"}, "give only one of"),
        ({"operator": None}, "operator: missing. Give the user principal name"),
        ({"eligible": ["x"]}, r"eligible\[0\]: 'x' is not the tenant_id"),
        ({"max_tenants": 0}, "max_tenants: '0' is out of range"),
        ({"backup": True, "backup_dir": "/nowhere"}, "backup_dir: '/nowhere' is not a directory"),
        ({"snapshot_max_age": "soon"}, "snapshot_max_age: 'soon' is not a duration of more than 0"),
        ({"portal_session": {"sccauth": "x"}, "portal_cookies_file": None}, "portal_session: give both"),
    ],
)
def test_bad_options_are_named_and_nothing_is_sent(tmp_path, more, sentence):
    with desk(tmp_path, tenant(1)) as work:
        with pytest.raises(MtoError, match=sentence):
            work.run(**more)
        assert work.view() == []
