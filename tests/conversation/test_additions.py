# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CONTRIBUTING shows to add, added to a copy of the project: few places are touched, gates pass, and it works."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from project_files import COLLECTION_DIRECTORY, ROOT, refresh_copy

from lab.process import start_lab

MODULES = "ansible_collections.m365.defender.plugins.modules"
BLOCK = re.compile(
    r'^```(?:python|text) (file|insert)=(\S+)(?: before="([^"\n]*)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL
)
# Given are the facts and the name of a format.
REPORT = f"""
import json, sys
from {MODULES.replace("modules", "plugin_utils")}._report.formats.registry import formats_by_name
from {MODULES.replace("modules", "plugin_utils")}._report.make import make_report
from {MODULES.replace("modules", "plugin_utils")}._report.results import Names, read_results
results = read_results(Names("facts"), {{"facts": json.load(sys.stdin)}})
report = make_report(results.run, results.rows)
kind = formats_by_name()[sys.argv[1]]
json.dump({{"report": report.as_dict(), "name": kind.file_name, "text": kind.render(report)}}, sys.stdout)
"""


def section(title):
    """The blocks of one section of CONTRIBUTING: (kind, path, marker, code)."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return BLOCK.findall(found)


class Copy:
    """A copy of the project, in the layout that Ansible and the gates want."""

    def __init__(self, directory):
        self.root = refresh_copy(directory)
        link = self.root / "build" / "collections" / COLLECTION_DIRECTORY
        link.parent.mkdir(parents=True)
        link.symlink_to(self.root)
        self.run("git", "init", "--quiet")
        self.added = []

    def add(self, blocks):
        """Write what is new, insert what is a line elsewhere; return the places that were there before."""
        touched = set()
        for kind, name, marker, code in blocks:
            path = self.root / name
            if kind == "file":
                path.parent.mkdir(exist_ok=True)
                (path.parent / "__init__.py").touch()
                assert not path.exists()
                path.write_text(code, encoding="utf-8")
                self.added.append(name)
                continue
            head, mark, tail = path.read_text(encoding="utf-8").partition(marker.replace("\\n", "\n"))
            assert mark, f"{name} has no {marker!r}"
            path.write_text(head + code + mark + tail, encoding="utf-8")
            touched.add(name)
        return touched

    def run(self, *command, text=None, code=0):
        """Run a tool in the copy; what it printed."""
        path = os.pathsep.join(
            [str(self.root / "build" / "collections"), *map(str, (self.root, self.root / "scripts"))]
        )
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(self.root / "build" / "collections"),
            "PYTHONPATH": path,
            "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            command, cwd=self.root, env=environment, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def pass_static_gates(self):
        """The gates that read the code."""
        self.run("git", "add", "--all")
        self.run("ruff", "check", "--no-cache", "plugins")
        self.run("ruff", "format", "--no-cache", "--check", "plugins")
        self.run("lint-imports", "--no-logo", "--no-cache")
        self.run("reuse", "lint-file", "--lines", *self.added)
        # Nobody reads a cache of this copy.
        self.run("mypy", "--cache-dir", os.devnull, "build/collections/ansible_collections/m365/defender/plugins")

    def module(self, name, options):
        """The result of a module."""
        text = json.dumps({"ANSIBLE_MODULE_ARGS": options})
        return json.loads(self.run(sys.executable, "-m", f"{MODULES}.{name}", text=text))


# What is added, and the places that it touches.
ADDITIONS = {
    "Add a check": {"plugins/module_utils/_checks/registry.py"},
    "Add a credential kind": {"plugins/module_utils/_auth/credentials/registry.py", "roles/mto/vars/main.yml"},
    "Add a report format": {"plugins/plugin_utils/_report/formats/registry.py"},
}


@pytest.fixture(scope="module")
def touched(copy):
    """Everything is added to one copy, so that the gates have to read it only once."""
    places = {title: copy.add(section(title)) for title in ADDITIONS}
    copy.run(sys.executable, "scripts/generate_docs.py")
    return places


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("additions") / "copy")


@pytest.mark.parametrize("title", ADDITIONS)
def test_few_places_are_touched(touched, title):
    assert touched[title] == ADDITIONS[title]


def test_static_gates_pass(copy, touched):
    copy.pass_static_gates()


def test_check_is_one_folder_and_one_line(copy, touched):
    with start_lab(world="lab/worlds/demo.yml") as lab:
        names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
        options = {name: lab.connection[name] for name in names}
        options |= {"endpoints": {name: lab.connection[name] for name in ("login", "graph", "arm")}}
        rows = lab.tenants()[:2]
        facts = copy.module("mto_requirement_facts", {**options, "tenants": [rows[0], {**rows[1], "name": "Other"}]})
    agrees, differs = (
        row["requirements"]["tenant_name"] for row in facts["ansible_facts"]["mto_requirements"].values()
    )
    assert (agrees["status"], differs["status"]) == ("met", "unmet")
    assert "| `tenant_name.differs` | unmet |" in (copy.root / "docs/reasons.md").read_text(encoding="utf-8")
    assert "the name of the organization" in (copy.root / "docs/permissions.md").read_text(encoding="utf-8")
    made = json.loads(copy.run(sys.executable, "-c", REPORT, "html", text=json.dumps(facts)))
    assert [f["reason"] for f in made["report"]["findings"] if f["check"] == "tenant_name"] == ["tenant_name.differs"]
    assert "Other" in made["text"]
    assert 'data-label="tenant_name"' in made["text"] or "Tenant name" in made["text"]


def test_credential_kind_is_one_class_and_one_line(copy, touched):
    guid = "11111111-2222-3333-4444-555555555555"
    options = {"home_tenant_id": guid, "client_id": guid, "client_assertion_file": "/nowhere/assertion"}
    text = json.dumps({"ANSIBLE_MODULE_ARGS": options})
    failed = json.loads(copy.run(sys.executable, "-m", f"{MODULES}.mto_gdap_customer_info", text=text, code=1))
    assert failed["msg"] == (
        "client_assertion_file: /nowhere/assertion cannot be read (No such file or directory); name a file with the"
        " assertion, and nothing else."
    )
    shown = copy.run("ansible-doc", "--json", "m365.defender.mto_gdap_customer_info")
    documented = json.loads(shown)["m365.defender.mto_gdap_customer_info"]["doc"]["options"]["client_assertion_file"]
    assert "E(MTO_CLIENT_ASSERTION_FILE)" in documented["description"][1]


def test_report_format_is_one_class_and_one_line(copy, touched):
    row = {"tenant_id": "t", "name": "Contoso", "ready": False, "requirements": {}}
    facts = {"read_at": "2026-11-27T12:00:00Z", "home_tenant_id": "h", "operator": "o", "cloud": "public"}
    text = json.dumps({**facts, "ansible_facts": {"mto_requirements": {"t": row}}})
    made = json.loads(copy.run(sys.executable, "-c", REPORT, "names", text=text))
    assert (made["name"], made["text"]) == ("report.names.txt", "Contoso: not judged\n")
