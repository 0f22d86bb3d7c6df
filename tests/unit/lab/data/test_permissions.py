# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Permissions: what a consent grants to each kind of token."""

from __future__ import annotations

import pytest

from lab.data import permissions


@pytest.mark.parametrize(
    ("consent", "delegated", "names"),
    [
        ("full", True, permissions.FULL_DELEGATED),
        ("full", False, permissions.FULL_APPLICATION),
        ("none", True, frozenset()),
        (("User.Read", "Policy.Read.All"), True, {"User.Read", "Policy.Read.All"}),
        (("User.Read", "Policy.Read.All"), False, {"Policy.Read.All"}),
    ],
)
def test_granted(consent, delegated, names):
    assert permissions.granted(consent, delegated=delegated) == names


def test_full_consent_only_reads():
    assert not [name for name in permissions.FULL_DELEGATED if "Write" in name]
    assert permissions.FULL_DELEGATED <= permissions.KNOWN


def test_application_permissions_are_never_delegated_only():
    for required in permissions.OPERATIONS.values():
        assert permissions.granted(required.application, delegated=False) == set(required.application)
