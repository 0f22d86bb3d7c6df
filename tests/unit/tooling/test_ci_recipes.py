# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipes for CI systems are what docs/ci.md shows, which the documentation test runs, and name what these have."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml
from ci_recipes import RECIPES, with_notify
from documentation import pages

# The schemas that check-jsonschema brings. That of Azure has a pattern that only older engines read.
SCHEMAS = {
    "azure-devops": ("vendor.azure-pipelines", "--regex-variant", "nonunicode"),
    "github": ("vendor.github-workflows",),
    "gitlab": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}
HEAD = RECIPES["github"].partition("name: drift")[0]
GITHUB_STEP = {"name", "if", "run", "uses", "with", "env", "id"}
GITHUB_JOB = {"runs-on", "container", "timeout-minutes", "env", "steps"}
GITLAB_JOB = set("image rules resource_group timeout id_tokens variables cache script after_script artifacts".split())
AZURE = set("trigger schedules pool container variables steps".split())
AZURE_STEP = {"task", "bash", "env", "inputs", "condition", "continueOnError", "displayName"}


def parsed(name: str) -> dict[t.Any, t.Any]:
    data: dict[t.Any, t.Any] = yaml.safe_load(RECIPES[name])
    return data


@pytest.mark.parametrize("name", RECIPES)
def test_file_is_what_the_page_shows(name: str) -> None:
    shown = [block.text for block in pages()["docs/ci.md"].blocks() if block.language == "yaml"]
    assert RECIPES[name].removeprefix(HEAD) in shown


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_fits_the_schema_of_its_system(name: str, tmp_path: pathlib.Path) -> None:
    """As it is, and with the step for notify. One mistake is found, so that the schema is the right one."""
    forms = {"plain": RECIPES[name], "notify": with_notify(RECIPES[name])}
    assert yaml.safe_load(forms["plain"]) != yaml.safe_load(forms["notify"])
    step = {"azure-devops": "bash: |", "github": "run: mkdir", "gitlab": "script:"}[name]
    forms["wrong"] = RECIPES[name].replace(step, f"{step[:2]}x{step[2:]}", 1)
    paths = {form: tmp_path / f"{form}.yml" for form in forms}
    for form, text in forms.items():
        # To Azure every scalar is a text, and its schema says so of this one.
        paths[form].write_text(text.replace("always: true", "always: 'true'"), encoding="utf-8")
    checker = [sys.executable, "-m", "check_jsonschema", "--verbose", "-o", "json", "--builtin-schema", *SCHEMAS[name]]
    done = subprocess.run([*checker, *paths.values()], capture_output=True, check=False, timeout=60)
    found = json.loads(done.stdout)
    assert (found["successes"], found["parse_errors"]) == ([str(paths[form]) for form in ("plain", "notify")], [])
    assert {error["filename"] for error in found["errors"]} == {str(paths["wrong"])}


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_keeps_the_report_and_holds_no_secret(name: str) -> None:
    text = RECIPES[name]
    assert "m365.defender.drift" in text
    assert "m365.defender.notify" in text
    assert "client_secret" not in text.lower()
    for line in text.splitlines():
        if "TOKEN:" in line and "ID_TOKEN" not in line:
            assert "secrets." in line or "$(" in line, line


def test_workflow_of_github() -> None:
    data = parsed("github")
    assert {*data} == {"name", "on", "concurrency", "permissions", "jobs"}
    assert {*data["on"]} == {"schedule", "workflow_dispatch"}
    assert data["permissions"] == {"contents": "read", "id-token": "write"}
    (job,) = data["jobs"].values()
    assert {*job} == GITHUB_JOB
    for step in job["steps"]:
        assert {*step} <= GITHUB_STEP
        assert ("run" in step) != ("uses" in step)
        assert "@v" in step.get("uses", "@v")
    uses = [step.get("uses", step.get("run")) for step in job["steps"]]
    drift = next(index for index, text in enumerate(uses) if "m365.defender.drift" in text)
    assert all("if" in step for step in job["steps"][drift + 1 :])
    paths = {step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})}
    keys = {step["with"]["key"] for step in job["steps"] if "key" in step.get("with", {})}
    assert (paths, len(keys)) == ({"reports"}, 1)


def test_job_of_gitlab() -> None:
    (job,) = parsed("gitlab").values()
    assert {*job} <= GITLAB_JOB
    assert job["cache"]["when"] == job["artifacts"]["when"] == "always"
    assert job["id_tokens"]["ENTRA_ID_TOKEN"]["aud"] == "api://AzureADTokenExchange"


def test_pipeline_of_azure_devops() -> None:
    data = parsed("azure-devops")
    assert {*data} == AZURE
    for step in data["steps"]:
        assert {*step} <= AZURE_STEP
        assert ("task" in step) != ("bash" in step)
    published = [step for step in data["steps"] if step.get("task", "").startswith("Publish")]
    assert [step["condition"] for step in published] == ["succeededOrFailed()"] * 2
    fetched = data["steps"][0]["inputs"]
    assert (fetched["artifactName"], fetched["targetPath"]) == ("report", "reports")
