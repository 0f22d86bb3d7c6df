# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab for all playbook runs."""

from __future__ import annotations

import json

import pytest
from demo_world import TENANTS
from playbook_runs import Ansible, common_environment
from receiver import running_receiver
from warm_ansible import warm_ansible

from lab.process import start_lab


@pytest.fixture(autouse=True, scope="session")
def _warm(_without_the_users_settings, tmp_path_factory):
    """All runs begin where Ansible has been imported."""
    home = str(tmp_path_factory.mktemp("warm"))
    with warm_ansible(common_environment(HOME=home, TMPDIR=home)) as Ansible.warm:
        yield
    Ansible.warm = None


@pytest.fixture(scope="session")
def demo_lab():
    """A lab with the demo world."""
    with start_lab(world="lab/worlds/demo.yml") as lab:
        yield lab


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory, demo_lab):
    """The onboarding of all 25 tenants, for tests that only read: the run, its report, and where its files are."""
    ansible = Ansible(tmp_path_factory.mktemp("demo"), demo_lab)
    places = dict.fromkeys(("mto_report_dir", "mto_evidence_dir"), str(ansible.directory))
    done = ansible.play("m365.defender.onboard", mto_tenants=TENANTS, mto_fail_on=[], **places)
    assert done.code == 0, done.output
    return done, json.loads((ansible.directory / "report.json").read_text(encoding="utf-8")), ansible


@pytest.fixture
def ansible(tmp_path, demo_lab):
    """Ansible against the demo world."""
    return Ansible(tmp_path, demo_lab)


@pytest.fixture
def receiver():
    """A webhook that keeps what it is sent."""
    with running_receiver() as server:
        yield server
