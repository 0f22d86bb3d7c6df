# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that repeats in every error what it was sent: no secret of the run gets into a result or a log."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import logging
import ssl
import threading
import urllib.parse

import pytest
import trustme

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, verify_access
from ansible_collections.m365.defender.plugins.module_utils._assess.adoption import gdap_customers
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import requirement_facts
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

HOME = "10000000-0000-4000-8000-000000000001"
CLIENT = "66666666-7777-8888-9999-000000000000"
TENANTS = [Tenant(f"aaaaaaaa-0000-4000-8000-00000000000{number}", f"Contoso {number}") for number in (1, 2)]
SECRETS = {"client_secret": "abc8Q~client+secret/1=", "refresh_token": "0.AX4-refresh_token.of.anna"}


def token(kind, number):
    """A token of Entra's own form, or one that says nothing about itself."""
    if kind == "opaque":
        return f"opaque-access-token-{number}~+/="
    claims = base64.urlsafe_b64encode(json.dumps({"sub": f"number {number}"}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{claims}.c2lnbmF0dXJl"


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    issued: list[str]
    kind: str

    def do_GET(self):
        if self.path.endswith("/.well-known/openid-configuration"):
            base = f"https://{self.headers['Host']}{self.path.partition('/v2.0/')[0]}/oauth2/v2.0"
            self.answer(200, {"token_endpoint": f"{base}/token", "authorization_endpoint": f"{base}/authorize"})
        else:
            self.answer(403, {"error": {"code": "Forbidden", "message": self.repeated(b"")}})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        repeated = self.repeated(body)
        if not self.path.endswith("/token"):
            self.answer(403, {"error": {"code": "Forbidden", "message": repeated}})
        elif self.kind == "none" or (self.kind == "jwt" and HOME not in self.path):
            self.answer(400, {"error": "invalid_grant", "error_description": f"AADSTS50057: {repeated}"})
        else:
            access, refresh = token(self.kind, len(self.issued)), f"0.rotated-refresh-token-{len(self.issued)}"
            person = {"refresh_token": refresh} if b"grant_type=refresh_token" in body else {}
            self.issued += [access, *person.values()]
            self.answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": access, **person})

    def repeated(self, body):
        """All that was sent, as it was sent and as it was meant, and all that was ever issued."""
        text = body.decode()
        return f"{self.path} {dict(self.headers)} {text} {urllib.parse.unquote_plus(text)} {' '.join(self.issued)}"

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments):
        pass


@contextlib.contextmanager
def echo(kind, ca_path):
    """Serve; yields the base URL and the tokens that were issued."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    handler = type("Handler", (Echo,), {"issued": [], "kind": kind})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}", handler.issued
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("kind", ["none", "jwt", "opaque"])
@pytest.mark.parametrize("given", [("client_secret",), ("refresh_token",), ("client_secret", "refresh_token")])
def test_no_secret_comes_back(tmp_path, caplog, capfd, kind, given):
    caplog.set_level(logging.DEBUG)
    options = {"home_tenant_id": HOME, "client_id": CLIENT, "operator": "anna@northwindmsp.example"}
    with echo(kind, tmp_path / "ca.pem") as (base, issued):
        endpoints = dict.fromkeys(("login", "graph", "arm"), base)
        more = {"endpoints": endpoints, "ca_path": str(tmp_path / "ca.pem")}
        connection = resolve_connection({**options, **more, **{name: SECRETS[name] for name in given}}, {})
        facts = requirement_facts(Session(connection), TENANTS).as_dict(with_evidence=True)
        access = verify_access(Session(connection), TENANTS, CHECKS).as_dict(with_evidence=True)
        with pytest.raises(MtoError) as adopting:
            gdap_customers(connection)
    rows = list(facts["ansible_facts"]["mto_requirements"].values())
    assert [row["tenant_id"] for row in rows] == [tenant.tenant_id for tenant in TENANTS]
    assert len(access["tenants"]) == len(TENANTS)
    statuses = {row["requirements"]["access"]["status"] for row in rows}
    assert "met" not in statuses
    printed = capfd.readouterr()
    texts = [json.dumps([facts, access]), str(adopting.value), caplog.text, printed.out, printed.err]
    for secret in [*SECRETS.values(), *issued]:
        for form in (secret, urllib.parse.quote_plus(secret)):
            assert not [text for text in texts if form in text]
