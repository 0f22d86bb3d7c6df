# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role and of the playbooks, in one place: `mto_` and the name of an option.

Most are options of a module, whose spec and documentation hold for them, too. The others are described here.
`scripts/generate_docs.py` writes the role's `meta/argument_specs.yml` from this table.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS
from ansible_collections.m365.defender.plugins.module_utils._auth.login.options import login_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import (
    PREFIX as ENVIRONMENT_PREFIX,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import fallback_names
from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import operators_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.options.writer import writer_spec
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import with_prefix
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._core.text import did_you_mean
from ansible_collections.m365.defender.plugins.module_utils._remedies.options import remedy_spec
from ansible_collections.m365.defender.plugins.module_utils._view.options import registration_spec
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import sitting_spec
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import SPEC as NOTIFY_SPEC
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.steps import MAX_AGE
from ansible_collections.m365.defender.plugins.plugin_utils._report.step import SPEC as REPORT_SPEC

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

PREFIX: t.Final = "mto_"
EntryPoint = t.Literal["onboard", "drift", "offboard", "remedy", "undo", "report", "slice", "merge", "notify"]
# A playbook that does without the role has the same first task.
Playbook = t.Literal["accept", "adopt", "login", "record", "snapshot"]
ENTRY_POINTS: t.Final[tuple[EntryPoint, ...]] = t.get_args(EntryPoint)
PLAYBOOKS: t.Final[tuple[Playbook, ...]] = t.get_args(Playbook)

_REPORT: t.Final = ("fail_on", "report_dir", "report_formats", "report_mode", "report_per_tenant")
# What the role has beside the options of modules.
_OWN: t.Final[Spec] = {
    "tenants": {
        **tenants_spec()["tenants"],
        "description": "The tenants. If not set, the hosts of the inventory group C(mto_tenants) are used.",
    },
    "register": {
        "description": "Whether to compare the multitenant view with the list. If not, the report leaves it out.",
        "type": "bool",
        "default": True,
    },
    "fail_on": {
        **REPORT_SPEC["fail_on"],
        "description": "The kinds of findings that fail the play, after everything has been done and reported."
        " V(required) is a required check that is not met, V(unknown) one that could not be made, V(recommended) is"
        " advice, and V(registration) concerns the multitenant view, also where the view could not be read. V(new)"
        " limits the others to findings that the run before did not have; alone, it limits all kinds.",
    },
    "report_file": {**REPORT_SPEC["report_file"], "required": True},
    **{name: REPORT_SPEC[name] for name in ("evidence_dir", *_REPORT[1:], "report_previous", "baseline")},
    "notify": NOTIFY_SPEC["notify"],
    "smtp": NOTIFY_SPEC["smtp"],
    "parts_dir": {
        "description": "An existing directory that all slices and the merge share. Each slice leaves its part there, in"
        " a file that only its owner can read.",
        "type": "path",
        "required": True,
    },
    "parts_max_age": {
        "description": "How old a part may be, such as V(90m) or V(12h). What an older one holds is V(unknown), so that"
        " the part of another day never takes the place of a slice that has failed.",
        "type": "str",
        "default": MAX_AGE,
    },
    "run_id": {
        "description": "A text that the slices and the merge of one run share and no other run has, such as the number"
        " of a pipeline. If not set, the slices of a sliced job of AWX take the ID of its workflow, and the"
        " merge takes the newest run.",
        "type": "str",
    },
    "offboard": {
        "description": "The IDs of the tenants to remove. None of them may still be in the tenant list.",
        "type": "list",
        "elements": "str",
        "required": True,
    },
    "accept": {
        "description": "The findings to accept: their IDs, or reasons, each of which stands for all findings of the"
        " report that have it.",
        "type": "list",
        "elements": "str",
        "required": True,
    },
    "accept_why": {"description": "Why they are accepted.", "type": "str", "required": True},
    "accept_owner": {"description": "The person or team that answers for it.", "type": "str", "required": True},
    "accept_until": {
        "description": "The last day on which they are accepted, such as V(2027-01-31).",
        "type": "raw",
        "required": True,
    },
    "adopt_dir": {"type": "path", "required": True},
    "adopt_overwrite": {"type": "bool", "default": False},
    "snapshot_file": {"type": "path", "required": True},
    **{f"login_{name}": login_spec()[name] for name in ("method", "wait", "port", "renew")},
    "login_browser": login_spec()["open_browser"],
    **{name: sitting_spec()[name] for name in ("record", "browser", "browser_profile")},
    **{f"record_{name}": sitting_spec()[name] for name in ("wait", "write")},
}
_CHECKS: t.Final[Spec] = {
    "checks": {"type": "list", "elements": "str", "choices": list(CHECKS), "default": list(CHECKS)},
    "expiry_warning_days": {"type": "int", "default": 30},
}
_WRITES: t.Final = ("registration", "portal_contract", "max_removals", "wait_timeout", "backup", "backup_dir")
_SOURCES: t.Final = ("portal_cookies_file", "portal_session", "portal_snapshot", "snapshot_max_age")
_RECORDED: t.Final = ("portal_cookies_file", "snapshot_file", "portal_contract")
_SITTING: t.Final = ("record", "browser", "browser_profile")
_VIEW: t.Final = ("tenants", "register", "purge", "max_tenants")
_REMEDIES: t.Final = (*remedy_spec(), *writer_spec())
_COMPARED: t.Final = ("evidence_dir", "report_previous", "baseline", *_REPORT)
_CHECKED: t.Final = (*_VIEW, *_CHECKS, *_COMPARED)
_MERGED: t.Final = ("parts_dir", "parts_max_age", "run_id", *_VIEW, "checks", *_COMPARED)

# Variables of hosts that are tenants, and the fields that they fill.
HOST_VARIABLES: t.Final = {f"{PREFIX}{field}": field for field in tenants_spec()["tenants"]["options"]}
# What the role registers or sets for its user, and what the inventory plugin says of a host.
_RESULTS: t.Final = ("report", "eligible", "requirements", "remedy_result", "status")


def role_spec(entry_point: EntryPoint | Playbook) -> Spec:
    """Return the options of an entry point or of a playbook, without the prefix of their variables."""
    known = {**registration_spec(), **operators_spec(), **remedy_spec(), **writer_spec(), **_CHECKS, **_OWN}
    connection = connection_spec()
    if entry_point == "login":
        # The file is written, and no token is read.
        known["refresh_token_file"] = {**known["refresh_token_file"], "required": True}
    if entry_point == "record":
        # The files are written, and none of them is read.
        known |= {name: sitting_spec()[name] for name in _RECORDED}
    if entry_point == "accept":
        known["baseline"] = {**known["baseline"], "required": True}
        known["report_file"] = {"type": "path"}
    if entry_point == "notify":
        known["report_file"] = REPORT_SPEC["report_file"]
    own = [name for name in _OWN if name.startswith(f"{entry_point}_")]
    names = {
        "onboard": (*_CHECKED, *_WRITES, *_SOURCES, "operators", *_REMEDIES, *connection),
        "drift": (*_CHECKED, *_SOURCES, "operators", *connection),
        "offboard": ("offboard", "tenants", *_WRITES, *_SOURCES, *connection),
        "remedy": (*_CHECKED, *_SOURCES, "operators", *_REMEDIES, *connection),
        "undo": ("tenants", *_REMEDIES, *connection),
        "report": ("report_file", *_REPORT),
        "notify": ("notify", "smtp", "report_file", "report_dir"),
        "slice": ("parts_dir", "run_id", "tenants", *_CHECKS, "evidence_dir", *connection),
        "merge": (*_MERGED, *_WRITES, *_SOURCES, *connection),
        "accept": ("accept", *own, "baseline", "report_file", "report_dir"),
        "adopt": (*own, *connection),
        "login": (*own, *(name for name in connection if name != "refresh_token")),
        "record": (*own, *_RECORDED, *_SITTING, *(name for name in connection if "refresh_token" not in name)),
        "snapshot": (*own, *_SOURCES, *connection),
    }
    return {name: known[name] for name in names[entry_point]}


def known_variables() -> set[str]:
    """Return every variable that means something to the role or to a playbook of this collection."""
    options = {name for entry_point in (*ENTRY_POINTS, *PLAYBOOKS) for name in role_spec(entry_point)}
    return {*HOST_VARIABLES, *(f"{PREFIX}{name}" for name in (*options, *_RESULTS))}


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Return a warning for every variable that looks like one of the role's and is none: most likely a typo."""
    known = known_variables()
    # Those of the environment are in capital letters.
    unknown = sorted(name for name in names if name.lower().startswith(PREFIX) and name not in known)
    return [
        f"{name}: this variable is not known{did_you_mean(name.lower(), known)} and has no effect; correct its name,"
        " or begin the name of a variable of your own with other letters than mto_."
        for name in unknown
        # Two underscores are what the role keeps to itself.
        if not name.startswith(f"{PREFIX}_")
    ]


def unknown_environment(names: Iterable[str]) -> list[str]:
    """Return a warning for every variable of the environment that looks like a fall-back and is none."""
    known = fallback_names()
    return [
        f"{name}: this environment variable is not read{did_you_mean(name, known)}; correct its name, set"
        f" {name.lower()} in the play, or begin the name of a variable of your own with other letters than MTO_."
        for name in sorted(names)
        if name.startswith(ENVIRONMENT_PREFIX) and not name.startswith(f"{ENVIRONMENT_PREFIX}_") and name not in known
    ]


def as_variables(sentence: str, names: Collection[str]) -> str:
    """Return a sentence about options with the names of their variables instead."""
    return with_prefix(sentence, names, PREFIX)
