# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a recipe of docs/ci as its CI system does: each job in a directory of its own, with what the job before has kept.

What a system brings (its secrets, its token for Microsoft Entra, caches, artifacts) is made up; every step with a shell
is run by bash as it is written, that for notify included. Plays are forks (see warm_ansible.py).
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import time
import typing as t

import yaml
from ci_recipes import RECIPES, with_notify
from playbook_runs import COLLECTIONS, Ansible, common_environment
from shell_forks import ShellForks

KEPT = "reports"
LIMIT_SECONDS = 600
_SHELL = {
    "github": ("bash", "-e", "-c"),
    "azure-devops": ("bash", "-c"),
    "gitlab": ("bash", "-e", "-o", "pipefail", "-c"),
}


@dataclasses.dataclass(frozen=True)
class Step:
    """A step with a shell. `always`: also after one that has failed."""

    script: str
    always: bool = False
    environment: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Job:
    """The steps of a recipe, and whether the system keeps the report where one of them fails."""

    steps: tuple[Step, ...]
    environment: t.Mapping[str, str]
    keeps: bool


def _github(recipe: dict[str, t.Any]) -> Job:
    (job,) = recipe["jobs"].values()
    steps = job["steps"]
    restored = [step["with"] for step in steps if "cache/restore" in step.get("uses", "")]
    saved = [step for step in steps if "cache/save" in step.get("uses", "")]
    assert restored[0]["key"].startswith(restored[0]["restore-keys"])
    assert [row["path"] for row in (*restored, saved[0]["with"])] == [KEPT, KEPT]
    runs = (Step(step["run"], "cancelled" in step.get("if", "")) for step in steps if "run" in step)
    return Job(tuple(runs), job["env"], keeps="cancelled" in saved[0]["if"])


def _gitlab(recipe: dict[str, t.Any]) -> Job:
    (job,) = recipe.values()
    assert job["cache"]["paths"] == [f"{KEPT}/"]
    after = [Step("\n".join(job["after_script"]), always=True)]
    return Job((Step("\n".join(job["script"])), *after), job["variables"], keeps=job["cache"]["when"] == "always")


def _azure_devops(recipe: dict[str, t.Any]) -> Job:
    steps = recipe["steps"]
    fetched, published = (
        next(step for step in steps if f"{verb}PipelineArtifact" in step.get("task", ""))
        for verb in ("Download", "Publish")
    )
    assert fetched["inputs"]["artifactName"] == published["inputs"]["artifact"]
    assert fetched["inputs"]["allowFailedBuilds"]
    runs = [
        Step(
            step.get("bash") or step["inputs"]["inlineScript"],
            "succeededOrFailed" in step.get("condition", ""),
            step.get("env", {}),
        )
        for step in steps
        if "bash" in step or "inlineScript" in step["inputs"]
    ]
    return Job(tuple(runs), recipe["variables"], keeps="succeededOrFailed" in published["condition"])


JOBS: t.Final = {"github": _github, "gitlab": _gitlab, "azure-devops": _azure_devops}


class Ci:
    """A CI system with a repository that has the inventory, and what the last job has kept."""

    def __init__(self, system: str, directory: pathlib.Path) -> None:
        self.system = system
        self.directory = directory
        self.secrets: dict[str, str] = {}
        self.job = JOBS[system](yaml.safe_load(with_notify(RECIPES[system])))
        self.kept = directory / "kept"
        self.jobs = 0
        assert Ansible.warm
        self.forks = ShellForks(directory / "forks", Ansible.warm, str(COLLECTIONS))

    def run(self, inventory: dict[str, t.Any], **secrets: str) -> tuple[int, str]:
        """Run the job: exit code of the first step that failed, and the output of all."""
        self.jobs += 1
        self.secrets = secrets
        checkout = self.directory / f"job {self.jobs}"
        (checkout / "inventory").mkdir(parents=True)
        (checkout / "inventory/hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
        if self.kept.is_dir():
            shutil.copytree(self.kept, checkout / KEPT)
        code, output = 0, ""
        for step in self.job.steps:
            if code == 0 or step.always:
                own, text = self._run(step, checkout)
                code, output = code or own, output + text
        if code == 0 or self.job.keeps:
            shutil.rmtree(self.kept, ignore_errors=True)
            shutil.copytree(checkout / KEPT, self.kept)
        return code, output

    def _run(self, step: Step, checkout: pathlib.Path) -> tuple[int, str]:
        given = {**self.job.environment, **step.environment}
        environment = {name: self._filled(value, checkout) for name, value in given.items()}
        output = self.directory / "output"
        environment = {**self._environment(checkout), **environment}
        with output.open("ab") as stream, self._shell(step, checkout, environment, stream) as shell:
            ends = time.monotonic() + LIMIT_SECONDS
            try:
                while shell.poll() is None:
                    assert time.monotonic() < ends, output.read_text(encoding="utf-8")
                    self.forks.serve(output)
                    time.sleep(0.05)
            except BaseException:
                os.killpg(shell.pid, signal.SIGTERM)
                raise
        text = output.read_text(encoding="utf-8")
        output.unlink()
        return shell.returncode, text

    def _shell(
        self, step: Step, checkout: pathlib.Path, environment: dict[str, str], output: t.BinaryIO
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*_SHELL[self.system], step.script],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _filled(self, value: str, checkout: pathlib.Path) -> str:
        """A value with what the system puts into it."""
        for place in ("${{ github.workspace }}", "$(Agent.TempDirectory)", "$CI_PROJECT_DIR"):
            value = value.replace(place, str(checkout))
        for name, secret in self.secrets.items():
            value = value.replace(f"${{{{ secrets.{name} }}}}", secret).replace(f"$({name})", secret)
        return value

    def _environment(self, checkout: pathlib.Path) -> dict[str, str]:
        """What every job of a system has. GitLab gives variables to all jobs."""
        own = {
            "github": {"GITHUB_STEP_SUMMARY": str(checkout / "summary.md")},
            "gitlab": {"CI_PROJECT_DIR": str(checkout), "ENTRA_ID_TOKEN": "a-token-of-the-system", **self.secrets},
            "azure-devops": {"idToken": "a-token-of-the-system"},
        }
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        path = f"{self.forks.bin}:/usr/bin:/bin"
        return common_environment(HOME=str(home), PATH=path, **own[self.system])
