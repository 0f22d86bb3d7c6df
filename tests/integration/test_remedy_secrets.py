# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of the remedies that shows all it can: no redeem link, token, entity tag or secret in it, or in its files."""

from __future__ import annotations

import pathlib

import pytest
from playbook_runs import Ansible
from remedy_runs import ASSIGNED, WANTED, rows_of
from worlds import guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab

ALL = ["gdap_auto_extend", "gdap_assignment", "gdap_request", "mfa_trust", "guest_invitation"]
SOC = {"name": "SOC", "roles": ["Security Reader", "Directory Readers"], "assignments": [{"group": "SOC analysts"}]}
CUSTOMERS = (
    tenant(1, gdap=[{**SOC, "name": "Ending", "days_left": 10}]),
    tenant(2, gdap=[{**SOC, "name": "Helped", "assignments": [{"group": "Helpdesk"}]}]),
    tenant(3, gdap=[]),
    tenant(4, gdap=[{**SOC, "name": "Strict"}], cross_tenant_access={"partner": {"mfa": False}}, writer=True),
    guest_tenant(5, guests=[], writer=True),
    guest_tenant(6, guests=[], writer=True, write_faults=[{"kind": "error_after", "status": 500}]),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("secrets")
    world = write_world(tmp_path_factory.mktemp("world"), *CUSTOMERS)
    for name in ("reports", "invitations"):
        (directory / name).mkdir(mode=0o700)
    with start_lab(world=world) as lab:
        found = Ansible(directory, lab).play(
            "m365.defender.remedy",
            "-vvv",
            "--diff",
            env={"MTO_WRITER_CLIENT_SECRET": lab["writer_client_secret"]},
            mto_writer_client_id=lab["writer_client_id"],
            mto_tenants=[
                *rows_of(CUSTOMERS[0]),
                *rows_of(CUSTOMERS[1], **ASSIGNED),
                *rows_of(CUSTOMERS[2], **WANTED),
                *rows_of(*CUSTOMERS[3:]),
            ],
            mto_remedies=ALL,
            mto_remedy_confirm=[tenant_id(number) for number in range(1, 7)],
            mto_journal=str(directory / "journal.jsonl"),
            mto_invitations_dir=str(directory / "invitations"),
            mto_remedy_wait="2s",
            mto_report_dir=str(directory / "reports"),
        )
        written = [row["path"] for row in lab.writes()]
        yield found, directory, lab, written


def test_all_remedies_were_at_work(run):
    found, _directory, _lab, written = run
    assert len(written) == 7, found.output


def test_nothing_secret_is_shown_or_kept(run):
    found, directory, lab, _written = run
    invitations = directory / "invitations"
    links = [path.read_text(encoding="utf-8").strip() for path in invitations.iterdir()]
    assert [link.startswith("https://") for link in links] == [True]
    ticket = links[0].partition("ticket")[2][3:30]
    secrets = [lab[name] for name in ("client_secret", "writer_client_secret", "refresh_token", "writer_refresh_token")]
    files = [path for path in directory.rglob("*") if path.is_file() and not path.is_relative_to(invitations)]
    texts = {"output": found.output, **{str(path): _text(path) for path in files}}
    assert str(directory / "journal.jsonl") in texts
    assert [name for name in texts if name.startswith(str(directory / "reports"))]
    for name, text in texts.items():
        for secret in (*links, ticket, *secrets, "eyJ", 'W/"', 'W/\\"', "@odata.etag", "inviteRedeemUrl"):
            assert secret not in text, (name, secret[:12])


def _text(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
