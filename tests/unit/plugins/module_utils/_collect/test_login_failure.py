# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to say where the sign-in of a person fails: the catalogue's words, and for whom they are."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.login_failure import login_failures_worded
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, MtoError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

HOME, CLIENT = "10000000-0000-4000-8000-000000000001", "66666666-7777-8888-9999-000000000000"


def connection(**options):
    return resolve_connection({"home_tenant_id": HOME, "client_id": CLIENT, **options}, {}, identity_needed=False)


def failure(reason, method="browser", **options):
    with (
        pytest.raises(HomeSignInError) as caught,
        login_failures_worded(connection(**options), method),
    ):
        raise SignInError("no", Problem(reason, {"said": "AADSTS53003: no."}))
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    "reason", ["sign_in.conditional_access", "sign_in.secret_expired", "consent.not_given", "sign_in.refused"]
)
def test_sentence_has_no_hole_and_a_way_out(reason):
    text = failure(reason, operator="anna@northwind.example")
    assert text.startswith("The sign-in of anna@northwind.example failed. ")
    assert "not known)" not in text
    assert ": " in text
    assert failure(reason).startswith("The sign-in of the operator failed. ")


def test_consent_is_given_in_the_home_tenant():
    text = failure("consent.not_given")
    assert f"https://login.microsoftonline.com/{HOME}/adminconsent?client_id={CLIENT}" in text


def test_home_tenant_that_is_not_there_is_an_option_and_no_row_of_the_list():
    text = failure("access.tenant_not_found")
    assert text.endswith("Correct home_tenant_id or cloud.")
    assert "tenant list" not in text


def test_device_code_that_a_policy_refuses_has_another_way():
    other = "sign in with the browser instead."
    assert failure("sign_in.conditional_access", "device_code").endswith(other)
    assert not failure("sign_in.conditional_access").endswith(other)
    assert not failure("sign_in.mfa_required", "device_code").endswith(other)


def test_other_errors_stay_what_they_are():
    with pytest.raises(MtoError, match=r"^nobody signed in$") as caught, login_failures_worded(connection(), "browser"):
        raise MtoError("nobody signed in")
    assert not isinstance(caught.value, HomeSignInError)
