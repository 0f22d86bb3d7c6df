# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo says how it ended."""

from __future__ import annotations

import contextlib
import json
import pathlib
import sys
import types
import typing as t

import demo
import pytest

from lab.process import LabError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTION = {
    "graph": "https://127.0.0.1:1",
    "client_secret": "a-secret",
    "refresh_token": "a-token",
    "writer_client_id": "an-id",
    "writer_client_secret": "another-secret",
}
LINK = "https://admin.example/partners/invitation/granularAdminRelationships/11-22"
FINDINGS = [{"tenant_name": "Contoso", "remedy": f"Approve: {LINK}"}, {"tenant_name": "Fabrikam", "remedy": "Buy."}]


@pytest.fixture
def plays(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plays that were run; onboard writes a report."""
    run: list[str] = []

    @contextlib.contextmanager
    def start_lab(**_options: object) -> Iterator[types.SimpleNamespace]:
        customer = types.SimpleNamespace(approve=lambda link: run.append(f"approve {link}"))
        yield types.SimpleNamespace(connection=CONNECTION, customer=customer)

    def play(name: str, inventory: pathlib.Path, variables: dict[str, object], env: dict[str, str]) -> int:
        run.append(f"{name} with remedies" if "mto_remedies" in variables else name)
        assert "secret" not in env["MTO_LAB"].replace("client_secret", "")
        if name == "onboard":
            left = FINDINGS[1:] if f"approve {LINK}" in run else FINDINGS
            (inventory.parent / "report.json").write_text(json.dumps({"findings": left}), encoding="utf-8")
        return 0

    monkeypatch.setattr(demo, "start_lab", start_lab)
    monkeypatch.setattr(demo, "play", play)
    monkeypatch.setattr(sys, "argv", ["demo.py", "--output", str(tmp_path / "a trée")])
    return run


def test_first_act(plays: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    assert plays == ["adopt", "onboard", "drift"]
    shown = capsys.readouterr().out.splitlines()
    assert "report.json" in shown[-3]
    assert shown[-2].endswith("make demo ARGS=--remedies")


def test_second_act(plays: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--remedies"])
    assert demo.main() == 0
    again = "onboard with remedies"
    assert plays == ["adopt", "onboard", "drift", again, f"approve {LINK}", again]
    shown = capsys.readouterr().out
    assert "report.json" in shown.splitlines()[-2]
    assert "2 tenants needed somebody before the second act, 1 do now" in shown
    assert "in order now: Contoso\n" in shown
    assert "ARGS=--remedies" not in shown


def test_a_play_that_fails_is_the_last(
    plays: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def play(name: str, *_rest: object) -> int:
        plays.append(name)
        return 4

    monkeypatch.setattr(demo, "play", play)
    assert demo.main() == 4
    assert plays == ["adopt"]
    shown = capsys.readouterr()
    assert "Report:" not in shown.out
    assert shown.err == "\ndemo: the play adopt failed (exit code 4); its messages above say why.\n"


def test_a_lab_that_does_not_start(
    plays: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start_lab(**_options: object) -> t.NoReturn:
        raise LabError("The lab did not start (exit code 1).")

    monkeypatch.setattr(demo, "start_lab", start_lab)
    assert demo.main() == 1
    assert plays == []
    assert capsys.readouterr().err == "demo: The lab did not start (exit code 1).\n"


@pytest.mark.usefixtures("plays")
def test_an_output_that_cannot_be_written(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "argv", ["demo.py", "--output", str(tmp_path / "file" / "out")])
    assert demo.main() == 1
    assert capsys.readouterr().err == f"demo: {tmp_path}/file/out: Not a directory.\n"
