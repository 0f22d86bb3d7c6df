# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schemas that editors use say what our own readers say."""

from __future__ import annotations

import json
import pathlib

import jsonschema  # type: ignore[import-untyped]
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
ENTRY = {"id": "a", "why": "It ends.", "owner": "Anna", "until": "2027-01-31"}


def test_schema_of_the_baseline_says_what_its_reader_says() -> None:
    schema = json.loads((ROOT / "docs/schemas/baseline.schema.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft202012Validator(schema).is_valid
    text = (ROOT / "docs/report.md").read_text(encoding="utf-8")
    example = yaml.safe_load(
        text.partition("```yaml\naccepted:")[2].partition("```")[0].replace("until: ", "until: !!str ")
    )
    assert check({"accepted": example})
    assert check({"accepted": [ENTRY]})
    for wrong in ({"reson": "a"}, {"id": ""}, {"why": None}, {"owner": "Team: blue"}, {"until": 20270131}):
        assert not check({"accepted": [{**ENTRY, **wrong}]})
    assert not check({"accepted": [{key: ENTRY[key] for key in ("why", "owner", "until")}]})
    assert not check({"accepted": [], "more": 1})
