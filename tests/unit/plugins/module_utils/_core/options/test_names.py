# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences name an option as the user knows it: the role's is a variable. Held by every sentence that names one."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re

import pytest
import yaml

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import (
    named_with,
    option_name,
    with_prefix,
)
from ansible_collections.m365.defender.plugins.plugin_utils._role.options import (
    ENTRY_POINTS,
    PREFIX,
    known_variables,
    role_spec,
)

ROOT = pathlib.Path(__file__).resolve().parents[6]
VARIABLES = sorted({name for entry_point in ENTRY_POINTS for name in role_spec(entry_point)}, key=len, reverse=True)
# One word alone is an ordinary one, unless it is marked.
BARE = re.compile(rf"(?<![\w./'{{}}])(?:{'|'.join(name for name in VARIABLES if '_' in name)})(?![\w}}])")
MARKED = re.compile(rf"`(?:{'|'.join(VARIABLES)})[`:]")
# The keys of a snapshot, and the field of a row of the tenant list: these have no prefix.
FIELDS = ("add `operator` and `home_tenant_id` to the snapshot", "`cloud` of this tenant")
TEXTS = [
    text for row in (*CATALOGUE.reasons.values(), *CATALOGUE.caveats.values()) for text in (row.sentence, row.remedy)
]


def unnamed(text):
    for field in FIELDS:
        text = text.replace(field, "")
    return [*BARE.findall(text), *MARKED.findall(text)]


@pytest.mark.parametrize("reason", sorted(CATALOGUE.reasons))
def test_the_role_names_variables_in_every_sentence(reason):
    with named_with(PREFIX):
        assert unnamed(" ".join(CATALOGUE.words(Problem(reason)))) == []


@pytest.mark.parametrize("reason", sorted(CATALOGUE.caveats))
def test_the_role_names_variables_in_every_caveat(reason):
    with named_with(PREFIX):
        caveat = CATALOGUE.caveat(reason, {})
    assert unnamed(f"{caveat.message} {caveat.remedy}") == []


def test_every_name_that_is_marked_is_an_option_and_a_variable():
    marked = {name for text in TEXTS for name in re.findall(r"\{mto_\}(\w+)", text)}
    assert "client_secret" in marked
    assert marked <= set(VARIABLES)


def test_modules_name_their_options():
    words = " ".join(CATALOGUE.words(Problem("sign_in.secret_wrong")))
    assert "set client_secret (or MTO_CLIENT_SECRET in the environment)" in words
    with named_with(PREFIX):
        words = " ".join(CATALOGUE.words(Problem("sign_in.secret_wrong")))
        assert option_name("ca_path") == "mto_ca_path"
        assert option_name("port", "login_port") == "mto_login_port"
    assert "set mto_client_secret (or MTO_CLIENT_SECRET in the environment)" in words
    assert (option_name("ca_path"), option_name("port", "login_port")) == ("ca_path", "port")


def test_what_others_wrote_is_left_alone():
    said = "AADSTS7000215: client_secret, `client_secret` and {mto_}client_secret are invalid."
    with named_with(PREFIX):
        assert CATALOGUE.words(Problem("sign_in.secret_wrong", {"app": "client_id", "said": said}))[0] == (
            f"The client secret is not a secret of app client_id: {said}"
        )


def test_names_end_with_the_run_that_fails():
    with pytest.raises(ValueError, match="x"), named_with(PREFIX):
        raise ValueError("x")
    assert option_name("operator") == "operator"


@pytest.mark.parametrize(
    ("sentence", "about_variables"),
    [
        ("operator: missing. Name the operator.", "mto_operator: missing. Name the operator."),
        ("tenants[0] (X): tenant_id is missing.", "mto_tenants[0] (X): tenant_id is missing."),
        ("endpoints.graph: 'x' must begin with https://.", "mto_endpoints.graph: 'x' must begin with https://."),
        (
            "client_secret: give client_secret or refresh_token_file, as MTO_CLIENT_SECRET.",
            "mto_client_secret: give mto_client_secret or mto_refresh_token_file, as MTO_CLIENT_SECRET.",
        ),
        ("""tenants: such as -e '{"tenants": []}'.""", """mto_tenants: such as -e '{"mto_tenants": []}'."""),
        ("""ca_path: such as -e '{"ca_path": {}}'.""", """mto_ca_path: such as -e '{"mto_ca_path": {}}'."""),
        ("HTTPS_PROXY: set ca_path.", "HTTPS_PROXY: set mto_ca_path."),
        ("ca_path: '/etc/ca_path' is mto_ca_path.", "mto_ca_path: '/etc/ca_path' is mto_ca_path."),
    ],
)
def test_sentence_about_an_option_is_about_a_variable(sentence, about_variables):
    assert with_prefix(sentence, role_spec("onboard"), PREFIX) == about_variables
    assert with_prefix(sentence, role_spec("onboard"), "") == sentence


OTHER_NAMES = {"path": "mto_refresh_token_file", "open_browser": "mto_login_browser"}
ACTIONS = {
    path.stem: importlib.import_module(f"ansible_collections.m365.defender.plugins.action.{path.stem}").ActionModule
    for path in sorted((ROOT / "plugins/action").glob("mto_*.py"))
}
TASKS = {name: action.module_task for name, action in ACTIONS.items() if hasattr(action, "module_task")}
OPTIONS = [(name, option) for name, task in TASKS.items() for option in task.spec]


@pytest.mark.parametrize(("module", "option"), OPTIONS)
def test_sentence_of_a_module_names_a_variable_that_exists_or_the_option(module, option):
    variable = with_prefix(f"{option}: missing.", TASKS[module].spec, PREFIX).partition(":")[0]
    known = known_variables()
    assert variable in known or (variable == option and f"mto_{option}" not in known)
    assert variable == OTHER_NAMES.get(option, variable)


def test_module_in_the_environment_of_the_role_names_its_own_option():
    sentence = "from_evidence: give tenants, ca_path, or judged_at."
    assert with_prefix(sentence, TASKS["mto_requirement_facts"].spec, PREFIX) == (
        "from_evidence: give tenants, mto_ca_path, or judged_at."
    )


def test_sentence_that_a_module_may_say_names_a_variable_only_as_that_of_the_role():
    variable = re.compile(rf"(?<![\w.])mto_(?:{'|'.join(VARIABLES)})\b(?! of the role)")
    files = [path for folder in ("module_utils", "plugin_utils") for path in (ROOT / "plugins" / folder).rglob("*.py")]
    texts = [text for path in files if path.parent.name != "_role" for text in other_sentences(path)]
    assert [text for text in texts if variable.search(text)] == []


def about_an_option(node):
    """Whether the edge puts into words what is in here: an error about an option, and its way out."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).rpartition(".")[2] in ("OptionError", "CredentialOption")
    return isinstance(node, ast.AnnAssign) and "WAY_OUT" in ast.unparse(node.target)


def other_sentences(path):
    """The texts of a file that are shown."""
    left_out = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        # A docstring, or an expression without an effect.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        if about_an_option(node):
            left_out |= {id(inner) for inner in ast.walk(node)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in left_out)
    # A list of words has no punctuation; a warning about an option begins with its name.
    return [
        text.value
        for text in texts
        if isinstance(text.value, str)
        and re.search(r" .*[^a-z_ ]|[^a-z_ ].* ", text.value)
        and not re.match(r"[a-z_]+: ", text.value)
    ]


def test_no_other_sentence_names_an_option():
    files = [path for folder in ("module_utils", "plugin_utils") for path in (ROOT / "plugins" / folder).rglob("*.py")]
    sentences = [text for path in files for text in other_sentences(path)]
    assert len(sentences) > 500
    assert [text for text in sentences if unnamed(text)] == []


@pytest.mark.parametrize("path", [*(ROOT / "roles").rglob("*.yml"), *(ROOT / "playbooks").rglob("*.yml")], ids=str)
def test_role_and_playbooks_say_that_their_users_know_variables(path):
    text = path.read_text("utf-8")
    own = ("mto_merge_parts", "mto_save_part", "mto_notification")
    tasks = ["group/m365.defender.mto:", *(f"m365.defender.{name}:" for name in own)]
    reports = re.findall("m365.defender.mto_report:(?!.*eligible_only)", text.replace("\n    ", ""))
    assert len(reports) + sum(map(text.count, tasks)) == text.count('environment: "{{ mto__environment }}"')


def test_environment_of_the_role_has_the_prefix_of_its_variables():
    variables = yaml.safe_load((ROOT / "roles/mto/vars/main.yml").read_text("utf-8"))
    assert variables["mto__environment"] == {"MTO__OPTION_PREFIX": PREFIX}
