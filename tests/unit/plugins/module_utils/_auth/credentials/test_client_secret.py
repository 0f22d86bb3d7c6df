# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client secret."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret


def test_client_secret():
    credential = ClientSecret({"client_secret": "s"})
    credential.validate()
    assert credential.for_msal() == "s"
    assert credential.secrets() == ["s"]
