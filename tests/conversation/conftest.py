# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates for servers of our own, and an environment without proxies."""

from __future__ import annotations

import pytest
import trustme
from http_client import context_of, without_proxies


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority):
    return context_of(authority)


@pytest.fixture(scope="session")
def ca_path(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("http") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def no_proxy(monkeypatch):
    without_proxies(monkeypatch)
