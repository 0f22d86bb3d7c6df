# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's own certificate authority, new at every start."""

from __future__ import annotations

import ssl
import typing as t

import trustme

if t.TYPE_CHECKING:
    import pathlib

NAMES: t.Final = ("127.0.0.1", "::1", "localhost")


def make_context(ca_path: pathlib.Path) -> ssl.SSLContext:
    """Return a server context for this machine's own names, and write the authority's certificate to `ca_path`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_path))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert(*NAMES).configure_cert(context)
    return context
