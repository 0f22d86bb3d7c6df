# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of the credential kinds: which values it keeps and which are secrets."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption


class Sealed(Credential):
    OPTIONS = (
        CredentialOption("seal_path", "path", "AZURE_SEAL_PATH", "A made-up one."),
        CredentialOption("seal_word", "str", "AZURE_SEAL_WORD", "A made-up one.", secret=True),
    )

    def for_msal(self):
        return self.values["seal_path"]


def test_values_of_other_kinds_are_left_out():
    credential = Sealed({"seal_path": "p", "seal_word": "", "client_secret": "s"})
    assert credential.values == {"seal_path": "p"}
    assert credential.secrets() == []


def test_secret_options_are_secrets():
    assert Sealed({"seal_path": "p", "seal_word": "w"}).secrets() == ["w"]


def test_first_option_selects_the_kind():
    assert Sealed.selector() == "seal_path"


def test_secret_never_shows():
    assert "hidden" not in repr(Sealed({"seal_path": "p", "seal_word": "hidden"}))
