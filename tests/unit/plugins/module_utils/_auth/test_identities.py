# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connection is used with: its identities in the order in which they read, and a client that hides secrets."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.identities import (
    app_identity,
    http_of,
    identities_of,
    operator_identity,
    sign_in_warnings,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

SECRET, TOKEN = "a-client-secret-of-the-app", "0.a-refresh-token-of-the-operator"
GIVEN = {
    "home_tenant_id": "10000000-0000-4000-8000-000000000001",
    "client_id": "66666666-7777-8888-9999-000000000000",
}


def connection(**options):
    return resolve_connection({**GIVEN, **options}, {}, identity_needed=False)


def http(known):
    return http_of(known, Deadline(60.0))


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, []),
        ({"client_secret": SECRET}, ["app"]),
        ({"refresh_token": TOKEN}, ["operator"]),
        ({"client_secret": SECRET, "refresh_token": TOKEN}, ["app", "operator"]),
    ],
)
def test_app_reads_first_where_it_is_given(options, names):
    known = connection(**options)
    assert [identity.name for identity in identities_of(known, http(known))] == names


def test_client_hides_what_the_connection_is_given():
    known = connection(client_secret=SECRET, refresh_token=TOKEN)
    hidden = http(known).secrets.hide(f"{SECRET} and {TOKEN}")
    assert (SECRET in hidden, TOKEN in hidden) == (False, False)


def test_refresh_token_of_a_file_becomes_a_secret_of_the_connection(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    known = connection(refresh_token_file=str(path))
    assert TOKEN in known.known_secrets.hide(TOKEN)
    operator_identity(known, http(known))
    assert TOKEN not in known.known_secrets.hide(TOKEN)


def test_file_that_cannot_be_used_is_refused_before_any_sign_in(tmp_path):
    nowhere = str(tmp_path / "nowhere")
    for option, make in (("federated_token_file", app_identity), ("refresh_token_file", operator_identity)):
        known = connection(**{option: nowhere})
        with pytest.raises(OptionError, match=rf"^{option}: .* cannot be read"):
            make(known, http(known))
        with pytest.raises(OptionError, match=rf"^{option}: "):
            sign_in_warnings(known)


def test_connection_in_order_has_no_warnings():
    assert sign_in_warnings(connection(client_secret=SECRET, refresh_token=TOKEN)) == []
