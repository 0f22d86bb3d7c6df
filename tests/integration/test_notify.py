# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A drift of one tenant arrives at the receivers once, and so does its resolution."""

from __future__ import annotations

import http.server
import json
import threading

import pytest

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
MAIL = """
import os
from ansible.module_utils.basic import AnsibleModule
spec = {"port": {"type": "int"}, "to": {"type": "list", "elements": "str"}, "password": {"no_log": True}}
names = ("host", "username", "secure", "sender", "subject", "body", "charset")
module = AnsibleModule({**{name: {} for name in names}, **spec})
with open(os.path.expanduser("~/mails.jsonl"), "a") as file:
    file.write(module.jsonify(module.params) + "\\n")
module.exit_json(changed=True)
"""


@pytest.fixture
def receiver():
    """A server that keeps what it is sent. It refuses what goes to /refused."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.received.append((self.path, body))
            self.send_response(400 if self.path == "/refused" else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


def finding(state):
    texts = ("id", "operator", "object", "doc_url")
    words = {"message": "Contoso has no license.", "remedy": "Billing Administrator of Contoso: buy a license."}
    judged = {"check": "license", "severity": "required", "status": "unmet", "reason": "license.none", "state": state}
    return {**dict.fromkeys(texts, ""), "tenant_id": TENANT, "tenant_name": "Contoso", **words, **judged}


def write_report(ansible, findings=(), resolved=()):
    """The part of a report that says what has changed."""
    body = {
        "home_tenant_id": TENANT,
        "generated_at": "2026-11-02T04:00:00Z",
        "changes": {"previous_at": "2026-11-01T04:00:00Z"},
        "findings": list(findings),
        "resolved": list(resolved),
        "expiries": [],
    }
    (ansible.directory / "report.json").write_text(json.dumps(body), encoding="utf-8")


def install_mail(ansible):
    """A module of the name that the role looks for, which keeps the mails in a file."""
    path = ansible.home / ".ansible/collections/ansible_collections/community/general/plugins/modules/mail.py"
    path.parent.mkdir(parents=True)
    path.write_text(MAIL, encoding="utf-8")


def notify(ansible, receiver, *entries, env=None, **variables):
    merged = {"mto_report_dir": ".", "mto_notify": list(entries), "mto_register": None, **variables}
    return ansible.play("m365.defender.notify", env=env, **merged)


def test_drift_and_its_resolution_arrive_once(ansible, receiver):
    entries = [
        {"to": "teams", "url": f"{receiver.url}/teams-secret"},
        {"to": "slack", "url": f"{receiver.url}/slack-secret"},
        {"to": "slack", "url": f"{receiver.url}/others", "only": {"reason": ["access.*"]}},
    ]
    told = []
    for findings, resolved in (
        ([finding("new")], []),
        ([finding("open")], []),
        ([], [finding("open")]),
        ([], []),
    ):
        write_report(ansible, findings, resolved)
        run = notify(ansible, receiver, *entries)
        assert run.code == 0, run.output
        assert "secret" not in run.output
        told.append(sorted(path for path, _body in receiver.received))
        if not receiver.received:
            assert "Nothing has changed" in run.words
        receiver.received.clear()
    assert told == [["/slack-secret", "/teams-secret"], [], ["/slack-secret", "/teams-secret"], []]


def test_webhook_that_refuses_is_named_without_its_address(ansible, receiver):
    write_report(ansible, [finding("new")])
    entries = [{"to": "slack", "url": f"{receiver.url}/{path}"} for path in ("refused", "taken")]
    run = notify(ansible, receiver, *entries)
    assert run.code != 0
    assert "mto_notify[0].url: the webhook of slack did not take the message (HTTP 400)" in run.words
    assert "mto_notify[1]" not in run.output
    assert receiver.url not in run.output
    assert len(receiver.received) == 2


def test_mail_needs_its_collection_and_has_the_text(ansible, receiver):
    write_report(ansible, [finding("new")])
    entry = {"to": "mail", "mail": ["soc@northwind.example"]}
    run = notify(ansible, receiver, entry)
    assert run.code != 0
    assert "mto_notify[0]: the module community.general.mail, which sends mails, is not installed" in run.words
    install_mail(ansible)
    places = ansible.environment()["ANSIBLE_COLLECTIONS_PATH"]
    both = {"ANSIBLE_COLLECTIONS_PATH": f"{places}:{ansible.home}/.ansible/collections"}
    smtp = {"host": "mail.northwind.example", "username": "mto", "password": "a-long-password"}
    run = notify(ansible, receiver, entry, env=both, mto_smtp=smtp)
    assert run.code == 0, run.output
    assert "a-long-password" not in run.output
    (mail,) = [json.loads(line) for line in (ansible.home / "mails.jsonl").read_text().splitlines()]
    assert mail["to"] == entry["mail"]
    assert mail["subject"] == "Defender multitenant management: 1 new"
    assert "Contoso has no license." in mail["body"]
