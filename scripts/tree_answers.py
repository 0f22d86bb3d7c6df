# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collect what one checkout of this project says about the tenants of a running lab.

Modules run as processes of their own, as Ansible runs them. Reports are made by the functions below the role's tasks.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import typing as t

from tool_environment import tool_environment

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json: t.TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Document: t.TypeAlias = "dict[str, Json]"

# The key before the rebuild, and the key since.
RENAMED: t.Final = {"mark": "provenance", "to_act_on": "actionable", "extends_itself": "auto_extend"}
FAIL_ON: t.Final = ("required", "recommended", "unknown", "registration")
_MODULES: t.Final = "ansible_collections.m365.defender.plugins.modules"
_FACTS: t.Final = "mto_requirement_facts"
_ACCESS: t.Final = "mto_tenant_access"
_VIEW: t.Final = "mto_tenant"
# Far more than any run takes: a busy machine must not turn a verdict into "unknown".
_LIMITS: t.Final[Document] = {"timeout": 300, "deadline": 7200}
# A time at which much of what the worlds hold has ended.
_LATER: t.Final = "2027-12-31T12:00:00Z"
_LAB: t.Final = """
import json, sys
from lab.process import start_lab
with start_lab(**json.loads(sys.argv[1])) as lab:
    print(json.dumps({"connection": lab.connection, "tenants": lab.tenants()}), flush=True)
    sys.stdin.read()
"""
_REPORT: t.Final = """
import json, sys
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines
given = json.load(sys.stdin)
rows = ModuleRows.from_results(given["requirements"], given["access"], given["registration"])
report = make_report(RunInfo(**given["run"]), rows)
failing = {kind: [row.id for row in report.findings if row.fail_word == kind] for kind in given["fail_on"]}
texts = {name: formats_by_name()[name].render(report) for name in ("junit", "html")}
print(json.dumps({"report": report.as_dict(), "failing": failing, **texts, "summary": summary_lines(report)}))
"""


class RunError(Exception):
    """A lab, a module or a report that gave no result."""


class Lab(t.NamedTuple):
    """A running lab: its connection and the tenants that a user would declare."""

    connection: dict[str, str]
    tenants: list[Document]


class Answers(t.NamedTuple):
    """Results by name, and the evidence that the two reading modules saved."""

    results: Document
    evidence: Document


@contextlib.contextmanager
def start_lab(tree: pathlib.Path, world: Mapping[str, Json]) -> Iterator[Lab]:
    """Serve a world with the lab of a checkout while the body runs."""
    folder = tree if (tree / "lab").is_dir() else tree / "tests"
    command = [sys.executable, "-c", _LAB, json.dumps(world)]
    with subprocess.Popen(
        command, cwd=folder, env=tool_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RunError(f"The lab in {folder} did not start.")
        yield Lab(**json.loads(line))
        # The lab stops when its standard input ends.
        process.communicate()


def collect(tree: pathlib.Path, lab: Lab, folder: pathlib.Path, saved: Document | None = None) -> Answers:
    """Run everything in one checkout. Evidence is judged from `saved`, else from what this checkout has just read."""
    runner = _Runner(tree, lab, folder)
    results = _read(runner)
    evidence: Document = {name: _dict(result).pop("evidence", None) for name, result in results.items()}
    given = evidence if saved is None else _translate(saved, evidence)
    results |= {f"{name}, evidence": value for name, value in evidence.items() if value is not None}
    results |= _view(runner)
    results |= _judge_again(runner, given)
    results |= _reports(runner, results)
    return Answers(results, evidence)


class _Runner:
    """Runs modules of one checkout, and its report."""

    def __init__(self, tree: pathlib.Path, lab: Lab, folder: pathlib.Path) -> None:
        self._environment = {**tool_environment(), "PYTHONPATH": str(tree.resolve() / "build" / "collections")}
        self.connection = lab.connection
        self.folder = folder
        self.tenants: list[Json] = [*lab.tenants]

    def connected(self, module: str, identities: Sequence[str] = (), **options: Json) -> Document:
        """Run a module against the lab with the app identity and the named others."""
        connection = self.connection
        names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path", *identities)
        endpoints: Json = {name: connection[name] for name in ("login", "graph", "arm", "portal", "mto")}
        given: Document = {name: connection[name] for name in names}
        return self.run(module, {**given, "endpoints": endpoints, **_LIMITS, **options})

    def run(self, module: str, options: Document) -> Document:
        """Run a module. A failure counts as a result only where the home tenant cannot be signed in to."""
        text = self.execute(["-m", f"{_MODULES}.{module}"], {"ANSIBLE_MODULE_ARGS": options})
        result = _dict(json.loads(text))
        if result.get("failed") and "home_problem" not in result:
            raise RunError(f"{module}: {result.get('msg')}")
        result.pop("invocation", None)
        return result

    def execute(self, arguments: list[str], given: Document) -> str:
        """Run Python with JSON on standard input and return standard output, which has to be JSON."""
        command = [sys.executable, *arguments]
        text = json.dumps(given)
        done = subprocess.run(
            command, env=self._environment, cwd=self.folder, input=text, capture_output=True, text=True, check=False
        )
        if not done.stdout.startswith("{") and not done.stdout.startswith("\n{"):
            raise RunError(f"{' '.join(arguments)[-80:]} gave no result: {done.stdout[:500]}{done.stderr[-3000:]}")
        return done.stdout


def _read(runner: _Runner) -> Document:
    """Read requirements and access as each identity, and with what the home tenant refuses."""
    token = ("refresh_token",)
    refused: Document = {"client_secret": "not-the-secret-of-this-app"}
    situations: dict[str, tuple[str, tuple[str, ...], Document]] = {
        f"{_FACTS} (app)": (_FACTS, (), {}),
        f"{_FACTS} (app and operator)": (_FACTS, token, {"expiry_warning_days": 90}),
        f"{_FACTS} (sign-in refused at home)": (_FACTS, token, refused),
        f"{_ACCESS} (app)": (_ACCESS, (), {}),
        f"{_ACCESS} (app, listed alone)": (_ACCESS, (), {"checks": ["listed"]}),
        f"{_ACCESS} (app and operator)": (_ACCESS, token, {}),
        f"{_ACCESS} (sign-in refused at home)": (_ACCESS, token, refused),
    }
    results: Document = {
        name: runner.connected(module, identities, tenants=runner.tenants, return_evidence=True, **options)
        for name, (module, identities, options) in situations.items()
    }
    return {**results, "mto_gdap_customer_info": runner.connected("mto_gdap_customer_info")}


def _view(runner: _Runner) -> Document:
    """Look at the multitenant view without changing it."""
    session = ("portal_cookies_file",)
    contract = runner.connection["portal_contract"]
    half: list[Json] = [_dict(row)["tenant_id"] for row in runner.tenants[::2]]
    situations: dict[str, Document] = {
        "assist": {"tenants": runner.tenants},
        "assist, half eligible, room for all": {"tenants": runner.tenants, "eligible": half, "max_tenants": 5000},
        "assist, half declared, purge": {"tenants": runner.tenants[::2], "purge": True, "max_removals": 5000},
        "assist, absent": {"tenants": runner.tenants[::3], "state": "absent"},
        "apply, half eligible, check mode": {
            "tenants": runner.tenants,
            "eligible": half,
            "max_tenants": 5000,
            "registration": "apply",
            "portal_contract": contract,
            "_ansible_check_mode": True,
        },
    }
    results: Document = {"mto_tenant_info": runner.connected("mto_tenant_info", session)}
    for situation, options in situations.items():
        results[f"{_VIEW} ({situation})"] = runner.connected(_VIEW, session, **options)
    return results


def _judge_again(runner: _Runner, evidence: Document) -> Document:
    """Judge saved evidence again: all of it, at a later time, and in part."""
    situations: dict[str, Document] = {
        "": {},
        ", later": {"judged_at": _LATER},
        ", every third tenant": {"tenants": runner.tenants[::3]},
    }
    results: Document = {}
    for name, body in evidence.items():
        if body is None:
            continue
        path = runner.folder / "evidence.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        for situation, options in situations.items():
            given: Document = {"from_evidence": os.fspath(path), **options}
            results[f"{name} from evidence{situation}"] = runner.run(name.partition(" ")[0], given)
    return results


def _reports(runner: _Runner, results: Document) -> Document:
    """Make the report, its other formats and the findings that fail a run, from less and from more results."""
    facts = _dict(results[f"{_FACTS} (app)"])
    access = _dict(results[f"{_ACCESS} (app and operator)"])
    refused = _dict(results[f"{_ACCESS} (sign-in refused at home)"])
    view = results[f"{_VIEW} (assist, half declared, purge)"]
    cases: dict[str, tuple[Json, Json]] = {
        "requirements": (None, None),
        "requirements and access": (access["tenants"], None),
        "requirements, access and view": (access["tenants"], view),
        "requirements and refused access": (refused["tenants"], None),
    }
    names = {"generated_at": "read_at", "home_tenant_id": "home_tenant_id", "operator": "operator", "cloud": "cloud"}
    run: Document = {name: facts[key] for name, key in names.items()}
    made: Document = {}
    for case, (rows, registration) in cases.items():
        given: Document = {
            "requirements": _dict(facts["ansible_facts"])["mto_requirements"],
            "access": rows,
            "registration": registration,
            "run": run,
            "fail_on": [*FAIL_ON],
        }
        made[f"report ({case})"] = _dict(json.loads(runner.execute(["-c", _REPORT], given)))
    return made


def _translate(saved: Document, own: Document) -> Document:
    """Give saved evidence the keys that this checkout writes itself."""
    return _dict(rename_keys(saved)) if '"provenance": ' in json.dumps(own) else saved


def rename_keys(value: Json) -> Json:
    """Give renamed keys their new names, at any depth."""
    if isinstance(value, dict):
        return {RENAMED.get(key, key): rename_keys(item) for key, item in value.items()}
    return [rename_keys(item) for item in value] if isinstance(value, list) else value


def _dict(value: Json) -> Document:
    if not isinstance(value, dict):
        raise RunError(f"Expected an object, not {str(value)[:80]}.")
    return value
