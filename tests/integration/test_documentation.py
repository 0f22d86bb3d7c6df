# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""README.md and the pages in docs/, followed to the letter: every command is run, and ends as the page says."""

from __future__ import annotations

import json
import re

import documentation
import pytest
import yaml
from documentation_runs import Reader, build_artifact
from playbook_runs import ROOT

from lab.process import start_lab

README = documentation.pages()["README.md"]
GUIDE = "Your own tenants"
READERS = {"gdap": "Partner", "b2b": "Enterprise"}
# The reader who types Ansible's own commands until the tenants are onboarded; then forks do the same in half the time.
COMMANDS = "gdap"
FIRST = "m365.defender.onboard"
PERMISSION = re.compile(r"^\| `([\w.]+)` \| (yes)? ?\| (yes)? ?\|", re.MULTILINE)
# Pages whose commands need nothing but what the partner has after README.md. The order matters: `offboard` is last.
PAGES = [name for name in documentation.pages() if name not in {"README.md", "docs/playbooks.md"}]


def world_of(access):
    """The world of a reader: their tenants, and the permissions that README.md tells them to add, no more."""
    world = yaml.safe_load((ROOT / "tests/integration/documentation.yml").read_text(encoding="utf-8"))
    column = list(READERS).index(access)
    granted = [name for name, *wanted in PERMISSION.findall(README.text) if wanted[column]]
    assert len(granted) == 5
    tenants = [
        {**row, "consent": [*granted, "User.Read"]} for row in world["tenants"] if row["declare"]["access"] == access
    ]
    return {**world, "home": {**world["home"], "app_permissions": [*granted, "User.Read"]}, "tenants": tenants}


def guide_for(access):
    """What the guide says to one of the two readers."""
    others = {word for reader, word in READERS.items() if reader != access}
    return [
        item
        for item in README.items
        if GUIDE in item.headings and not any(heading.startswith(tuple(others)) for heading in item.headings)
    ]


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    """The collection as users get it."""
    return build_artifact(tmp_path_factory.mktemp("artifact"))


@pytest.fixture(scope="module", params=list(READERS))
def reader(request, tmp_path_factory, artifact):
    """A reader who has followed README.md."""
    directory = tmp_path_factory.mktemp(request.param)
    (directory / "world.yml").write_text(yaml.safe_dump(world_of(request.param)), encoding="utf-8")
    with start_lab(world=directory / "world.yml") as lab:
        person = Reader(directory, lab, artifact)
        try:
            items = guide_for(request.param)
            if request.param == COMMANDS:
                first = next(i for i, item in enumerate(items, 1) if FIRST in getattr(item, "text", ""))
                person.follow(items[:first])
                assert FIRST in person.runs[-1].command.line
                items = items[first:]
            person.fork()
            person.follow(items)
            yield person
        finally:
            person.close()


def test_guide_ends_with_a_view_that_is_proven(reader):
    *_, onboard, drift = (done for done in reader.runs if "ansible-playbook" in done.command.line)
    assert "m365.defender.onboard" in onboard.command.line
    assert "m365.defender.drift" in drift.command.line
    assert "changed=0" in onboard.output
    assert "changed=0" in drift.output
    report = json.loads((reader.directory / "reports/report.json").read_text(encoding="utf-8"))
    assert report["summary"]["registered"] == report["summary"]["eligible"] == report["summary"]["declared"] == 2
    assert report["findings"] == []


def test_nothing_is_written_into_the_installed_collection(reader):
    installed = reader.home / ".ansible/collections/ansible_collections/m365/defender"
    listed = {row["name"] for row in json.loads((installed / "FILES.json").read_text(encoding="utf-8"))["files"]}
    present = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert {name for name in present - listed if not name.endswith(".pyc")} == {"FILES.json", "MANIFEST.json"}


@pytest.mark.parametrize("reader", ["gdap"], indirect=True)
def test_commands_of_every_page_work(reader):
    reader.once = True
    for name in [*PAGES, "docs/playbooks.md"]:
        reader.follow(documentation.pages()[name].items)


def test_screen_in_readme_is_what_the_demo_shows(demo_run):
    (screen,) = (block.text for block in README.blocks() if block.language == "text")
    for part in screen.split("...\n"):
        assert part in demo_run[0].output


def test_exceptions_are_not_stale_and_links_lead_somewhere():
    assert documentation.all_complaints() == []
