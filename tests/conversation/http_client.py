# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our HTTP client as the conversations use it, and certificates for the servers that it meets."""

from __future__ import annotations

import ssl

import pytest
from raw_server import raw_server, replying

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = 1024 * 1024


def context_of(authority, *names, **dates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1", "localhost")), **dates).configure_cert(context)
    return context


def without_proxies(patch):
    """Take the proxies of this machine away."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        patch.delenv(name, raising=False)


def client(ca_path, timeout=30.0, deadline=60.0):
    return Http(ca_path=ca_path, timeout=timeout, deadline=Deadline(deadline), pool=1)


def cause_of(ca_path, url, **options):
    with pytest.raises(UnreachableError) as caught:
        client(ca_path, **options).send("GET", url, repeat="refusals")
    return str(caught.value)


def reply_to(ca_path, tls, reply, **options):
    with raw_server(replying(reply), tls) as server:
        return client(ca_path).send("GET", server.url, repeat="refusals", **options)
