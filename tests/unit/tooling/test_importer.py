# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A warning of galaxy-importer counts, although it ends with exit code 0."""

from __future__ import annotations

from importer import complaints


def test_warnings_count() -> None:
    output = "Loading role mto\nWARNING: No changelog found.\nImporter processing completed successfully\n"
    assert complaints(output) == ["WARNING: No changelog found."]


def test_nothing_to_say() -> None:
    assert complaints("Loading module warning_of_ours\nImporter processing completed successfully\n") == []
