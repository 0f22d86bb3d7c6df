# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The features of the clouds: metadata and documents against each other."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read
from ansible_collections.m365.defender.plugins.module_utils._microsoft import cloud_features as features
from ansible_collections.m365.defender.plugins.module_utils._microsoft.cloud_features import (
    FEATURES,
    CloudFeatures,
    existence,
)

# /a is everywhere, /b in Prod only; for /c the documents name fewer clouds than the metadata.
SOURCES = CloudFeatures(
    sha256={},
    schema_of_cloud=FEATURES.schema_of_cloud,
    in_schemas={"/a": ("Prod", "Fairfax"), "/b": ("Prod",), "/c": ("Prod", "Fairfax"), "/d": ()},
    documented={"/c": ("public", "gcc"), "/d": ("public", "gcc"), "/e": ("public", "gcc")},
)


def read(path, version="v1.0", service="graph"):
    return Read("it", "it", path, (), (), lambda body: body, versions=(version,), service=service)


@pytest.mark.parametrize(
    ("item", "by_cloud"),
    [
        (read("/a?$select=id"), ("yes", "yes", "yes", "yes")),
        (read("/b"), ("yes", "yes", "no", "no")),
        (read("/c"), ("yes", "yes", "open", "open")),
        (read("/d"), ("open", "open", "no", "no")),
        (read("/e/f", "beta"), ("yes", "yes", "no", "no")),
        (read("/b", "beta"), ("open",) * 4),
        (read("/nobody/looked"), ("open",) * 4),
        (read("/b", service="arm"), ("yes",) * 4),
    ],
)
def test_existence_by_metadata_and_documents(item, by_cloud, monkeypatch):
    monkeypatch.setattr(features, "FEATURES", SOURCES)
    assert tuple(existence(item, cloud) for cloud in CLOUDS) == by_cloud


def test_data_covers_every_cloud():
    assert set(FEATURES.schema_of_cloud) == set(CLOUDS)
    assert set(FEATURES.schema_of_cloud.values()) == set(FEATURES.sha256)


def test_path_without_an_entry_is_open():
    assert SOURCES.by_schema("/nowhere", "public") is None
    assert SOURCES.by_documents("/nowhere", "public") is None
