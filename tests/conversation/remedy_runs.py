# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of mto_remedy against the lab, as Ansible calls it, and the declarations that they need."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from worlds import HOME_ID, declared

from ansible_collections.m365.defender.plugins.modules.mto_remedy import TASK
from lab.state.directory import object_id

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.process import Lab

SOC, HELPDESK = (object_id(HOME_ID, "group", name) for name in ("SOC analysts", "Helpdesk"))
ASSIGNED: dict[str, t.Any] = {"gdap": {"assignments": [{"group": SOC, "roles": ["Security Reader"]}]}}
WANTED: dict[str, t.Any] = {"gdap": {"roles": ["Security Reader", "Directory Readers"], "duration": "P365D"}}


class Call:
    """What Ansible hands over."""

    def __init__(self, params: dict[str, t.Any], *, check_mode: bool) -> None:
        self.params = params
        self.check_mode = check_mode
        self.no_log_values: set[str] = set()

    def tell(self, line: str) -> None:
        """There is no screen."""


class Remedies:
    """A user of the lab with a directory of their own."""

    def __init__(self, lab: Lab, directory: pathlib.Path) -> None:
        self.lab, self.directory = lab, directory
        self.journal = directory / "journal.jsonl"
        self.invitations = directory / "invitations"
        self.invitations.mkdir(exist_ok=True)

    def options(self, **changes: t.Any) -> dict[str, t.Any]:
        """What a task gives."""
        lab = self.lab
        names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
        return {
            **{name: lab[name] for name in (*names, "writer_client_id", "writer_client_secret")},
            "endpoints": {name: lab[name] for name in ("login", "graph")},
            "journal": str(self.journal),
            "invitations_dir": str(self.invitations),
            "remedy_wait": "5s",
            **changes,
        }

    def run(
        self, tenants: Sequence[dict[str, t.Any]], *names: str, check_mode: bool = False, **changes: t.Any
    ) -> dict[str, t.Any]:
        """Return the module's result, as it comes through JSON."""
        options = self.options(tenants=list(tenants), remedies=list(names), **changes)
        validated = ArgumentSpecValidator(TASK.spec, **TASK.all_constraints()).validate(options)
        assert validated.error_messages == []
        call = Call(validated.validated_parameters, check_mode=check_mode)
        result, _warnings = TASK.result_of(call)
        text = json.dumps(result)
        assert not [secret for secret in call.no_log_values if secret in text]
        return t.cast("dict[str, t.Any]", json.loads(text))

    def rows(self, *arguments: t.Any, **more: t.Any) -> list[tuple[str, str, bool]]:
        """Return remedy, status and whether it changed, for each row."""
        result = self.run(*arguments, **more)
        assert "remedies" in result, result
        return [(row["remedy"], row["status"], row["changed"]) for row in result["remedies"]]

    def entries(self) -> list[dict[str, t.Any]]:
        """Return the lines of the journal."""
        lines = self.journal.read_text(encoding="utf-8").splitlines() if self.journal.exists() else []
        return [json.loads(line) for line in lines]

    def writes(self) -> list[tuple[str, str]]:
        """Return method and path of everything that changed the lab."""
        return [(row["method"], row["path"]) for row in self.lab.writes()]


def rows_of(*tenants: dict[str, t.Any], **keys: t.Any) -> list[dict[str, t.Any]]:
    """Return what a user's list says about tenants, with these keys in each row."""
    return [{**row, **keys} for row in declared(*tenants)]
