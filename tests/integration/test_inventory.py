# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`ansible-inventory` with tenants as hosts, against the lab and from a report."""

from __future__ import annotations

import json
import shutil

import pytest

PLUGIN = "m365.defender.mto_tenants"


def plain(data):
    """Text that Ansible must not take for a template is marked by a dictionary around it."""
    return data.get("__ansible_unsafe", data)


@pytest.fixture
def inventory(ansible):
    """What ansible-inventory says of a source: the run, and the inventory if there is one."""

    def read(name="x.mto_tenants.yml", env=None, **options):
        path = ansible.directory / name
        path.write_text(json.dumps({"plugin": PLUGIN, **options}), encoding="utf-8")
        changes = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **(env or {})}
        run = ansible.run("inventory", "-i", str(path), "--list", env=changes)
        start = run.output.find("{")
        return run, json.loads(run.output[start:], object_hook=plain) if run.code == 0 else {}

    return read


@pytest.fixture
def connected(ansible, inventory):
    """The same with the connection to the lab."""
    names = ("home_tenant_id", "client_id", "operator", "ca_path")
    connection = {name: ansible.lab.connection[name] for name in names}
    connection["endpoints"] = {name: ansible.lab.connection[name] for name in ("login", "graph", "arm", "portal")}
    return lambda **options: inventory(**{**connection, **options})


def hosts_of(data):
    return data["_meta"]["hostvars"]


def test_gdap_customers_are_hosts_and_one_answer_is_enough(connected, ansible):
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cached"}
    keyed = [{"key": "mto_cloud", "prefix": "cloud"}]
    run, data = connected(source="gdap", group="mto_tenants", keyed_groups=keyed, **cached)
    assert run.code == 0, run.output
    row = next(row for row in ansible.lab.tenants() if row["access"] == "gdap")
    ours = {"mto_access": "gdap", "mto_cloud": "public", "mto_name": row["name"], "mto_tenant_id": row["tenant_id"]}
    assert ours in hosts_of(data).values()
    groups = [set(data[name]["hosts"]) for name in ("mto_tenants", "mto_access_gdap", "mto_cloud_public")]
    assert groups == [set(hosts_of(data))] * 3
    # With another secret, only the cache can answer.
    again = connected(source="gdap", group="mto_tenants", env={"MTO_CLIENT_SECRET": "another-secret"}, **cached)[1]
    assert hosts_of(again) == hosts_of(data)


def test_report_is_hosts_by_readiness_and_actor(ansible, inventory, demo_run):
    (ansible.directory / "reports").mkdir()
    shutil.copy(demo_run[2].directory / "report.json", ansible.directory / "reports")
    waiting = {"broken": "mto_status.first_broken is not none"}
    run, data = inventory(source="report", report_file="reports/report.json", groups=waiting)
    assert run.code == 0, run.output
    report = json.loads((ansible.directory / "reports/report.json").read_text(encoding="utf-8"))
    assert len(hosts_of(data)) == report["summary"]["declared"]
    assert len(data["mto_ready"]["hosts"]) == report["summary"]["ready"]
    assert len(data["broken"]["hosts"]) == sum(1 for row in report["tenants"] if row["first_broken"])
    assert any(name.startswith("mto_actor_") for name in data)
    # Nobody evaluates what a tenant is called.
    report["tenants"][0]["name"] = hostile = "{{ lookup('ansible.builtin.pipe', 'touch evaluated') }}"
    (ansible.directory / "hostile.json").write_text(json.dumps(report), encoding="utf-8")
    label = {"label": "'<' ~ mto_name ~ '>'"}
    named = hosts_of(inventory(source="report", report_file="hostile.json", compose=label, strict=True)[1])
    assert named["lookup-ansible-builtin-pipe-touch-evaluated"]["label"] == f"<{hostile}>"
    assert not (ansible.directory / "evaluated").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"source": "report"}, "report_file: missing; name a report.json that onboard or drift has written."),
        ({"source": "report", "report_file": "no.json"}, "no.json"),
        ({"source": "gdap"}, "client_id: missing; set it, or the environment variable MTO_CLIENT_ID"),
        ({"source": "view", "home_tenant_id": "x"}, "home_tenant_id: 'x' is not a GUID"),
    ],
    ids=["no file named", "no file", "no home", "bad home"],
)
def test_mistake_is_one_sentence(inventory, options, sentence):
    run, _data = inventory(**options)
    assert run.code != 0
    assert sentence in run.words
    assert "Traceback" not in run.output


def test_refused_sign_in_makes_no_inventory(connected, ansible):
    run, _data = connected(source="gdap", env={"MTO_CLIENT_SECRET": "another-secret"})
    assert run.code != 0
    assert "client_secret" in run.words
    assert "another-secret" not in run.output
