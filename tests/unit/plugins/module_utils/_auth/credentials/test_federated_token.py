# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token of another issuer: checked at the beginning, read again for every sign-in."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


def credential(path):
    return FederatedToken({"federated_token_file": str(path)})


def test_token_is_read_again(tmp_path):
    path = tmp_path / "token"
    path.write_text("first\n", encoding="ascii")
    read = credential(path).for_msal()["client_assertion"]
    path.write_text("second\n", encoding="ascii")
    assert read() == "second"


@pytest.mark.parametrize(
    ("content", "error_text"),
    [
        (None, "cannot read .*: No such file"),
        (b" \n", "is empty"),
        (b"\xffsecret", "cannot read .*: it is not a text file"),
    ],
)
def test_unusable_file_is_named(tmp_path, content, error_text):
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OptionError, match=rf"^federated_token_file: .*{error_text}") as caught:
        credential(path).validate()
    assert "secret" not in str(caught.value)
