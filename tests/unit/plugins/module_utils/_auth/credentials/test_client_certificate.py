# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate as a credential: what msal signs with it, and what it says about itself."""

from __future__ import annotations

import datetime as dt
import types

import jwt
import msal
import pytest
from certificates import LEAF, ROOT, pem_of

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_certificate import (
    ClientCertificate,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "app.pem"


def credential(path, **options):
    return ClientCertificate({"client_certificate_path": str(path), **options})


def test_password_is_a_secret(path):
    assert credential(path, client_certificate_password="p").secrets() == ["p"]


def test_msal_signs_with_the_certificate_of_the_key(path):
    """Azure Key Vault's order: the first certificate of the file is not the one of the key."""
    path.write_bytes(pem_of(LEAF.key) + pem_of(ROOT.certificate) + pem_of(LEAF.certificate))
    chain = credential(path)
    chain.validate()
    assert chain.warnings() == []
    base = "https://login.microsoftonline.com/t/oauth2/v2.0"
    document = f'{{"token_endpoint": "{base}/token", "authorization_endpoint": "{base}/authorize"}}'
    answer = types.SimpleNamespace(status_code=200, text=document, headers={})
    forms = []

    def post(_url, data=None, **_options):
        forms.append(data)
        return types.SimpleNamespace(status_code=400, text='{"error": "x"}', headers={})

    application = msal.ConfidentialClientApplication(
        "c",
        client_credential=chain.for_msal(),
        authority="https://login.microsoftonline.com/t",
        http_client=types.SimpleNamespace(get=lambda *_args, **_options: answer, post=post, close=None),
        instance_discovery=False,
    )
    application.acquire_token_for_client(["s"])
    assertion = forms[0]["client_assertion"]
    assert jwt.get_unverified_header(assertion)["x5t#S256"].rstrip("=") == LEAF.thumbprint
    jwt.decode(assertion, LEAF.key.public_key(), algorithms=["PS256"], audience=f"{base}/token")


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [(-400, -35, "expired on"), (2, 365, "is not valid before")],
)
def test_time_that_is_wrong_is_a_warning(path, begins, ends, words):
    now = dt.datetime.now(dt.UTC)
    certificate = LEAF.renewed(now + dt.timedelta(days=begins), now + dt.timedelta(days=ends))
    path.write_bytes(pem_of(LEAF.key) + pem_of(certificate))
    old = credential(path)
    old.validate()
    (warning,) = old.warnings()
    assert warning.startswith(f"client_certificate_path: the certificate in {path} {words}")


def test_file_is_named_where_it_cannot_be_used(path):
    with pytest.raises(OptionError, match=r"^client_certificate_path: .*app\.pem cannot be read \(No such file"):
        credential(path).validate()
