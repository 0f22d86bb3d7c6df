# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths are the user's: they mean the directory of the shell, whatever playbook is run and wherever it is installed."""

from __future__ import annotations

import json
import pathlib
import shutil
import sys

import pytest
from demo_world import WORLD
from playbook_runs import ROOT, Ansible
from worlds import OPERATOR, tenant, write_world

from lab.process import start_lab

TENANT = {"tenant_id": WORLD["tenants"][0]["tenant_id"], "name": WORLD["tenants"][0]["name"], "access": "gdap"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The collection as it is installed, where nobody may write."""
    collections = tmp_path_factory.mktemp("installed")
    place = collections / "ansible_collections" / "m365" / "defender"
    for name in ("meta", "playbooks", "plugins", "roles"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in place.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield collections
    for path in place.rglob("*"):
        path.chmod(0o755)


def files(directory):
    """Every file below a directory. Python's cache is not ours: root may write it in spite of the mode."""
    found = {path.relative_to(directory) for path in directory.rglob("*") if path.is_file()}
    return {path for path in found if "__pycache__" not in path.parts}


class Shell(Ansible):
    """A shell in a directory with a space and an umlaut, in which the user keeps their files."""

    def __init__(self, directory, lab, installed):
        directory.mkdir()
        super().__init__(directory, lab)
        self.installed = installed
        self.inventory = "inventory"
        (directory / "inventory").mkdir()
        (directory / "inventory" / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
        for name in ("ca_path", "portal_cookies_file", "portal_contract"):
            shutil.copy(lab[name], directory / name)
        token = directory / "token"
        token.write_text(lab["refresh_token"], encoding="ascii")
        token.chmod(0o600)

    def variables(self):
        """The connection, with a path that is relative."""
        return {**super().variables(), "mto_ca_path": "ca_path"}

    def environment(self, **changes):
        """Their environment, with the collection in a place of its own."""
        # Ansible makes a socket in the temporary directory, and the path of a socket has to be short.
        short = str(self.installed.parent)
        own = {"ANSIBLE_COLLECTIONS_PATH": str(self.installed), "MTO_REFRESH_TOKEN": "", "TMPDIR": short}
        return super().environment(**{**own, **changes})

    def play(self, playbook, *flags, **keywords):
        """Run a playbook, which must write nothing into the installed collection."""
        before = files(self.installed)
        run = super().play(playbook, *flags, **keywords)
        # A root user writes where nobody may.
        assert files(self.installed) == before
        return run


@pytest.fixture
def shell(tmp_path, demo_lab, installed):
    """A shell of the user."""
    return Shell(tmp_path / "Büro Köln", demo_lab, installed)


def one_line(text):
    """Text without the line ends that Ansible writes for a terminal."""
    return " ".join(text.split())


def test_adopt_writes_to_the_directory_of_the_inventory(shell):
    run = shell.play("m365.defender.adopt")
    assert run.code == 0, run.output
    written = shell.directory / "inventory"
    assert files(written) == {pathlib.Path(name) for name in ("hosts.yml", "tenants.yml", "consent-links.md")}
    assert f"{written}/tenants.yml was written" in one_line(run.output)


def test_adopt_as_the_operator_alone(tmp_path, installed):
    """A public client: no credential of the app, and the operator's token by a path in the home directory."""
    operator = {"upn": OPERATOR, "groups": ["SOC analysts"], "roles": ["Global Reader"]}
    with start_lab(world=write_world(tmp_path, tenant(1), operator=operator, public_client=True)) as lab:
        shell = Shell(tmp_path / "Büro Köln", lab, installed)
        (shell.directory / "token").rename(shell.home / "token")
        (shell.directory / "customers").mkdir()
        env = {"MTO_CLIENT_SECRET": "", "MTO_REFRESH_TOKEN_FILE": "~/token"}
        run = shell.play("m365.defender.adopt", env=env, mto_adopt_dir="customers")
        assert run.code == 0, run.output
        assert (shell.home / "token").read_text(encoding="ascii") != lab["refresh_token"]
    assert files(shell.directory / "customers") == {pathlib.Path("tenants.yml"), pathlib.Path("consent-links.md")}


@pytest.mark.parametrize(
    ("playbook", "variable", "value", "missing"),
    [("adopt", "mto_adopt_dir", "./no where", "no where"), ("snapshot", "mto_snapshot_file", "nowhere/x", "nowhere")],
)
def test_missing_directory_ends_the_play_before_a_request(shell, playbook, variable, value, missing):
    before = len(shell.lab.requests())
    run = shell.play(f"m365.defender.{playbook}", **{variable: value})
    assert run.code == 2
    sentence = f"{variable}: {shell.directory}/{missing} does not exist; create it first: mkdir -m 700"
    assert sentence in one_line(run.output)
    assert len(shell.lab.requests()) == before


def test_snapshot_is_written_where_the_shell_is(shell):
    env = {"MTO_PORTAL_COOKIES_FILE": "portal_cookies_file"}
    run = shell.play("m365.defender.snapshot", env=env, mto_snapshot_file="Ansicht ü.json")
    assert run.code == 0, run.output
    assert json.loads((shell.directory / "Ansicht ü.json").read_text(encoding="utf-8"))
    assert f"{shell.directory}/Ansicht ü.json was written." in one_line(run.output)
    again = shell.play("m365.defender.onboard", mto_tenants=[TENANT], mto_register=True, mto_fail_on=[],
                       mto_portal_snapshot="Ansicht ü.json")  # fmt: skip
    assert again.code == 0, again.output
    assert "registration.no_view" not in again.output


def test_files_of_the_view_are_found_and_a_backup_is_named(shell):
    shutil.move(shell.directory / "portal_contract", shell.home / "contract.yml")
    run = shell.play(
        "m365.defender.onboard",
        "-v",
        mto_tenants=[TENANT],
        mto_register=True,
        mto_registration="apply",
        mto_backup=True,
        mto_fail_on=[],
        mto_portal_cookies_file="portal_cookies_file",
        mto_portal_contract="~/contract.yml",
        mto_refresh_token_file="token",
    )
    assert run.code == 0, run.output
    (backup,) = shell.directory.glob("mto-view-*.json")
    assert str(backup) in one_line(run.output)


def test_login_names_the_file_in_full(shell):
    (shell.directory / "private").mkdir(mode=0o700)
    run = shell.play("m365.defender.login", "--check", mto_refresh_token_file="private/refresh token")
    assert run.code == 0, run.output
    assert f"would be written to {shell.directory}/private/refresh token." in one_line(run.output)


@pytest.mark.parametrize("way", ["here", "sent"])
def test_play_of_the_users_own(shell, way):
    """In a directory of its own, in Ansible's own process and as a module that is sent."""
    # Ansible splits the name of a Python at a space.
    other = shell.installed / "python"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    other.chmod(0o700)
    python = "{{ ansible_playbook_python }}" if way == "here" else str(other)
    tasks = [
        {"m365.defender.mto_tenant_access": {"from_evidence": "evidence.json"}, "ignore_errors": True},
        {"m365.defender.mto_tenant_access": {"tenants": [TENANT]}, "ignore_errors": True},
    ]
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    names = ("home_tenant_id", "client_id", "operator")
    defaults = {"group/m365.defender.mto": {name: shell.lab[name] for name in names}}
    play = {**head, "vars": {"ansible_python_interpreter": python}, "module_defaults": defaults, "tasks": tasks}
    place = shell.directory / "plays"
    place.mkdir()
    (place / "own.yml").write_text(json.dumps([play]), encoding="utf-8")
    env = {"MTO_CLIENT_SECRET": "", "AZURE_CLIENT_CERTIFICATE_PATH": "~/app.pem"}
    output = one_line(shell.play("plays/own.yml", env=env).output)
    assert f"from_evidence: {shell.directory}/evidence.json cannot be read" in output
    assert f"client_certificate_path: {shell.home}/app.pem" in output
