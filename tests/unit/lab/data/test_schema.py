# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The extract of Microsoft's CSDL: whole in itself, and the same as the file gives where the file is at hand.

M365_CSDL names the file v1.0-Prod.csdl; without it the committed extract is compared with itself.
"""

from __future__ import annotations

import json
import os
import pathlib

import pytest

from lab.data import schema
from lab.data.schema import extract_csdl

EXTRACT = schema.extract()
CSDL = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EnumType Name="colour"><Member Name="red" Value="0"/></EnumType>
<EnumType Name="unused"><Member Name="x" Value="0"/></EnumType>
<EntityType Name="entity"><Property Name="id" Type="Edm.String"/></EntityType>
<EntityType Name="user" BaseType="graph.entity"><Property Name="hair" Type="graph.colour"/>
<Property Name="homes" Type="Collection(graph.home)"/>
<NavigationProperty Name="manager" Type="graph.other"/></EntityType>
<ComplexType Name="home"><Property Name="street" Type="Edm.String"/></ComplexType>
<EntityType Name="other"><Property Name="x" Type="Edm.String"/></EntityType>
<Action Name="check" IsBound="true"><Parameter Name="bindingParameter" Type="graph.user"/></Action>
<Action Name="elsewhere" IsBound="true"><Parameter Name="bindingParameter" Type="graph.other"/></Action>
<EntityContainer Name="GraphService"><EntitySet Name="users" EntityType="graph.user"/>
<Singleton Name="me" Type="graph.user"/>
</EntityContainer></Schema>
<Schema Namespace="microsoft.graph.other" xmlns="http://docs.oasis-open.org/odata/ns/edm"/>
</edmx:DataServices></edmx:Edmx>"""


def test_script():
    extract = extract_csdl.extract(CSDL.encode())
    assert extract["types"].keys() == {"entity", "user", "home"}
    assert extract["types"]["user"] == {
        "base": "entity",
        "kind": "EntityType",
        "navigation": {"manager": "other"},
        "properties": {"hair": "colour", "homes": "Collection(home)"},
    }
    assert extract["enums"] == {"colour": ["red"]}
    assert extract["container"] == {"me": "user", "users": "Collection(user)"}
    assert extract["bound"] == ["check"]


def test_command(tmp_path, capsys):
    (tmp_path / "in.csdl").write_text(CSDL, encoding="utf-8")
    assert extract_csdl.main([str(tmp_path / "in.csdl"), str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["types"]["home"]
    assert extract_csdl.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_committed_extract_is_as_the_script_writes_it():
    assert schema.EXTRACT.read_text(encoding="utf-8") == extract_csdl.dump(EXTRACT)
    assert EXTRACT["source"]["file"] == "v1.0-Prod.csdl"
    assert len(EXTRACT["source"]["sha256"]) == 64
    assert EXTRACT["roots"] == sorted(extract_csdl.ROOTS)


def test_committed_extract_is_what_the_file_gives():
    named = os.environ.get("M365_CSDL")
    extract = extract_csdl.extract(pathlib.Path(named).read_bytes()) if named else EXTRACT
    assert extract == EXTRACT


@pytest.mark.parametrize("type_name", EXTRACT["types"])
def test_extract_is_whole(type_name):
    """Every type that a property is made of is there, and so is every base."""
    entry = EXTRACT["types"][type_name]
    assert entry["base"] is None or entry["base"] in EXTRACT["types"]
    for kind in entry["properties"].values():
        plain = schema.inner(kind)
        assert plain.startswith("Edm.") or plain in EXTRACT["types"] or plain in EXTRACT["enums"], plain


@pytest.mark.parametrize("root", extract_csdl.ROOTS)
def test_every_root_was_found(root):
    assert schema.knows(root)


def test_inherited_properties():
    assert "isPartnerConsentPending" not in schema.properties("delegatedAdminRelationship")
    assert {"id", "status", "isPartnerConsentPending"} <= schema.properties("resellerDelegatedAdminRelationship").keys()


def test_empty_value():
    assert schema.empty("Collection(Edm.String)") == []
    assert schema.empty("Edm.String") is None
