# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token of another issuer: checked at the beginning, read again for every sign-in."""

from __future__ import annotations

import codecs
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken
from ansible_collections.m365.defender.plugins.module_utils._auth.jwt import is_jwt
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOm5vcnRod2luZCJ9.c2lnbmF0dXJl"


def credential(path):
    return FederatedToken({"federated_token_file": str(path)})


def test_token_is_read_again(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n", encoding="ascii")
    read = credential(path).for_msal()["client_assertion"]
    path.write_text(TOKEN + "Mg\n", encoding="ascii")
    assert read() == TOKEN + "Mg"
    assert credential(path).fields() == {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": TOKEN + "Mg",
    }


@pytest.mark.parametrize(
    "content",
    [
        TOKEN,
        f"  {TOKEN}\r\n",
        f'"{TOKEN}"',
        f"'{TOKEN}'\n",
        f"{TOKEN[:20]}\n{TOKEN[20:40]}\r\n{TOKEN[40:]}\n",
        json.dumps({"count": 2, "value": TOKEN}),
        json.dumps({"token": TOKEN}, indent=2),
        json.dumps({"id_token": TOKEN}),
        json.dumps({"oidcToken": TOKEN}),
        "\ufeff" + TOKEN,
        codecs.BOM_UTF16_LE + TOKEN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TOKEN.encode("utf-16-be"),
        "\ufeff" + json.dumps({"value": TOKEN}),
    ],
)
def test_whatever_tool_wrote_it_the_token_is_sent_alone(tmp_path, content):
    path = tmp_path / "token"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert credential(path).for_msal()["client_assertion"]() == TOKEN


@pytest.mark.parametrize(
    ("content", "error_text"),
    [
        (None, "cannot be read .*No such file"),
        (b" \n", "is empty"),
        (b"", "is empty"),
        (b"\xffsecret", "is not a text file"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162secret", "encrypted with ansible-vault"),
        (b"secret", "no JSON web token"),
        (b"www.secret.example", "no JSON web token"),
        (f"{TOKEN}\n{TOKEN}".encode(), "no JSON web token"),
        (f"Bearer {TOKEN}".encode(), "no JSON web token"),
        (f"token: {TOKEN}".encode(), "no JSON web token"),
        (b'{"value": ["secret"]}', "no JSON web token"),
        (b'{"error": "secret"}', "no JSON web token"),
        (b"[" * 60_000, "no JSON web token"),
        (b"<html>secret</html>", "no JSON web token"),
        (b"x" * 70_000, "is larger than"),
    ],
)
def test_unusable_file_is_named(tmp_path, content, error_text):
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OptionError, match=rf"^federated_token_file: .*{error_text}") as caught:
        credential(path).validate()
    assert "secret" not in str(caught.value)


def test_pipe_and_directory_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OptionError, match=r"^federated_token_file: "):
            credential(path).validate()


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_file_is_a_token_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any_federated_token"
    path.write_bytes(content)
    try:
        assertion = credential(path).for_msal()["client_assertion"]()
    except OptionError:
        return
    assert is_jwt(assertion)
