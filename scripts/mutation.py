# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutation testing of what is pure: the judges, the planner, the wording of verdicts.

    python scripts/mutation.py [--at-least 90] [--processes 2] [--tenth DIGIT] [WORD ...]

mutmut changes one thing at a time, in a copy of the collection, and runs the unit tests that reach it. A change that no
test notices is a sentence that nobody has proven. A WORD restricts the run to the files whose path holds it, `--tenth`
to the mutants of each function whose number ends in this digit: all take over an hour. What came out is in
build/mutation/report.txt, the survivors with their changes in build/mutation/survivors.diff. The exit code is 1 where
less than `--at-least` percent were killed.

Functions that a module calls only while it is loaded, to declare its reads, are left out of the count, and the report
says how many mutants they have: mutmut switches a mutant on when a test begins, too late for what was declared before.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib
import typing as t

from gates import end
from project_files import BUILD, COLLECTION_DIRECTORY, ROOT
from tool_environment import BIN, tool_environment

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TREE = BUILD / "mutation"
TESTS = pathlib.Path("tests", "unit", "plugins")
# The tests, and what they take from beside them.
BESIDE = (
    TESTS,
    pathlib.Path("tests", "unit", "support"),
    pathlib.Path("tests", "pages"),
    pathlib.Path("tests", "schemas"),
    pathlib.Path("lab", "data", "contracts"),
)
# These read the product's files as Git has them, and are about no judge.
NOT_HERE = (
    f"{TESTS}/test_laws.py::test_nothing_of_the_product_reads_the_right_answers",
    f"{TESTS}/module_utils/_core/options/test_names.py",
)
LIMIT_SECONDS = 7200
PACKAGE = ".".join(COLLECTION_DIRECTORY.parts)
# mutmut changes functions only: what stands in a module itself, such as the declaration of a read, it leaves alone.
# What is mutated: the modules that this contract of pyproject.toml calls pure, those of a folder one by one, so that a
# new judge comes in by itself.
CONTRACT = "Judges are pure"

CONFTEST = '''\
# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Few examples, always the same: every mutant meets them."""

import hypothesis

hypothesis.settings.register_profile(
    "mutation",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=12,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("mutation")
'''
SHOW = r"""
import json, sys
from mutmut.mutation.diff_apply import get_diff_for_mutant

def diff(name):
    path = name.rpartition(".")[0].replace(".", "/") + ".py"
    return f"# {name}\n{get_diff_for_mutant(name, path=path)}\n"

json.dump({name: diff(name) for name in json.load(sys.stdin)}, sys.stdout)
"""
SETTINGS = """\
[mutmut]
source_paths=ansible_collections
only_mutate=
{only}
pytest_add_cli_args_test_selection=
{tests}
pytest_add_cli_args=
    -p
    no:cacheprovider
    --import-mode=importlib
{not_here}
also_copy=
    lab
use_git_change_detection=false
track_dependencies=false

[tool:pytest]
pythonpath = . tests tests/pages tests/unit/support
"""


@dataclasses.dataclass(frozen=True)
class Count:
    """How many mutants of one file there were, which nobody noticed, and how many more ran too early for a test."""

    path: str
    total: int
    survivors: tuple[str, ...]
    too_early: int = 0

    @property
    def percent(self) -> float:
        """Killed of all; a file without a mutant has none to kill."""
        return 100.0 * (self.total - len(self.survivors)) / self.total if self.total else 100.0


def pure_modules() -> list[str]:
    """The modules that are mutated."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    found = [contract for contract in contracts if contract["name"].startswith(CONTRACT)]
    if len(found) != 1:
        raise SystemExit(f"mutation: pyproject.toml has no contract, or more than one, that begins with {CONTRACT!r}")
    return [module for named in found[0]["source_modules"] for module in _modules_in(named)]


def _modules_in(named: str) -> list[str]:
    folder = ROOT / pathlib.Path(*named.removeprefix(f"{PACKAGE}.").split("."))
    if not folder.is_dir():
        return [named]
    files = sorted(path for path in folder.rglob("*.py") if path.stem != "__init__")
    return [".".join((named, *path.relative_to(folder).with_suffix("").parts)) for path in files]


def path_of(module: str) -> pathlib.Path:
    """Where a module stands in the tree of the run; mutmut makes the module's name from it."""
    return pathlib.Path(*module.split(".")).with_suffix(".py")


def tests_of(modules: Sequence[str]) -> list[pathlib.Path]:
    """The unit tests that import one of these modules: a new test comes in by itself."""
    tests = sorted((ROOT / TESTS).rglob("test_*.py"))
    return [test.relative_to(ROOT) for test in tests if _imports(test.read_text(encoding="utf-8"), modules)]


def _imports(text: str, modules: Sequence[str]) -> bool:
    return any(
        f"from {module} import" in text
        or re.search(rf"from {re.escape(package)} import (\([^)]*|[^(\n]*)\b{name}\b", text)
        for module in modules
        for package, _dot, name in [module.rpartition(".")]
    )


def lay_out(modules: Sequence[str], mutated: Sequence[str]) -> None:
    """A tree in which paths and module names agree, with the unit tests beside it."""
    shutil.rmtree(TREE, ignore_errors=True)
    plugins = TREE / COLLECTION_DIRECTORY / "plugins"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "plugins", plugins, ignore=ignore)
    for part in BESIDE:
        shutil.copytree(ROOT / part, TREE / part, ignore=ignore)
    (TREE / "tests" / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    only, tests = ("\n".join(f"    {path}" for path in paths) for paths in (map(path_of, mutated), tests_of(modules)))
    not_here = "\n".join(f"    --deselect={test}" for test in NOT_HERE)
    (TREE / "setup.cfg").write_text(SETTINGS.format(only=only, tests=tests, not_here=not_here), encoding="utf-8")


def run_mutmut(processes: int, tenth: str | None) -> None:
    """All mutants, or a tenth; what mutmut says goes to a log."""
    wanted = [] if tenth is None else [f"*__mutmut_*{tenth}"]
    log = TREE / "mutmut.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [str(BIN / "mutmut"), "run", "--max-children", str(processes), *wanted],
            cwd=TREE,
            env=tool_environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=LIMIT_SECONDS)
        except BaseException as error:
            end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise SystemExit(f"mutation: stopped after {LIMIT_SECONDS} s; see {log}") from None
            raise
    if code:
        raise SystemExit(f"mutation: mutmut ended with {code}; see {log}")


def counts(modules: Sequence[str], tenth: str | None = None) -> list[Count]:
    """The outcome by file. What no test reached survived."""
    return [_count(path_of(module), tenth or "") for module in modules]


def _count(path: pathlib.Path, tenth: str) -> Count:
    meta = TREE / "mutants" / f"{path}.meta"
    ended: dict[str, int | None] = {}
    if meta.is_file():
        codes: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        ended = {name: code for name, code in codes.items() if name.endswith(tenth)}
    unknown = [name for name, code in ended.items() if code is None]
    if unknown:
        raise SystemExit(f"mutation: {len(unknown)} mutants of {path} were not run")
    early = called_while_loading((TREE / path).read_text(encoding="utf-8"))
    met = {name: code for name, code in ended.items() if _function_of(name) not in early}
    # pytest ends with 0 where no test failed; 5 and 33 mean that no test was there.
    survivors = tuple(name for name, code in met.items() if code in (0, 5, 33))
    return Count(str(path), len(met), survivors, len(ended) - len(met))


def _function_of(mutant: str) -> str:
    return mutant.rpartition(".x_")[2].rpartition("__mutmut_")[0]


def called_while_loading(text: str) -> set[str]:
    """The private functions of a module that only the module itself calls, and only while it is loaded."""
    module = ast.parse(text)
    private = {node.name for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("_")}
    at_once = list(_at_once(module))
    called = [node.func for node in at_once if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    # Whatever else names a function, be it another function or a declaration, can call it later.
    elsewhere = {node.id for node in ast.walk(module) if isinstance(node, ast.Name) and node not in called}
    return private.intersection(name.id for name in called) - elsewhere


def _at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What is evaluated while the module is loaded: everything but the inside of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _at_once(child)


def changes_of(names: Sequence[str]) -> dict[str, str]:
    """What mutants change, as diffs. One process for all: `mutmut show` takes half a second for each."""
    command = [sys.executable, "-c", SHOW]
    asked = json.dumps(list(names))
    shown = subprocess.run(
        command, cwd=TREE, env=tool_environment(), input=asked, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(shown.stdout)
    return found


def write_report(found: Sequence[Count], changes: dict[str, str], seconds: float) -> float:
    """The table, and the survivors' changes. Returns the percentage in all."""
    whole = Count("in all", sum(row.total for row in found), tuple(name for row in found for name in row.survivors))
    lines = [f"{'killed':>8} {'of':>6} {'percent':>8}  file"]
    for row in (*found, whole):
        killed = row.total - len(row.survivors)
        lines.append(f"{killed:>8} {row.total:>6} {row.percent:>7.1f}%  {row.path.removeprefix(_PREFIX)}")
    if too_early := sum(row.too_early for row in found):
        lines.append(f"not counted: {too_early} mutants of functions that run only while their module is loaded")
    lines.append(f"{seconds:.0f} s; survivors: {TREE.relative_to(ROOT) / 'survivors.diff'}")
    text = "\n".join(lines) + "\n"
    (TREE / "report.txt").write_text(text, encoding="utf-8")
    survivors = "\n".join(changes[name] for name in whole.survivors)
    (TREE / "survivors.diff").write_text(survivors, encoding="utf-8")
    print(text, end="", flush=True)
    return whole.percent


_PREFIX = f"{COLLECTION_DIRECTORY}/plugins/module_utils/"


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Mutation testing of the judges and the planner.")
    parser.add_argument("--at-least", type=float, default=90.0, help="percent of the mutants that must be killed")
    parser.add_argument("--processes", type=int, default=2, help="how many mutants are tested at once")
    parser.add_argument("--tenth", choices=list("0123456789"), help="only mutants whose number ends in this digit")
    parser.add_argument("words", nargs="*", metavar="WORD", help="mutate the files whose path holds it; default all")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Mutate, test, tell; exit code 1 where too many survived."""
    options = arguments(given)
    modules = pure_modules()
    mutated = [m for m in modules if not options.words or any(word in str(path_of(m)) for word in options.words)]
    if not mutated:
        raise SystemExit(f"mutation: no file with {' or '.join(options.words)} among {', '.join(modules)}")
    started = time.monotonic()
    lay_out(modules, mutated)
    run_mutmut(options.processes, options.tenth)
    found = counts(mutated, options.tenth)
    names = [name for row in found for name in row.survivors]
    changes = changes_of(names)
    percent = write_report(found, changes, time.monotonic() - started)
    return 0 if percent >= options.at_least else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
