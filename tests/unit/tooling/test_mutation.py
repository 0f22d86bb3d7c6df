# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutation testing: what is mutated, which tests run, and what counts as noticed."""

from __future__ import annotations

import json
import pathlib
import typing as t

import mutation
import pytest
from project_files import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Sequence

JUDGE = "ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts"
NAMES = [f"{JUDGE}.x_judge__mutmut_{number}" for number in range(5)]
EARLY = [f"{JUDGE}.x__declare__mutmut_{number}" for number in (1, 2)]
SOURCE = "def judge(): ...\ndef _declare(): ...\nREAD = _declare()\n"


@pytest.fixture
def tree(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A tree in which mutmut is said to have run: three were noticed, one was not, one met no test.

    Two more are in a function that runs while the module is loaded.
    """
    source = tmp_path / mutation.path_of(JUDGE)
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE)

    def ran(_processes: int, _tenth: str | None) -> None:
        meta = tmp_path / "mutants" / f"{mutation.path_of(JUDGE)}.meta"
        meta.parent.mkdir(parents=True)
        codes = dict(zip([*NAMES, *EARLY], (1, 3, 36, 0, 33, 0, 33), strict=True))
        meta.write_text(json.dumps({"exit_code_by_key": codes}))

    def changes(names: Sequence[str]) -> dict[str, str]:
        return {name: f"# {name}\n-old\n+new\n" for name in names}

    monkeypatch.setattr(mutation, "TREE", tmp_path)
    monkeypatch.setattr(mutation, "ROOT", tmp_path.parent)
    monkeypatch.setattr(mutation, "pure_modules", lambda: [JUDGE])
    monkeypatch.setattr(mutation, "lay_out", lambda _modules, _mutated: None)
    monkeypatch.setattr(mutation, "run_mutmut", ran)
    monkeypatch.setattr(mutation, "changes_of", changes)
    return tmp_path


def test_what_is_mutated_is_what_the_contract_calls_pure() -> None:
    modules = mutation.pure_modules()
    assert JUDGE in modules
    assert any(module.endswith("._checks.access.judge") for module in modules)
    assert all((ROOT / pathlib.Path(*mutation.path_of(module).parts[3:])).is_file() for module in modules)


def test_tests_that_import_a_pure_module_come_in_by_themselves() -> None:
    names = {path.name for path in mutation.tests_of(mutation.pure_modules())}
    assert {"test_properties.py", "test_reads.py", "test_judge.py"} <= names
    assert not names & {"test_http.py", "test_listener.py", "test_fleet.py"}


@pytest.mark.parametrize(("at_least", "code"), [("60", 0), ("60.1", 1), ("90", 1)])
def test_exit_code_tells_whether_enough_was_noticed(
    tree: pathlib.Path, capsys: pytest.CaptureFixture[str], at_least: str, code: int
) -> None:
    assert mutation.main(["--at-least", at_least]) == code
    assert "60.0%  _checks/access/b2b/accounts.py" in capsys.readouterr().out
    assert (tree / "survivors.diff").read_text().count("-old") == 2
    assert "60.0%  in all" in (tree / "report.txt").read_text()


@pytest.mark.usefixtures("tree")
def test_what_runs_before_every_test_is_not_counted_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    mutation.main([])
    out = capsys.readouterr().out
    assert "       3      5    60.0%  in all" in out
    assert "not counted: 2 mutants of functions that run only while their module is loaded" in out


@pytest.mark.parametrize(
    ("rest", "early"),
    [
        ("READ = _made(1)", {"_made"}),
        ("READS = [_made(key) for key in 'ab']", {"_made"}),
        ("READ = Read(_made(1), judge=judge)", {"_made"}),
        ("class Read:\n    made = _made(1)", {"_made"}),
        # Somebody can call it later, or nobody calls it at all: its mutants count.
        ("", set()),
        ("READ = _made(1)\ndef later(): return _made(2)", set()),
        ("READ = _made(1)\nclass Read:\n    def later(self): return _made(2)", set()),
        ("READ = _made(1)\nlater = lambda: _made(2)", set()),
        ("READ = Read(_made(1), shape=_made)", set()),
        ("READ = made(1)", set()),
    ],
)
def test_a_function_runs_only_while_its_module_is_loaded(rest: str, early: set[str]) -> None:
    source = f"def _made(key):\n    return key\n\n\ndef made(key):\n    return key\n\n\n{rest}\n"
    assert mutation.called_while_loading(source) == early


def test_a_mutant_that_was_not_run_is_no_result(tree: pathlib.Path) -> None:
    meta = tree / "mutants" / f"{mutation.path_of(JUDGE)}.meta"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"exit_code_by_key": {NAMES[0]: None}}))
    with pytest.raises(SystemExit, match=r"1 mutants of .* were not run"):
        mutation.counts([JUDGE])


@pytest.mark.usefixtures("tree")
def test_a_tenth_counts_the_mutants_of_its_digit_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutation.main(["--tenth", "1"]) == 0
    assert "       1      1   100.0%  in all" in capsys.readouterr().out


@pytest.mark.usefixtures("tree")
def test_a_word_that_names_no_file_is_refused() -> None:
    with pytest.raises(SystemExit, match="no file with nothing"):
        mutation.main(["nothing"])
