# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options about saved evidence: the file, the time, the tenants."""

from __future__ import annotations

import datetime as dt

import pytest

from ansible_collections.m365.defender.plugins.module_utils._collect.evidence_file import (
    evidence_constraints,
    evidence_options,
    evidence_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "evidence.json"
    path.write_text('{"format": 1}', encoding="utf-8")
    return str(path)


def test_file_time_and_tenants(saved):
    options = evidence_options(saved, [{"tenant_id": TENANT}], "2026-11-25T12:00:00Z")
    assert options.body == {"format": 1}
    assert [tenant.tenant_id for tenant in options.tenants] == [TENANT]
    assert options.now == dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def test_without_time_and_tenants(saved):
    options = evidence_options(saved)
    assert (options.tenants, options.now) == ([], None)


def test_bad_time_is_named(saved):
    with pytest.raises(OptionError, match="judged_at: 'soon' is not a valid time; write it as"):
        evidence_options(saved, judged_at="soon")


@pytest.mark.parametrize(
    ("content", "error_text"),
    [
        (None, "cannot be read (No such file or directory); name a file"),
        (b"{", "is not valid JSON; name a file that was saved as evidence."),
        (b"[" * 200_000, "is not valid JSON"),
        (b'{"a": ' * 100_000, "is not valid JSON"),
        (b'{"now": NaN}', "is not valid JSON"),
        (b'{"now": 1e999}', "is not valid JSON"),
        (b'{"now": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b"\xff\xfe\x00", "is not a text file in UTF-8"),
    ],
)
def test_bad_file_is_named(tmp_path, content, error_text):
    path = tmp_path / "evidence.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OptionError) as error:
        evidence_options(str(path))
    assert str(error.value).startswith(f"from_evidence: {path} {error_text}")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_file_as_an_editor_saves_it(tmp_path, encoding):
    path = tmp_path / "evidence.json"
    path.write_bytes('{\r\n"format": 1, "name": "Søren"}'.encode(encoding))
    assert evidence_options(str(path)).body == {"format": 1, "name": "Søren"}


def test_text_of_the_file_is_made_harmless(tmp_path):
    path = tmp_path / "evidence.json"
    path.write_text('{"format": 1, "name": "A\\ud800\\u0085\\u202eB\\u001b[1m"}', encoding="utf-8")
    assert evidence_options(str(path)).body == {"format": 1, "name": "A\ufffd B"}


def test_constraints_name_options_of_the_spec():
    constraints = evidence_constraints()
    assert constraints["required_one_of"] == [("tenants", "from_evidence")]
    assert set(constraints["required_by"]) <= set(evidence_spec())
