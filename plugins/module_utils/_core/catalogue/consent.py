# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family consent: our app in the target tenant, and in the home tenant."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    AADSTS,
    APP_ADMIN,
    CONSENT,
    Reason,
)

_OPENS: t.Final = APP_ADMIN + " opens {consent_url} and accepts."

REASONS: t.Final[dict[str, Reason]] = {
    "consent.app_not_in_tenant": Reason(
        "unmet",
        "Our app {app} is not known in {tenant}: nobody has consented to it there.",
        _OPENS,
        CONSENT,
    ),
    "consent.not_given": Reason(
        "unmet",
        "Nobody in {tenant} has consented that app {app} uses {resource} for the people who sign in: {said}",
        _OPENS,
        CONSENT,
    ),
    "consent.declined": Reason("unmet", "The consent to app {app} in {tenant} was declined: {said}", _OPENS, CONSENT),
    "consent.admin_needed": Reason(
        "unmet", "{tenant} lets only an administrator consent to app {app}: {said}", _OPENS, CONSENT
    ),
    "consent.partner_preconsent": Reason(
        "unmet",
        "App {app} is not authorised in {tenant} for the delegated administration of a partner: {said}",
        "A partner administrator of {home} consents to the app for {tenant} through Partner Center; or "
        "an administrator of {tenant} opens {consent_url} and accepts.",
        CONSENT,
    ),
    "consent.app_misconfigured": Reason(
        "unmet",
        "The registration of app {app} lacks what this sign-in asks for: {said}",
        "Whoever owns the app registration in {home} adds the API permission for {resource} there; then an"
        " administrator of {tenant} opens {consent_url} and accepts.",
        CONSENT,
    ),
    "consent.app_not_multitenant": Reason(
        "unmet",
        "App {app} is registered for its own tenant only: {said}",
        "Whoever owns the app registration in {home} sets 'Accounts in any organizational directory' there.",
        AADSTS,
    ),
    "consent.resource_missing": Reason(
        "unmet",
        "{tenant} does not know the service that is asked for, {resource}: {said}",
        "An administrator of {tenant} looks whether its subscription includes the service and whether it stands, and is"
        " enabled, in Microsoft Entra, Enterprise applications.",
        AADSTS,
    ),
    "consent.app_disabled": Reason(
        "unmet",
        "Our app {app} is disabled in {tenant}.",
        "An administrator of {tenant} enables the app in Microsoft Entra, Enterprise applications.",
        CONSENT,
    ),
    "consent.permission_missing": Reason(
        "unmet",
        "In {where}, {identity} is not granted {permissions}, so {what} could not be read.",
        "An administrator of {where} grants {permissions}: add it to the app registration, then open {consent_url} and"
        " accept.",
        CONSENT,
    ),
}
