# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes: whatever a library raises has a sentence of ours, without a word of its own."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest
import urllib3.exceptions

from ansible_collections.m365.defender.plugins.module_utils._microsoft.causes import (
    PROXY,
    SERVER,
    TIMED_OUT,
    BrokenError,
    broken,
    connect_cause,
    handshake_cause,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import Clock

SECRET = "eyJ-foreign-words"


def protocol_error(inner):
    return urllib3.exceptions.ProtocolError(SECRET, inner)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TimeoutError(SECRET), TIMED_OUT),
        (protocol_error(TimeoutError(SECRET)), TIMED_OUT),
        (protocol_error(http.client.IncompleteRead(b"eyJ")), "the answer was truncated"),
        (http.client.RemoteDisconnected(SECRET), "the connection was closed"),
        (protocol_error(ConnectionResetError(SECRET)), "the connection was closed"),
        (ssl.SSLEOFError(SECRET), "the connection was closed"),
        (ConnectionRefusedError(SECRET), "the connection was refused"),
        (OSError(113, SECRET), "the connection failed (OSError)"),
        (http.client.BadStatusLine(SECRET), "no valid HTTP answer (BadStatusLine)"),
        (urllib3.exceptions.InvalidHeader(SECRET), "no valid HTTP answer (InvalidHeader)"),
        (UnicodeEncodeError("latin-1", SECRET, 0, 1, SECRET), "no valid HTTP answer (UnicodeEncodeError)"),
        (OverflowError(SECRET), "no valid HTTP answer (OverflowError)"),
        (protocol_error(BrokenError("ours")), "ours"),
    ],
)
def test_cause(error, text):
    assert broken(error).cause == text


def verification(code):
    error = ssl.SSLCertVerificationError(1, SECRET)
    error.verify_code = code
    return error


def tls_error(reason):
    error = ssl.SSLError(1, SECRET)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "text", "final"),
    [
        (verification(9), "is not valid yet: correct the clock of this machine if it is wrong (", True),
        (verification(10), "has expired: it has to be renewed, unless the clock of this machine is wrong (", True),
        (verification(62), "is for another host name: check the address (endpoints)", True),
        (verification(64), "is for another host name", True),
        (verification(18), "is not trusted (see ca_path)", True),
        (verification(19), "is not trusted (see ca_path)", True),
        (verification(20), "is not trusted (see ca_path)", True),
        (verification(23), "is not valid (OpenSSL error 23)", True),
        (tls_error("WRONG_VERSION_NUMBER"), "does not speak TLS on this port: correct the port or the scheme", True),
        (tls_error("RECORD_LAYER_FAILURE"), "does not speak TLS on this port", True),
        (tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), "failed (SSLV3_ALERT_HANDSHAKE_FAILURE)", False),
        (tls_error(None), "closed the connection during the TLS handshake", False),
        (ssl.SSLEOFError(8, SECRET), "closed the connection during the TLS handshake", False),
        (ConnectionResetError(SECRET), "closed the connection during the TLS handshake", False),
        (TimeoutError(SECRET), "did not complete the TLS handshake within the time-out", False),
    ],
)
@pytest.mark.parametrize("peer", [SERVER, PROXY])
def test_handshake(error, text, final, peer):
    cause = handshake_cause(error, peer, Clock())
    assert text in cause.cause
    assert peer in cause.cause
    assert cause.final is final
    assert SECRET not in cause.cause


@pytest.mark.parametrize("error", [socket.gaierror(-2, SECRET), UnicodeError(SECRET)])
def test_unresolved_names(error):
    assert connect_cause(error, SERVER, "x:443").cause == "the host name cannot be resolved"
    assert "cannot be resolved (x:443): correct HTTPS_PROXY" in connect_cause(error, PROXY, "x:443").cause
