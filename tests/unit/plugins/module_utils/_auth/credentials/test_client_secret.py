# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client secret."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


@pytest.mark.parametrize("value", ["abc8Q~a.secret", "abc8Q~a.secret\n", " abc8Q~a.secret\r\n"])
def test_client_secret(value):
    credential = ClientSecret({"client_secret": value})
    credential.validate()
    assert credential.for_msal() == "abc8Q~a.secret"
    assert credential.fields() == {"client_secret": "abc8Q~a.secret"}
    assert credential.secrets() == ["abc8Q~a.secret"]


@pytest.mark.parametrize("value", ["s", "two words", "first-line\nsecond-line", "$ANSIBLE_VAULT;1.1;AES256\n6162"])
def test_what_is_no_client_secret_is_refused(value):
    with pytest.raises(OptionError, match=r"^client_secret: the value "):
        ClientSecret({"client_secret": value}).validate()
