# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module in a process of its own and its task in this one: the same result in every world of the lab."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys

import pytest

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.in_process import run_here
from lab.process import WORLDS, start_lab

MODULES = "ansible_collections.m365.defender.plugins.modules"
OPTIONS = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")
ENDPOINTS = ("login", "graph", "arm")
FACTS = "mto_requirement_facts"
ACCESS = "mto_tenant_access"
BOTH = "mto_assessment_info"
# In the environment of every run: what is set and not used is told.
IN_VAIN = ("MTO_CLIENT_CERTIFICATE_PASSWORD", "in-vain")
_CHANGING = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\"request_id\": \"[^\"]*\"")


def stable(result):
    """A result as text, without times and ids of requests."""
    return _CHANGING.sub("", json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False))


# Run beside the tests: for each line, a fork reads its arguments and is the module. To import all of it takes longer.
SENDER = f"""
import importlib, io, json, os, sys
for line in sys.stdin:
    name, arguments = json.loads(line)
    module = importlib.import_module(f"{MODULES}.{{name}}")
    child = os.fork()
    if child == 0:
        sys.stdin = io.TextIOWrapper(io.BytesIO(arguments.encode()))
        module.main()
    os.waitpid(child, 0)
"""


class Sender:
    """Runs modules in processes of their own, one for each run."""

    def __init__(self, server):
        self._server = server

    def __call__(self, name, options, *, check_mode=False):
        """The result of the module, run as Ansible runs it."""
        own = {"check_mode": check_mode, "inject_invocation": True, "module_name": name}
        arguments = {"ANSIBLE_MODULE_ARGS": {**options, **{f"_ansible_{key}": own[key] for key in own}}}
        print(json.dumps([name, json.dumps(arguments)]), file=self._server.stdin, flush=True)
        # Ansible's module prints an empty line first.
        result = json.loads(next(line for line in self._server.stdout if line.strip()))
        # Ansible makes texts of them.
        texts = (
            {"warnings": [warning["event"]["msg"] for warning in result["warnings"]]} if "warnings" in result else {}
        )
        return {**result, **texts}


@pytest.fixture(scope="module")
def sent():
    """Sends a module: its name and options, and the result."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **dict([IN_VAIN])}
    command = [sys.executable, "-c", SENDER]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield Sender(server)


def here(name, options, *, check_mode=False):
    """The result of the action."""
    task = importlib.import_module(f"{MODULES}.{name}").TASK
    return run_here(task, options, action=name, check_mode=check_mode, with_invocation=True, tell=lambda _line: None)


def connection(lab):
    """The options that reach a lab, with both identities."""
    return {name: lab[name] for name in OPTIONS} | {"endpoints": {name: lab[name] for name in ENDPOINTS}}


@pytest.fixture(scope="module", params=sorted(path.stem for path in WORLDS.glob("*.yml")))
def judged(request):
    """Options for a world of the lab, and what one module for both steps returns for them in this process.

    Of a world with many tenants, some from its beginning to its end.
    """
    with start_lab(world=request.param) as lab, pytest.MonkeyPatch.context() as patch:
        patch.setenv(*IN_VAIN)
        some = lab.tenants()[:: 1 + len(lab.tenants()) // 30]
        options = {**connection(lab), "tenants": some, "return_evidence": True}
        both = here(BOTH, options)
        assert not both.get("failed"), both["msg"]
        yield options, both


def test_every_world_is_judged_the_same(sent, judged):
    options, both = judged
    assert stable(both) == stable(sent(BOTH, options))


def test_one_module_for_both_steps_returns_what_two_return(judged):
    options, both = judged
    facts, access = (here(name, options) for name in (FACTS, ACCESS))
    assert not facts.get("failed"), facts["msg"]
    assert not access.get("failed"), access["msg"]
    assert stable(both) == stable(together(facts, access))


def together(facts, access):
    """What the module for both returns, made of what the two return."""
    evidence = {**facts["evidence"], "access": access["evidence"]["access"]}
    invocation = here(BOTH, {})["invocation"]["module_args"] | facts["invocation"]["module_args"]
    invocation = {name: value for name, value in invocation.items() if name != "as_facts"}
    rest = {name: value for name, value in facts.items() if name != "ansible_facts"}
    return {
        **access,
        **rest,
        "requirements": facts["ansible_facts"]["mto_requirements"],
        "evidence": evidence,
        "invocation": {"module_args": invocation},
    }


@pytest.fixture(scope="module")
def lab():
    """A small world."""
    with start_lab(world="person") as running:
        yield running


INFO = "mto_tenant_info"
# A module, its options over those of the connection (None leaves one out), and what the result says.
TASKS = [
    ("mto_gdap_customer_info", {}, '"customers": ['),
    ("mto_operator_login", {"path": "token", "client_secret": None}, "would be written to token"),
    (FACTS, {"client_secret": "wrong-but-secret", "refresh_token": None}, "AADSTS7000215"),
    (FACTS, {"concurrency": "many"}, "concurrency"),
    (FACTS, {"home_tenant_id": None}, "home_tenant_id: missing"),
    (FACTS, {"tenants": []}, "tenants: the list is empty"),
    (FACTS, {"from_evidence": "nowhere.json"}, "nowhere.json cannot be read"),
    (BOTH, {"client_secret": "wrong-but-secret"}, "AADSTS7000215"),
    (BOTH, {"refresh_token": "wrong-but-secret"}, "AADSTS"),
    (BOTH, {"from_evidence": "nowhere.json"}, "nowhere.json cannot be read"),
    (ACCESS, {"client_secret": "met"}, "client_secret: the value has fewer than 8 characters"),
    (ACCESS, {"checks": ["lsited"]}, "value of checks must be one or more of"),
    (ACCESS, {"tenat": "x"}, "Unsupported parameters for (mto_tenant_access) module: tenat."),
    (INFO, {"federated_token_file": "token"}, "mutually exclusive: client_secret|"),
    (INFO, {"portal_session": {"sccauth": "x" * 8, "xsrf_token": "met"}}, "portal_session.xsrf_token: the value has"),
    (INFO, {"portal_session": {"sccauth": "x" * 8}}, "required together: sccauth, xsrf_token"),
    ("mto_tenant", {"registration": "apply"}, "registration is apply but all of the following are missing"),
]


@pytest.mark.parametrize(("name", "options", "words"), TASKS)
def test_every_kind_of_result_is_the_same(lab, sent, monkeypatch, name, options, words):
    monkeypatch.setenv(*IN_VAIN)
    rows = {"tenants": lab.tenants()} if name in (FACTS, ACCESS, BOTH, "mto_tenant") else {}
    given = {key: value for key, value in {**connection(lab), **rows, **options}.items() if value is not None}
    result = here(name, given, check_mode=True)
    assert words in json.dumps(result)
    assert "wrong-but-secret" not in json.dumps(result)
    assert stable(result) == stable(sent(name, given, check_mode=True))
