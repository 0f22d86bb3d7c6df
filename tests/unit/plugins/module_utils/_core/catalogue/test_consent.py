# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family consent: who has to consent, and where."""

from __future__ import annotations

from remedies import actors_of, silent

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.consent import REASONS


def test_every_lack_of_consent_has_somebody_who_can_end_it():
    assert silent(REASONS) == set()
    assert {row.status for row in REASONS.values()} == {"unmet"}


def test_whoever_consents_is_given_the_link():
    for reason in ("app_not_in_tenant", "not_given", "declined", "admin_needed"):
        row = REASONS[f"consent.{reason}"]
        assert actors_of(row.remedy) == ["Administrator of {tenant}"]
        assert "{consent_url}" in row.remedy


def test_registration_of_the_app_is_its_owners_matter():
    owner = "App registration owner of {home}"
    assert actors_of(REASONS["consent.app_not_multitenant"].remedy) == [owner]
    assert actors_of(REASONS["consent.app_misconfigured"].remedy) == [owner, "Administrator of {tenant}"]


def test_permission_is_granted_where_it_is_missing():
    row = REASONS["consent.permission_missing"]
    assert actors_of(row.remedy) == ["Administrator of {where}", "App registration owner of {home}"]
    assert "{permissions}" in row.sentence
    assert "{permissions}" in row.remedy
