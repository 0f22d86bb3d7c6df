# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published schemas take what the collection takes, and refuse what it refuses."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest
import yaml

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_file import SCHEMA, tenant_file

ROOT = pathlib.Path(__file__).resolve().parents[3]
ENTRY = {"id": "a", "why": "It ends.", "owner": "Anna", "until": "2027-01-31"}
CONTRACTS = sorted((ROOT / "lab/data/contracts").glob("*.yml"))
TENANT = {"tenant_id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "Contoso", "access": "gdap"}
CALL = {"method": "PUT", "path": "/a", "body": {"ids": "$tenant_ids"}}
WRONG_ROWS = [
    {},
    {"tenant_id": "contoso.com"},
    {**TENANT, "access": "gdpa"},
    {**TENANT, "cloud": "germany"},
    {**TENANT, "licenses": {"a": 1}},
]
WRONG_CONTRACTS = [
    {"version": 2, "write": {"set": CALL}},
    {"version": 1},
    {"version": 1, "write": {}},
    {"version": 1, "write": {"set": CALL, "add": CALL}},
    {"version": 1, "write": {"remove": CALL}},
    {"version": 1, "write": {"set": {**CALL, "method": "GET"}}},
    {"version": 1, "write": {"set": {**CALL, "path": "https://evil.example/"}}},
    {"version": 1, "write": {"set": {**CALL, "per": "tenant"}}},
    {"version": 1, "write": {"set": {**CALL, "max_per_request": 2}}},
    {"version": 1, "write": {"add": {**CALL, "max_per_request": 0}}},
    {"version": 1, "write": {"add": {**CALL, "per": "tenant", "max_per_request": 2}}},
    {"version": 1, "write": {"set": {**CALL, "cookie": "x"}}},
    {"version": 1, "write": {"set": CALL}, "answers": {"other": []}},
]


def validator(name: str) -> t.Any:
    schema = json.loads((ROOT / f"docs/schemas/{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_tenant_list_of_the_demo_is_valid() -> None:
    text = (ROOT / "tests/demo/inventory/group_vars/all/tenants.yml").read_text(encoding="utf-8")
    assert validator("tenants").is_valid(yaml.safe_load(text))


def test_tenant_list_of_adopt_names_the_schema_that_it_fits() -> None:
    text = tenant_file([{"tenant_id": TENANT["tenant_id"], "name": "Contoso", "gdap_in_force": True}])
    assert text.splitlines()[1] == f"# yaml-language-server: $schema={SCHEMA}"
    assert validator("tenants").is_valid(yaml.safe_load(text))


def test_address_of_the_schema_is_that_of_this_version() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    place = galaxy["repository"].replace("https://github.com/", "https://raw.githubusercontent.com/")
    path = SCHEMA.removeprefix(f"{place}/{galaxy['version']}/")
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("row", WRONG_ROWS, ids=str)
def test_wrong_tenant_is_refused_by_both(row: dict[str, t.Any]) -> None:
    assert not validator("tenants").is_valid({"mto_tenants": [row]})
    with pytest.raises(OptionError):
        parse_tenants([row], "")


def test_misspelt_key_of_a_tenant_is_refused() -> None:
    assert not validator("tenants").is_valid({"mto_tenants": [{**TENANT, "acces": "gdap"}]})
    assert validator("tenants").is_valid({"mto_tenants": [TENANT], "mto_operator": "anna.berg@northwind.example"})


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_contract_of_the_lab_is_valid(path: pathlib.Path) -> None:
    assert validator("contract").is_valid(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("contract", WRONG_CONTRACTS, ids=str)
def test_wrong_contract_is_refused_by_both(contract: dict[str, t.Any]) -> None:
    assert validator("contract").is_valid({"version": 1, "write": {"set": CALL}})
    assert not validator("contract").is_valid(contract)
    with pytest.raises(OptionError):
        parse_contract(contract)


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
