# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipes for CI, night after night: a drift arrives at the receiver once, and its resolution once."""

from __future__ import annotations

import json

import pytest
import yaml
from ci_runs import Ci
from demo_world import WORLD

from lab.process import start_lab

# What others have named is a template for nobody.
NAME = "{{ 7 * 191 }} <b>*SOC*</b>"
FINE = [{**WORLD["tenants"][0], "gdap": [{**WORLD["tenants"][0]["gdap"][0], "name": NAME}]}, WORLD["tenants"][1]]
# Since then, the relationship with one of the tenants has ended.
BROKEN = [{**FINE[0], "gdap": [{**FINE[0]["gdap"][0], "status": "terminated"}]}, FINE[1]]


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    """The world before and after the drift. Both are there at once, because to start a lab takes time."""
    directory = tmp_path_factory.mktemp("worlds")
    for name, tenants in {"fine": FINE, "broken": BROKEN}.items():
        text = yaml.safe_dump({**WORLD, "tenants": tenants}, allow_unicode=True)
        (directory / f"{name}.yml").write_text(text, encoding="utf-8")
    with start_lab(world=directory / "fine.yml") as fine, start_lab(world=directory / "broken.yml") as broken:
        yield {"fine": fine, "broken": broken}


class Team:
    """A repository whose inventory leads to the lab of the night."""

    def __init__(self, system, directory, labs, receiver):
        self.labs, self.receiver = labs, receiver
        self.ci = Ci(system, directory)

    def night(self, world):
        """Exit code and output of the job, and what the channel was sent."""
        lab = self.labs[world]
        names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
        variables = {
            **{f"mto_{name}": lab.connection[name] for name in names},
            "mto_endpoints": {name: lab.connection[name] for name in ("login", "graph", "arm", "portal", "mto")},
            "mto_tenants": lab.tenants(),
            "mto_register": False,
            "mto_report_dir": "reports",
            "mto_notify": [{"to": "slack", "url": f"{self.receiver.url}/the-address"}],
        }
        inventory = {"all": {"hosts": {"localhost": {}}, "vars": variables}}
        code, output = self.ci.run(inventory, MTO_REFRESH_TOKEN=lab.connection["refresh_token"])
        taken = self.receiver.taken()
        assert all(NAME in json.dumps(body) for _path, body in taken)
        assert "the-address" not in output
        assert "1337" not in output + json.dumps(taken)
        return code, output, [body["text"] for _path, body in taken]


def test_drift_of_a_tenant_arrives_once_and_so_does_its_resolution(tmp_path, labs, receiver):
    team = Team("github", tmp_path, labs, receiver)
    code, output, sent = team.night("fine")
    assert (code, sent) == (0, []), output
    code, output, sent = team.night("broken")
    assert (code, sent) == (2, ["Defender multitenant management: 1 new"]), output
    assert "Access lost" in (tmp_path / "job 2/summary.md").read_text(encoding="utf-8")
    code, output, sent = team.night("broken")
    assert (code, sent) == (2, []), output
    code, output, sent = team.night("fine")
    assert (code, sent) == (0, ["Defender multitenant management: 1 resolved"]), output
    lines = (team.ci.kept / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(row["new"], row["resolved"]) for row in map(json.loads, lines)] == [(0, 0), (1, 0), (0, 0), (0, 1)]


@pytest.mark.parametrize("system", ["gitlab", "azure-devops"])
def test_other_systems_keep_what_was_told(tmp_path, labs, receiver, system):
    team = Team(system, tmp_path, labs, receiver)
    code, output, sent = team.night("broken")
    assert (code, sent) == (2, ["Defender multitenant management: 1 new"]), output
    code, output, sent = team.night("broken")
    assert (code, sent) == (2, []), output
    token = next((tmp_path / "job 2").glob("federated-token"))
    assert (token.read_text(), token.stat().st_mode & 0o777) == ("a-token-of-the-system", 0o600)
