# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Codes that a person approves: how long they are good, for whom, and how often."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import pytest

from lab.hosts.entra.errors import EntraError
from lab.hosts.entra.interactive import DEVICE_LIFE, Code, SignIns, check_redirect, code_life
from lab.state.directory import Person

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
HERE, ELSEWHERE = "10000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000001"
ADDRESS = "http://localhost:40001"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ANNA = Person("1", "anna@northwind.example", "Anna Berg")
FORM = {"redirect_uri": ADDRESS, "code_verifier": VERIFIER}


def after(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def with_code() -> tuple[SignIns, str]:
    sign_ins = SignIns()
    return sign_ins, sign_ins.new_code(Code(ANNA, HERE, ADDRESS, CHALLENGE, "", "", after(code_life())))


def with_device(interval: float = 5) -> tuple[SignIns, str, str]:
    sign_ins = SignIns()
    value, device = sign_ins.new_device(HERE, "", interval, after(DEVICE_LIFE))
    return sign_ins, value, device.user_code


def refused(call, *arguments) -> tuple[int, str]:
    with pytest.raises(EntraError) as caught:
        call(*arguments)
    return caught.value.number, caught.value.oauth


def test_code_is_good_once():
    sign_ins, value = with_code()
    assert sign_ins.redeem_code(value, FORM, HERE, after(1)).person is ANNA
    assert refused(sign_ins.redeem_code, value, FORM, HERE, after(2)) == (54005, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "where", "seconds", "number"),
    [
        (FORM, HERE, code_life() + 1, 70008),
        (FORM, ELSEWHERE, 1, 70000),
        ({**FORM, "redirect_uri": "http://localhost:1"}, HERE, 1, 50011),
        ({**FORM, "code_verifier": "w" * 43}, HERE, 1, 501481),
        ({"redirect_uri": ADDRESS}, HERE, 1, 501481),
    ],
)
def test_code_is_refused(form, where, seconds, number):
    sign_ins, value = with_code()
    assert refused(sign_ins.redeem_code, value, form, where, after(seconds))[0] == number


def test_code_that_nobody_gave_out():
    assert refused(SignIns().redeem_code, "x", FORM, HERE, NOW)[0] == 70000


@pytest.mark.parametrize("good", ["http://localhost", "http://localhost:1234", "http://localhost:9/way/back"])
def test_loopback_address(good):
    check_redirect(good)


@pytest.mark.parametrize(
    "bad", ["", "https://localhost", "http://localhost.example", "http://localhost@x.example", "http://localhost:9?x=1"]
)
def test_other_address(bad):
    assert refused(check_redirect, bad)[0] == 50011


def test_polls():
    sign_ins, value, _user_code = with_device()
    pending, slower = (70016, "authorization_pending"), (70016, "slow_down")
    answers = [refused(sign_ins.poll, value, HERE, after(seconds)) for seconds in (0, 1, 6, 10.6, 12)]
    assert answers == [pending, slower, pending, pending, slower]


def test_approved_code_is_given_at_once_and_once():
    sign_ins, value, user_code = with_device()
    refused(sign_ins.poll, value, HERE, NOW)
    device = sign_ins.device_of(user_code.lower(), after(0.1))
    device.person = ANNA
    assert sign_ins.poll(value, HERE, after(0.2))[0] is ANNA
    assert refused(sign_ins.poll, value, HERE, after(9))[0] == 70018


def test_device_code_is_refused():
    sign_ins, value, user_code = with_device()
    assert refused(sign_ins.poll, "x", HERE, NOW)[0] == 70018
    assert refused(sign_ins.poll, value, ELSEWHERE, NOW)[0] == 70018
    assert refused(sign_ins.poll, value, HERE, after(DEVICE_LIFE + 1)) == (70019, "expired_token")
    assert sign_ins.device_of(user_code, after(DEVICE_LIFE + 1)) is None


@pytest.mark.parametrize("decision", [{"person": ANNA}, {"declined": True}])
def test_decision_is_final(decision):
    """Whoever types the code after that finds nothing."""
    sign_ins, value, user_code = with_device()
    device = sign_ins.device_of(user_code, NOW)
    for name, answer in decision.items():
        setattr(device, name, answer)
    assert sign_ins.device_of(user_code, NOW) is None
    if device.declined:
        assert refused(sign_ins.poll, value, HERE, NOW) == (65004, "authorization_declined")
