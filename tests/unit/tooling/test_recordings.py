# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Browser recordings from a seed: they say what happened, and the portal that made them is strict."""

from __future__ import annotations

import base64
import collections
import copy
import functools
import json
import typing as t

import pytest

from recordings import FAMILIES, FORMS, KINDS, file_of, firefox_form, generate, unanswerable
from recordings.grammar import NO_BODY, VOLATILE
from recordings.session import HOST

if t.TYPE_CHECKING:
    from recordings import Form, Kind, Recording
    from recordings.templates import Json

SEEDS = range(80)
MIRROR = "/apiproxy/mirror/"


@functools.cache
def recordings() -> tuple[Recording, ...]:
    return tuple(generate(seed) for seed in SEEDS)


def entries(recording: Recording) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = recording.har["log"]["entries"]
    return found


def answers(recording: Recording, end: str) -> list[Json]:
    """The bodies of the portal's answers of this address."""
    found = []
    for entry in entries(recording):
        if entry["request"]["url"].partition("?")[0].endswith(end) and entry["request"]["method"] == "GET":
            content = entry["response"]["content"]
            text = content["text"]
            if content.get("encoding") == "base64":
                text = base64.b64decode(text).decode()
            found.append(json.loads(text.removeprefix("\ufeff")))
    return found


def test_the_same_seed_is_the_same_recording() -> None:
    assert all(file_of(generate(seed).har) == file_of(recordings()[seed].har) for seed in range(10))
    assert len({file_of(recording.har) for recording in recordings()}) == len(SEEDS)


def test_the_grammar_is_used_in_its_whole_width() -> None:
    shapes = [recording.shape for recording in recordings()]
    assert {shape.family for shape in shapes} == {*FAMILIES}
    assert {recording.form for recording in recordings()} == {*FORMS}
    holes = set().union(*(shape.holes for shape in shapes))
    assert {"etag", "etag_bare", "version", "group_id", "user_id", "home_id", "ids", "flag", "row.addedOn"} <= holes
    assert {call.most for shape in shapes for call in shape.calls} == {None, 1, 2, 20}
    assert {header for shape in shapes for header in shape.volatile} == {*VOLATILE}
    assert {shape.etag_in for shape in shapes} == {"body", "header"}
    troubles = collections.Counter(trouble for recording in recordings() for trouble in recording.troubles)
    assert {*troubles} == {"unavailable", "throttled", "forbidden", "cut", "conflict", "late"}


def test_every_write_replays_to_the_recorded_end() -> None:
    for recording in recordings():
        portal = recording.replayed()
        assert {*portal.view} == {*recording.view_after} == {*recording.view_before}
        assert portal.etag == recording.portal.etag
        effective = answers(recording, "/mtoapi/tenantGroups/effective/")
        views = [{row["tenantId"] for row in group["exposedTargetTenantsInfo"]} for group in effective]
        kept, first, second = {*recording.view_before}, *recording.added
        seen = [view for number, view in enumerate(views) if not number or view != views[number - 1]]
        assert seen[0] == seen[-1] == kept
        assert [view for view in seen if view in (kept | {first, second}, kept | {second})][-1] == kept | {second}
        assert kept | {first, second} in seen


def test_every_write_is_in_the_recording() -> None:
    for recording in recordings():
        sent = [(entry["request"]["method"], entry["request"]["url"]) for entry in entries(recording)]
        for write in recording.writes:
            assert (write.method, HOST + write.target) in sent


def spoiled(value: Json) -> Json:
    """A body with a key more in its outermost dictionary, or an item more in its list."""
    changed = copy.deepcopy(value)
    if isinstance(changed, dict):
        changed["more"] = 1
    elif isinstance(changed, list):
        changed.append({"more": 1})
    return changed


def test_the_portal_takes_nothing_but_its_own_request() -> None:
    for recording in recordings():
        write, portal = recording.writes[0], recording.before()
        changes = [
            ("PURGE", write.target, write.headers, write.body),
            (write.method, write.target.replace("/apiproxy/", "/apiproxy/x/"), write.headers, write.body),
            (write.method, f"{write.target}{'&' if '?' in write.target else '?'}more=1", write.headers, write.body),
            (write.method, write.target, write.headers, {"more": 1} if write.body is None else spoiled(write.body)),
        ]
        changes += [
            (
                write.method,
                write.target,
                {key: value for key, value in write.headers.items() if key != name},
                write.body,
            )
            for name in write.headers
            if name != "Content-Type"
        ]
        for change in changes:
            assert portal.apply(*change) in (400, 404, 415, 428), (recording.seed, change)
        assert {*portal.view} == {*recording.view_before}


def test_a_stale_version_is_refused() -> None:
    guarded = [
        recording for recording in recordings() if recording.shape.guard and "conflict" not in recording.troubles
    ]
    assert len(guarded) > 20
    for recording in guarded:
        portal = recording.before()
        portal.renew()
        carries = [
            call for call in recording.shape.calls if call.holes & {"etag", "etag_bare", "version"} or call.copies
        ]
        if len(carries) == len(recording.shape.calls):
            assert portal.apply(*recording.writes[0]) in (409, 412), recording.seed


def test_the_judge_has_other_tenants_and_takes_no_request_of_the_recording() -> None:
    for recording in recordings():
        judge = recording.judge()
        assert len(judge.view) == 3
        assert judge.offered.keys().isdisjoint(recording.portal.offered)
        assert {judge.apply(*write) for write in recording.writes} <= {400, 404, 409, 412, 415, 428}
        body, headers = judge.answer("effective")
        assert (body["_etag"] is None) == bool(headers) == (recording.shape.etag_in == "header")


def test_telemetry_and_secrets_are_in_the_recordings() -> None:
    texts = {recording.seed: file_of(recording.har).decode() for recording in recordings()}
    assert sum("mto.tenantsAdded" in text for text in texts.values()) > 20
    for recording in recordings():
        text = json.dumps(recording.har, ensure_ascii=False)
        present = [value for value in recording.secrets if json.dumps(value)[1:-1] in text or value in text]
        assert len(present) >= 5
        assert recording.form == "chrome_sanitized" or recording.secrets[0] in text
        assert recording.form != "chrome_sanitized" or recording.secrets[0] not in text


@pytest.mark.parametrize("form", FORMS)
def test_the_forms(form: Form) -> None:
    made = [generate(seed, form) for seed in range(8)]
    headers = {row["name"].lower() for each in made for entry in entries(each) for row in entry["request"]["headers"]}
    assert ("cookie" in headers) == (form != "chrome_sanitized")
    if form == "firefox":
        assert {entry["request"]["httpVersion"] for each in made for entry in entries(each)} == {"HTTP/2"}
        assert not any(entry["startedDateTime"].endswith("Z") for each in made for entry in entries(each))
        kinds = {entry["response"]["content"].get("encoding") for each in made for entry in entries(each)}
        assert kinds == {None, "base64"}
    assert file_of(made[0].har, mark=True).startswith(b"\xef\xbb\xbf")


def test_a_recording_of_chrome_becomes_one_of_firefox() -> None:
    har = generate(3, "chrome").har
    before = copy.deepcopy(har)
    assert firefox_form(har)["log"]["creator"]["name"] == "Firefox"
    assert har == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_determine_the_write(kind: Kind) -> None:
    for seed in range(12):
        made = unanswerable(seed, kind)
        urls = [entry["request"]["url"] for entry in entries(made)]
        written = [url for url in urls if url in {HOST + write.target for write in made.writes}]
        readings = [url for url in urls if url.endswith(("/TenantPicker", "/effective/"))]
        assert bool(readings) == (kind not in ("no_readings", "other_page"))
        assert bool(written) == (kind not in ("other_page", "refused"))
        assert (kind == "ambiguous") == any(MIRROR in url for url in urls)
        people = (
            {answer["AuthInfo"]["UserName"] for answer in answers(made, "/TenantContext")}
            if kind != "no_bodies"
            else {""}
        )
        assert len(people) == (2 if kind == "two_people" else 1)
        assert (kind == "nothing_stays") == (not made.view_before)
        assert (kind == "only_add") == ({*made.view_after} != {*made.view_before})
        if kind == "ambiguous":
            assert sum(MIRROR in url for url in urls) == len(made.writes)
        if kind == "no_bodies":
            assert "text" not in entries(made)[0]["response"]["content"]


def test_a_request_without_a_body_is_not_null() -> None:
    portals = [recording for recording in recordings() if recording.writes[0].body is None]
    assert portals
    assert all(any(call.body is NO_BODY for call in recording.shape.calls) for recording in portals)
