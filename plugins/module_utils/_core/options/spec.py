# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs and their constraints as values that can be merged."""

from __future__ import annotations

import typing as t

Spec = dict[str, dict[str, t.Any]]


class Constraints(t.TypedDict, total=False):
    """The constraints of AnsibleModule, under its own names."""

    mutually_exclusive: list[tuple[str, ...]]
    required_one_of: list[tuple[str, ...]]
    required_if: list[tuple[str, object, tuple[str, ...]] | tuple[str, object, tuple[str, ...], bool]]
    required_by: dict[str, tuple[str, ...]]


def merge_constraints(first: Constraints, second: Constraints) -> Constraints:
    """Return the constraints of both."""
    return {
        "mutually_exclusive": [*first.get("mutually_exclusive", ()), *second.get("mutually_exclusive", ())],
        "required_one_of": [*first.get("required_one_of", ()), *second.get("required_one_of", ())],
        "required_if": [*first.get("required_if", ()), *second.get("required_if", ())],
        "required_by": {**first.get("required_by", {}), **second.get("required_by", {})},
    }
