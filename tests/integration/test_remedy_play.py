# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plays that mend, as a user runs them: in the demo's world, which they leave with fewer findings, and in another.

Each run goes on from what the one before has left.
"""

from __future__ import annotations

import json
import pathlib
import re
import types

import demo
import pytest
from demo_world import TENANTS
from playbook_runs import Ansible
from test_playbooks import SECRETS
from worlds import OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab

SOLBERG, MERIDIAN, CASTELLANO, OSTERBERG, PIEKARNIA = (
    next(row for row in TENANTS if row["name"].startswith(name))
    for name in ("Solberg", "Meridian", "Castellano", "Osterberg", "Piekarnia")
)
# Those that the demo's remedies are for.
MENDED = [SOLBERG, MERIDIAN, CASTELLANO, OSTERBERG, PIEKARNIA]
GDAP = "/tenantRelationships/delegatedAdminRelationships"
TICKET = re.compile(r"ticket=[\w-]+|ticket%3[dD][\w-]+")


class Mending(Ansible):
    """A shell in a directory with a space, in which the user keeps the journal and the invitations."""

    def __init__(self, directory, lab):
        directory.mkdir()
        super().__init__(directory, lab)
        (directory / "my invitations").mkdir(mode=0o700)
        self.journal = directory / "my journal.jsonl"

    def variables(self):
        """The connection with everything that the remedies take; the paths are relative to the shell."""
        return {
            **super().variables(),
            "mto_remedies": demo.REMEDIES,
            "mto_remedy_confirm": demo.CONFIRMED,
            "mto_journal": "my journal.jsonl",
            "mto_invitations_dir": "my invitations",
            "mto_writer_client_id": self.lab["writer_client_id"],
            "mto_fail_on": [],
            "mto_report_dir": ".",
        }

    def environment(self, **changes):
        """The environment, with the secret of the app that writes."""
        return super().environment(**{"MTO_WRITER_CLIENT_SECRET": self.lab["writer_client_secret"], **changes})

    def sent(self):
        """What changed a tenant so far, without the ids of new objects."""
        return [(row["method"], row["tenant"], row["path"]) for row in self.lab.writes()]

    def left(self):
        """The names of the tenants with findings in the last report."""
        report = json.loads((self.directory / "report.json").read_text(encoding="utf-8"))
        return {row["tenant_name"] for row in report["findings"]}


@pytest.fixture(scope="module")
def demo_runs(tmp_path_factory):
    """The second act of the demo and what may follow it, run by run."""
    directory = tmp_path_factory.mktemp("mending") / "my tenants"
    with start_lab(world="lab/worlds/demo.yml") as lab:
        shell = Mending(directory, lab)
        found = types.SimpleNamespace(shell=shell, tenants=TENANTS)
        found.checked = shell.play("m365.defender.remedy", "--check", "--diff", mto_tenants=TENANTS)
        found.after_check = (shell.sent(), shell.journal.exists(), shell.left())
        found.first = shell.play("m365.defender.onboard", "-vvv", mto_tenants=TENANTS)
        found.after_first = shell.sent()
        found.left_first = shell.left()
        for link in demo.approvals(directory):
            lab.customer.approve(link)
        found.second = shell.play("m365.defender.onboard", "-vvv", mto_tenants=TENANTS)
        found.after_second = shell.sent()
        found.left_second = shell.left()
        found.third = shell.play("m365.defender.remedy", "-vvv", mto_tenants=MENDED)
        found.after_third = shell.sent()
        found.undone = shell.play("m365.defender.undo", "-vvv", mto_tenants=MENDED)
        found.after_undo = shell.sent()
        yield found


def test_check_mode_says_everything_and_writes_nothing(demo_runs):
    run = demo_runs.checked
    assert run.code == 0, run.output
    assert demo_runs.after_check[:2] == ([], False)
    assert "Remedies: 1 waiting, 4 would change; check mode sends nothing." in run.words
    assert "Would change (gdap_auto_extend): GDAP relationship 'Castellano Vini - SOC'" in run.words
    # --diff has the state before and after.
    assert '-  "autoExtendDuration": "PT0S"' in run.output or '+  "autoExtendDuration": "P180D"' in run.output
    assert "changed=1" in run.output


def test_real_run_does_what_check_mode_said(demo_runs):
    run = demo_runs.first
    assert run.code == 0, run.output
    assert "Remedies: 2 waiting, 3 changed; changes sent: 5." in run.words
    # One sentence for each tenant, what needs attention first.
    told = [run.words.index(f" ({name}): ") for name in ("gdap_request", "guest_invitation", "gdap_auto_extend")]
    assert told == sorted(told)


def test_no_write_that_the_list_does_not_name(demo_runs):
    home = demo_runs.shell.lab["home_tenant_id"]
    sent = demo_runs.after_second
    assert all(
        (where == home and path.startswith(GDAP))
        or (where, path) == (PIEKARNIA["tenant_id"], f"/policies/crossTenantAccessPolicy/partners/{home}")
        for _method, where, path in sent
    )
    kinds = sorted((method, path.rpartition("/")[2] if method == "POST" else "") for method, _where, path in sent)
    assert kinds == [
        ("PATCH", ""),
        ("PATCH", ""),
        ("POST", "accessAssignments"),
        ("POST", "accessAssignments"),
        ("POST", "delegatedAdminRelationships"),
        ("POST", "requests"),
    ]


def test_fewer_tenants_need_somebody(demo_runs):
    """The figures that the demo prints."""
    before, after = demo_runs.after_check[2], demo_runs.left_second
    assert before - after == {row["name"] for row in (SOLBERG, MERIDIAN, CASTELLANO, PIEKARNIA)}
    assert after < before
    assert (len(before), len(demo_runs.left_first), len(after)) == (11, 8, 7)
    assert "20 meet every requirement, 18 have verified access; 7 need work" in demo_runs.second.words


def test_what_remains_says_who_acts(demo_runs):
    assert f"Waiting (guest_invitation): {OPERATOR} was invited to {OSTERBERG['name']}" in demo_runs.second.words
    assert f"{OPERATOR}: accept the invitation in the email, or at" in demo_runs.second.words
    assert f"{SOLBERG['name']}: approve the relationship: https://" in demo_runs.first.words


def test_run_with_nothing_left_to_do_changes_nothing(demo_runs):
    run = demo_runs.third
    assert run.code == 0, run.output
    assert demo_runs.after_third == demo_runs.after_second
    assert "changed=0" in run.output
    assert "Remedies: 1 waiting; changes sent: 0." in run.words


def test_undo_takes_back_what_can_be(demo_runs):
    run = demo_runs.undone
    assert run.code == 0, run.output
    methods = [method for method, _where, _path in demo_runs.after_undo[len(demo_runs.after_third) :]]
    assert sorted(methods) == ["DELETE", "DELETE", "PATCH", "PATCH"]
    assert "Remedies: 1 not done, 4 changed; changes sent: 4." in run.words
    assert "This tool cannot take it back." in run.words


def test_journal_is_where_the_shell_is_and_for_its_owner(demo_runs):
    assert demo_runs.shell.journal.stat().st_mode & 0o777 == 0o600
    rows = [json.loads(line) for line in demo_runs.shell.journal.read_text(encoding="utf-8").splitlines()]
    assert [row["event"] for row in rows] == ["begin", "end"] * 10
    assert {row["result"] for row in rows if row["event"] == "end"} == {"written"}


def test_nothing_secret_anywhere(demo_runs):
    runs = [demo_runs.checked, demo_runs.first, demo_runs.second, demo_runs.third, demo_runs.undone]
    assert_nothing_of(demo_runs.shell, runs, [*(demo_runs.shell.lab[name] for name in SECRETS), "eyJ", 'W/"'])


def assert_nothing_of(shell, runs, secrets):
    """No output has one of the secrets, and no file but the invitations, which are for the operator alone."""
    texts = [run.output for run in runs]
    texts += [
        path.read_text(encoding="utf-8", errors="replace")
        for path in shell.directory.rglob("*")
        if path.is_file() and "my invitations" not in path.parts
    ]
    for secret in secrets:
        assert not [text for text in texts if secret in text], secret


@pytest.fixture(scope="module")
def small_runs(tmp_path_factory):
    """A tenant where Microsoft refuses the write, and one where the operator is not a guest yet."""
    directory = tmp_path_factory.mktemp("small")
    gdap = {"name": "Old - SOC", "days_left": 9, "roles": ["Security Reader"]}
    gdap["assignments"] = [{"group": "SOC analysts", "roles": ["Security Reader"]}]
    world = write_world(
        directory,
        tenant(1, gdap=[gdap]),
        guest_tenant(2, guests=[], writer=True),
        write_faults=[{"kind": "does_nothing", "method": "PATCH"}],
    )
    with start_lab(world=world) as lab:
        shell = Mending(directory / "my tenants", lab)
        rows = {"mto_tenants": lab.tenants(), "mto_remedy_confirm": [tenant_id(2)], "mto_remedy_wait": "1s"}
        first = shell.play("m365.defender.remedy", "-vvv", **rows)
        (file,) = (shell.directory / "my invitations").iterdir()
        link = file.read_text(encoding="utf-8").strip()
        lab.customer.redeem(link)
        second = shell.play("m365.defender.remedy", "-vvv", **rows)
        yield types.SimpleNamespace(shell=shell, first=first, second=second, file=file, link=link)


def test_change_that_does_not_show_ends_the_play_after_its_report(small_runs):
    run = small_runs.first
    assert run.code == 2
    errors = [line for line in run.output.splitlines() if line.startswith("[ERROR]")]
    assert len(errors) == 1
    assert "Not every change was made, or nobody knows whether it was: Customer 1." in errors[0]
    assert run.output.index("TASK [m365.defender.mto : Show the summary]") < run.output.index("[ERROR]")
    assert (small_runs.shell.directory / "report.json").is_file()
    assert "The request was accepted and does not show yet." in run.words


def test_invitation_is_the_operators_alone(small_runs):
    assert small_runs.file.name == f"{tenant_id(2)}.txt"
    assert small_runs.file.stat().st_mode & 0o777 == 0o600
    assert f"accept the invitation with the link in {small_runs.file}." in small_runs.first.words
    (ticket,) = TICKET.findall(small_runs.link)
    assert_nothing_of(small_runs.shell, [small_runs.first, small_runs.second], [small_runs.link, ticket])


def test_redeemed_invitation_is_not_repeated(small_runs):
    assert [row["path"] for row in small_runs.shell.lab.writes()].count("/invitations") == 1
    assert "(guest_invitation): " not in small_runs.second.words


def test_result_is_there_for_a_play_of_ones_own(small_runs):
    shell = small_runs.shell
    tasks = [
        {"ansible.builtin.include_role": {"name": "m365.defender.mto", "tasks_from": "remedy"}},
        {"ansible.builtin.assert": {"that": "mto_remedy_result.remedies[0].status == 'waiting'"}},
    ]
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    play["vars"] = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    path = pathlib.Path(shell.directory / "own.yml")
    path.write_text(json.dumps([play]), encoding="utf-8")
    run = shell.play(str(path), mto_tenants=shell.lab.tenants()[:1], mto_remedy_confirm=[])
    assert run.code == 0, run.output
