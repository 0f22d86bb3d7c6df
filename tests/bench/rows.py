# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is compared: the playbook, the facts alone, what the network alone takes, and two ways that people write."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import sys
import tempfile
import typing as t

from bench.measured import Cost, cpu_of, measured
from lab.process import start_lab

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from lab.process import Lab

TESTS: t.Final = pathlib.Path(__file__).resolve().parent.parent
COLLECTIONS: t.Final = TESTS.parent / "build" / "collections"
# Not the portal, whose pages and writes have no limit here.
_MICROSOFT_READS: t.Final = ("login", "graph", "arm")
_PLAYBOOK: t.Final = (sys.executable, "-m", "ansible", "playbook", "-i", "localhost,")
# How many people the operator's team has beside them, by the row.
_COLLEAGUES: t.Final = {"one": 19, "operators": 19}
_LOCAL: t.Final = {"hosts": "localhost", "connection": "local", "gather_facts": False}


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What a row is measured with. `collections` is where the collection is: of this tree, or of another."""

    tenants: int
    latency_ms: float
    concurrency: int
    collections: pathlib.Path = COLLECTIONS
    world: pathlib.Path | None = None


class Measured(t.NamedTuple):
    """A run: its cost, the requests to each tenant, those at home, and the lab's own CPU seconds."""

    cost: Cost
    per_tenant: list[int]
    at_home: int
    lab_cpu: float


class _Command(t.NamedTuple):
    words: tuple[str, ...]
    stdin: str = ""
    variables: dict[str, str] = {}  # noqa: RUF012  (never changed)


def run(name: str, setting: Setting) -> Measured:
    """Run a row once, against a lab of its own, so that every run finds the same view."""
    generated = {"tenants": setting.tenants, "seed": 1, "calm": True, "analysts": _COLLEAGUES.get(name, 0)}
    lab_of = {"world": setting.world} if setting.world else generated
    with tempfile.TemporaryDirectory() as directory, start_lab(latency_ms=setting.latency_ms, **lab_of) as lab:
        command = ROWS[name](lab, setting, pathlib.Path(directory))
        before, used = len(lab.requests()), cpu_of(lab.process.pid or 0)
        environment = _environment(setting.collections) | command.variables | {"HOME": directory}
        cost = measured(command.words, stdin=command.stdin, environment=environment, cwd=pathlib.Path(directory))
        lab_cpu = cpu_of(lab.process.pid or 0) - used
        sent = collections.Counter(
            row["tenant"] or row["path"].split("/")[1]
            for row in lab.requests()[before:]
            if row["host"] in _MICROSOFT_READS
        )
    home = lab.connection["home_tenant_id"]
    known = {row["tenant_id"] for row in lab.tenants()}
    return Measured(cost, [count for tenant, count in sent.items() if tenant in known], sent[home], lab_cpu)


def _environment(folder: pathlib.Path) -> dict[str, str]:
    dropped = ("ANSIBLE_", "MTO_", "AZURE_", "PYTHONDONTWRITEBYTECODE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(map(str, (folder, TESTS, TESTS.parent))),
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
    }


def _options(lab: Lab, setting: Setting) -> dict[str, t.Any]:
    names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
    endpoints = {name: lab.connection[name] for name in ("login", "graph")}
    own = {name: lab.connection[name] for name in names}
    return {**own, "endpoints": endpoints, "tenants": lab.tenants(), "concurrency": setting.concurrency}


def _onboard(lab: Lab, setting: Setting, directory: pathlib.Path) -> _Command:
    """As a user would run it: both identities, the view written and read back, three report files."""
    own = lab.connection
    names = ("home_tenant_id", "client_id", "operator", "ca_path", "portal_cookies_file", "portal_contract")
    variables: dict[str, t.Any] = {f"mto_{name}": own[name] for name in names}
    variables |= {
        "mto_endpoints": {name: own[name] for name in ("login", "graph", "arm", "portal", "mto")},
        "mto_registration": "apply",
        "mto_max_tenants": max(100, setting.tenants),
        "mto_tenants": lab.tenants(),
        "mto_concurrency": setting.concurrency,
        "mto_report_dir": str(directory),
        "mto_fail_on": [],
    }
    path = directory / "variables.json"
    path.write_text(json.dumps(variables), encoding="utf-8")
    secrets = {f"MTO_{name.upper()}": own[name] for name in ("client_secret", "refresh_token")}
    return _Command((*_PLAYBOOK, "m365.defender.onboard", "-e", f"@{path}"), variables=secrets)


def _one(lab: Lab, setting: Setting, directory: pathlib.Path) -> _Command:
    """Both steps of the guide for one person, read by the app alone, with the three report files."""
    return _assess(lab, setting, directory, {"mto_operator": lab["operator"]})


def _operators(lab: Lab, setting: Setting, directory: pathlib.Path) -> _Command:
    """The same for a team of twenty."""
    team = [lab["operator"], *(analyst.upn for analyst in lab.world.home.analysts)]
    return _assess(lab, setting, directory, {"mto_operators": team})


def _assess(lab: Lab, setting: Setting, directory: pathlib.Path, people: dict[str, t.Any]) -> _Command:
    own = lab.connection
    variables: dict[str, t.Any] = {f"mto_{name}": own[name] for name in ("home_tenant_id", "client_id", "ca_path")}
    variables |= {
        "mto_endpoints": {name: own[name] for name in ("login", "graph", "arm")},
        "mto_tenants": lab.tenants(),
        "mto_concurrency": setting.concurrency,
        "mto_report_dir": str(directory),
        "mto_register": False,
        "mto_fail_on": [],
        **people,
    }
    path = directory / "variables.json"
    path.write_text(json.dumps(variables), encoding="utf-8")
    words = (*_PLAYBOOK, "m365.defender.onboard", "-e", f"@{path}")
    return _Command(words, variables={"MTO_CLIENT_SECRET": own["client_secret"]})


def _facts(lab: Lab, setting: Setting, _directory: pathlib.Path) -> _Command:
    return _Command((sys.executable, "-m", "bench.clients.facts"), json.dumps(_options(lab, setting)))


def _limit(lab: Lab, setting: Setting, directory: pathlib.Path) -> _Command:
    options, path = _options(lab, setting), directory / "recorded.json"
    recording = json.dumps({**options, "record": str(path), "concurrency": 64})
    words = (sys.executable, "-m", "bench.clients.facts")
    measured(words, stdin=recording, environment=_environment(setting.collections), cwd=directory)
    given = {"recorded": str(path), "ca_path": options["ca_path"], "concurrency": setting.concurrency}
    return _Command((sys.executable, "-m", "bench.clients.limit"), json.dumps(given))


def _sequential(lab: Lab, setting: Setting, _directory: pathlib.Path) -> _Command:
    return _Command((sys.executable, "-m", "bench.clients.sequential"), json.dumps(_options(lab, setting)))


def _uri(lab: Lab, setting: Setting, directory: pathlib.Path) -> _Command:
    """A play as people write it: a loop over the tenants, a token, and a task for each read."""
    from bench.clients.sequential import PATHS

    options = _options(lab, setting)
    common = {"ca_path": options["ca_path"], "use_proxy": False, "return_content": True}
    form = {
        "client_id": options["client_id"],
        "client_secret": options["client_secret"],
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }
    login = f"{options['endpoints']['login']}/{{{{ tenant.tenant_id }}}}/oauth2/v2.0/token"
    token: dict[str, t.Any] = {
        "ansible.builtin.uri": {
            **common,
            "url": login,
            "method": "POST",
            "body": form,
            "body_format": "form-urlencoded",
        },
        "register": "token",
    }
    reads = [
        {
            "ansible.builtin.uri": {
                **common,
                "url": f"{options['endpoints']['graph']}/v1.0{path.format(**options)}",
                "headers": {"Authorization": "Bearer {{ token.json.access_token }}"},
                "status_code": [200, 403, 404],
            }
        }
        for path in PATHS
    ]
    (directory / "tenant.yml").write_text(json.dumps([token, *reads]), encoding="utf-8")
    loop = {"loop": options["tenants"], "loop_control": {"loop_var": "tenant", "label": "{{ tenant.name }}"}}
    play = {**_LOCAL, "tasks": [{"ansible.builtin.include_tasks": "tenant.yml", **loop}]}
    play["vars"] = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    (directory / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    return _Command((*_PLAYBOOK, str(directory / "play.yml")))


ROWS: t.Final[dict[str, Callable[[Lab, Setting, pathlib.Path], _Command]]] = {
    "onboard": _onboard,
    "one": _one,
    "operators": _operators,
    "facts": _facts,
    "limit": _limit,
    "sequential": _sequential,
    "uri": _uri,
}
