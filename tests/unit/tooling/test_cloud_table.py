# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What exists in which cloud: the reading of CSDL, and that data and page say what the files and the reads say.

With the directory of v1.0-Prod.csdl and v1.0-Fairfax.csdl in the environment variable MTO_CSDL_DIR, both are made anew
and compared; otherwise data, page and reads have to agree with each other.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import typing as t

import cloud_table
import pytest
from csdl import Csdl

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS
from ansible_collections.m365.defender.plugins.module_utils._microsoft import cloud_features as features

SMALL: t.Final = b"""<?xml version="1.0"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="entity"><NavigationProperty Name="memberOf" Type="Collection(graph.entity)"/></EntityType>
      <EntityType Name="user" BaseType="graph.entity"/>
      <EntityType Name="group" BaseType="graph.entity"/>
      <EntityType Name="security">
        <NavigationProperty Name="incidents" Type="Collection(microsoft.graph.security.incident)"/>
      </EntityType>
      <Function Name="mine" IsBound="true">
        <Parameter Name="bindingParameter" Type="Collection(graph.entity)"/>
        <ReturnType Type="Collection(graph.entity)"/>
      </Function>
      <EntityContainer Name="GraphService">
        <EntitySet Name="users" EntityType="microsoft.graph.user"/>
        <Singleton Name="me" Type="microsoft.graph.user"/>
        <Singleton Name="security" Type="microsoft.graph.security"/>
      </EntityContainer>
    </Schema>
    <Schema Namespace="microsoft.graph.security" Alias="self" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="incident"><NavigationProperty Name="alerts" Type="Collection(self.alert)"/></EntityType>
      <EntityType Name="alert"><NavigationProperty Name="evidence" Type="self.incident"/></EntityType>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>"""


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/users", True),
        ("/users/{id}", True),
        ("/USERS/{id}/memberof", True),
        ("/users/memberOf", False),
        ("/me/{id}", False),
        ("/me/memberOf/microsoft.graph.group", True),
        ("/me/memberOf/microsoft.graph.device", False),
        ("/me/memberOf/mine(on='principal')", True),
        ("/users/mine(on='principal')", False),
        ("/security/incidents/{id}/alerts/{id}/evidence/alerts", True),
        ("/security/alerts", False),
        ("/nothing", False),
        ("/", False),
    ],
)
def test_path_is_followed_through_the_schema(path: str, *, holds: bool) -> None:
    assert Csdl(SMALL).holds(path) is holds


def test_schema_without_a_container_holds_nothing() -> None:
    assert not Csdl(b"<Edmx/>").holds("/users")


def test_data_and_page_are_what_the_files_say() -> None:
    """Without the files: what the reads say."""
    directory = os.environ.get("MTO_CSDL_DIR")
    if directory is None:
        assert cloud_table.stale_without_files() == []
        return
    found = {name: pathlib.Path(directory, f"v1.0-{name}.csdl").read_bytes() for name in ("Prod", "Fairfax")}
    assert cloud_table.write(found, check=True) == []


def test_every_read_of_v1_0_stands_in_the_data() -> None:
    """A new read fails here until scripts/cloud_table.py has looked it up."""
    paths = {read.path.split("?", 1)[0] for _c, _s, read in ALL_READS if (read.service, read.versions) == GRAPH_V1}
    assert paths == set(features.FEATURES.in_schemas)


GRAPH_V1: t.Final = ("graph", ("v1.0",))


def test_every_read_exists_in_the_public_cloud() -> None:
    denied = [read.title for _check, _side, read in ALL_READS if features.existence(read, "public") == "no"]
    assert denied == []


def test_page_tells_both_words_where_they_contradict_each_other() -> None:
    row = next(line for line in cloud_table.page_text(features.FEATURES).splitlines() if "delegatedAdminCust" in line)
    assert row.count("yes (csdl, doc)") == 2
    assert row.count("yes (csdl); no (doc)") == 2


def test_small_files_make_small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_table, "graph_paths", lambda: [("v1.0", "/users"), ("v1.0", "/x"), ("beta", "/users")])
    found = cloud_table.make_features({"Prod": SMALL, "Fairfax": b"<Edmx/>"})
    assert found.in_schemas == {"/users": ("Prod",), "/x": ()}
    assert found.sha256["Prod"] == hashlib.sha256(SMALL).hexdigest()
    page = cloud_table.page_text(found)
    assert "| `/users` | v1.0 | yes (csdl) | yes (csdl) | no (csdl) | no (csdl) |" in page
    assert "| `/users` | beta | - | - | - | - |" in page
    assert '"/users": ("Prod",),' in cloud_table.data_text(found)


def test_writing_tells_what_was_stale(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_table, "ROOT", tmp_path)
    for name in ("DATA", "PAGE"):
        path = tmp_path / getattr(cloud_table, name).name
        path.write_text(getattr(cloud_table, name).read_text(encoding="utf-8"), encoding="utf-8")
        monkeypatch.setattr(cloud_table, name, path)
    given = {"Prod": SMALL, "Fairfax": SMALL}
    assert cloud_table.write(given, check=True) == ["cloud_features.py", "clouds.md"]
    assert cloud_table.write(given) == ["cloud_features.py", "clouds.md"]
    assert cloud_table.write(given, check=True) == []


def test_page_that_is_stale_is_told_without_the_files(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_table, "ROOT", tmp_path)
    monkeypatch.setattr(cloud_table, "PAGE", tmp_path / "clouds.md")
    monkeypatch.setattr(cloud_table, "DATA", tmp_path / "cloud_features.py")
    smaller = dataclasses.replace(features.FEATURES, in_schemas={})
    monkeypatch.setattr(features, "FEATURES", smaller)
    assert cloud_table.stale_without_files() == ["clouds.md", "cloud_features.py"]
