# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why no usable answer came: one sentence for each cause, with what resolves it. Pure.

The texts of the libraries are never shown: they are nested, and can hold what the other side sent.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import Clock

SERVER: t.Final = "the server"
PROXY: t.Final = "the proxy of the environment (HTTPS_PROXY)"
TIMED_OUT: t.Final = "no complete answer within the time-out"


class BrokenError(Exception):
    """No usable answer. `final` says that the same request would fail the same way again."""

    def __init__(self, cause: str, *, final: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.final = final

    @property
    def timed_out(self) -> bool:
        """Whether the time was too short, whatever it was needed for."""
        return self.cause.endswith("within the time-out")


def connect_cause(error: Exception, peer: str, address: str) -> BrokenError:
    """Return why a connection to an address failed: of the server, or of the proxy before it."""
    unresolved = isinstance(error, (socket.gaierror, UnicodeError))
    if peer == PROXY:
        if unresolved:
            return BrokenError(f"the host name of {PROXY} cannot be resolved ({address}): correct HTTPS_PROXY")
        return BrokenError(f"{PROXY} does not answer at {address}: correct HTTPS_PROXY, or name the host in NO_PROXY")
    if unresolved:
        return BrokenError("the host name cannot be resolved")
    return BrokenError(_cause_of_os_error(error))


# What a proxy means by its answer to CONNECT [doc RFC 9110 9.3.6, 15.5, 15.6].
_REFUSALS: t.Final = {
    403: "its administrator has to allow this host",
    407: "HTTPS_PROXY needs the user name and the password of an account that it accepts",
}
_UNREACHED: t.Final = (502, 503, 504)


def refusal_of(status: int, target: str) -> BrokenError:
    """Return the refusal of a proxy to connect to a host."""
    hint = "it could not reach the host" if status in _UNREACHED else _REFUSALS.get(status, "ask its administrator")
    return BrokenError(
        f"{PROXY} refused to connect to {target} with HTTP {status}: {hint}", final=status not in _UNREACHED
    )


# What is wrong with a certificate, by the numbers of OpenSSL (x509_vfy.h). Another CA bundle helps only with an unknown
# issuer.
_CERTIFICATES: t.Final = {
    9: "is not valid yet: correct the clock of this machine if it is wrong ({clock})",
    10: "has expired: it has to be renewed, unless the clock of this machine is wrong ({clock})",
    **dict.fromkeys((2, 18, 19, 20, 21), "is not trusted (see {ca_path})"),
    **dict.fromkeys(
        (62, 64),
        "is for another host name: check the address (endpoints), and whether a proxy or firewall answers in its place",
    ),
}
# How OpenSSL's versions name an answer that is not TLS at all.
_NOT_TLS: t.Final = ("HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "WRONG_VERSION_NUMBER")


def handshake_cause(error: OSError, peer: str, clock: Clock) -> BrokenError:
    """Return why the TLS handshake with the server or the proxy failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        wrong = _CERTIFICATES.get(error.verify_code, f"is not valid (OpenSSL error {error.verify_code})")
        wrong = wrong.format(clock=clock.described(), ca_path=option_name("ca_path"))
        return BrokenError(f"the certificate of {peer} {wrong}", final=True)
    if isinstance(error, TimeoutError):
        return BrokenError(f"{peer} did not complete the TLS handshake within the time-out")
    reason = getattr(error, "reason", None) or ""
    if reason in _NOT_TLS:
        return BrokenError(f"{peer} does not speak TLS on this port: correct the port or the scheme", final=True)
    if isinstance(error, ssl.SSLError) and reason and not isinstance(error, ssl.SSLEOFError):
        return BrokenError(f"the TLS handshake with {peer} failed ({reason})")
    return BrokenError(f"{peer} closed the connection during the TLS handshake")


def broken(error: Exception) -> BrokenError:
    """Return what an exception of the libraries means for the request under way."""
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, BrokenError):
            return link
    if any(isinstance(link, http.client.IncompleteRead) for link in chain):
        return BrokenError("the answer was truncated")
    for link in chain:
        if isinstance(link, OSError):
            return BrokenError(_cause_of_os_error(link))
    return BrokenError(f"no valid HTTP answer ({type(chain[-1]).__name__})")


def _cause_of_os_error(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return TIMED_OUT
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, (ConnectionError, ssl.SSLEOFError)):
        return "the connection was closed"
    return f"the connection failed ({type(error).__name__})"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Return an exception and those that it wraps, the outer ones first."""
    yield error
    inner = [value for value in (*error.args, error.__cause__) if isinstance(value, BaseException)]
    for value in inner[:1]:
        yield from _chain(value)
