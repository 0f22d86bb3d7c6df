# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The play notify: each channel gets its message once, and one that fails is named without its address."""

from __future__ import annotations

import json

from pages.report_rows import NO_LICENSE
from runs import LATER, compared, judged

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name

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


def write_report(ansible, verdicts):
    """The report of a run that found these verdicts, where the run before found nothing."""
    report = compared(judged({1: verdicts}, LATER), compared(judged({1: {}})))
    text = formats_by_name()["json"].render(report)
    (ansible.directory / "report.json").write_text(text, encoding="utf-8")


def install_mail(ansible):
    """A module of the name that the role looks for, which keeps the mails in a file."""
    path = ansible.home / ".ansible/collections/ansible_collections/community/general/plugins/modules/mail.py"
    path.parent.mkdir(parents=True)
    path.write_text(MAIL, encoding="utf-8")


def notify(ansible, *entries, env=None, flags=(), **variables):
    merged = {"mto_report_dir": ".", "mto_notify": list(entries), "mto_register": None, **variables}
    return ansible.play("m365.defender.notify", *flags, env=env, **merged)


def test_channel_that_refuses_is_named_and_gets_its_message_the_next_time(ansible, receiver):
    write_report(ansible, {"license": NO_LICENSE})
    entries = [
        {"to": channel, "url": f"{receiver.url}/{path}-secret", "only": {"reason": reasons}}
        for channel, path, reasons in (
            ("slack", "refused", ["license.*"]),
            ("teams", "taken", ["*"]),
            ("slack", "others", ["access.*"]),
        )
    ]
    run = notify(ansible, *entries, flags=["--check"])
    assert (run.code, receiver.taken()) == (0, []), run.output
    assert "Not sent to slack: Defender multitenant management: 1 new." in run.words
    receiver.refused = {"/refused-secret"}
    run = notify(ansible, *entries, flags=["-vvvv"])
    assert run.code == 2, run.output
    assert "mto_notify[0].url: the webhook of slack did not take the message (HTTP 400)" in run.words
    assert "mto_notify[1]" not in run.words
    assert "Sent to teams: Defender multitenant management: 1 new." in run.words
    assert "secret" not in run.output
    assert sorted(path for path, _body in receiver.taken()) == ["/refused-secret", "/taken-secret"]
    receiver.refused = set()
    run = notify(ansible, *entries)
    assert (run.code, [path for path, _body in receiver.taken()]) == (0, ["/refused-secret"]), run.output
    run = notify(ansible, *entries)
    assert (run.code, receiver.taken()) == (0, []), run.output
    assert "Every channel knows what the report says: no message was sent." in run.words


def test_mail_needs_its_collection_and_has_the_text(ansible):
    write_report(ansible, {"license": NO_LICENSE})
    entry = {"to": "mail", "mail": ["soc@northwind.example"]}
    run = notify(ansible, entry)
    assert run.code != 0
    assert "mto_notify[0]: the module community.general.mail, which sends mails, is not installed" in run.words
    install_mail(ansible)
    places = ansible.environment()["ANSIBLE_COLLECTIONS_PATH"]
    both = {"ANSIBLE_COLLECTIONS_PATH": f"{places}:{ansible.home}/.ansible/collections"}
    smtp = {"host": "mail.northwind.example", "username": "mto", "password": "a-long-password"}
    run = notify(ansible, entry, env=both, mto_smtp=smtp)
    assert run.code == 0, run.output
    assert "a-long-password" not in run.output
    (mail,) = [json.loads(line) for line in (ansible.home / "mails.jsonl").read_text().splitlines()]
    assert mail["to"] == entry["mail"]
    assert mail["subject"] == "Defender multitenant management: 1 new"
    assert "Tannenhof Hotels GmbH has no license." in mail["body"]
