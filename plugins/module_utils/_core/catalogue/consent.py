# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family consent: the app in the target tenant, and in the home tenant."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import AADSTS, CONSENT, Reason

_ACCEPT: t.Final = (
    "Administrator of {tenant}: open {consent_url} and accept, as somebody who may grant tenant-wide admin consent."
)

REASONS: t.Final[dict[str, Reason]] = {
    "consent.app_not_in_tenant": CONSENT.unmet(
        "Your app {app} does not exist in {tenant}: nobody has consented to it there, or it is not the ID of your app.",
        _ACCEPT,
    ),
    "consent.not_given": CONSENT.unmet(
        "Nobody in {tenant} has consented to app {app} using {resource} on behalf of signed-in users: {said}",
        _ACCEPT,
    ),
    "consent.declined": CONSENT.unmet(
        "Consent to app {app} was declined in {tenant}: {said}",
        _ACCEPT,
    ),
    "consent.admin_needed": CONSENT.unmet(
        "{tenant} allows only an administrator to consent to app {app}: {said}",
        _ACCEPT,
    ),
    "consent.partner_preconsent": CONSENT.unmet(
        "App {app} is not authorized in {tenant} for delegated administration by a partner: {said}",
        "Partner administrator of {home}: consent to the app for {tenant} through Partner Center. Or Administrator of"
        " {tenant}: open {consent_url} and accept.",
    ),
    "consent.app_misconfigured": CONSENT.unmet(
        "The registration of app {app} does not include what this sign-in requests: {said}",
        "App registration owner of {home}: add the API permission for {resource} to the registration. Administrator"
        " of {tenant}: then open {consent_url} and accept.",
    ),
    "consent.app_not_multitenant": AADSTS.unmet(
        "App {app} is registered for its own tenant only: {said}",
        "App registration owner of {home}: set the supported account types to 'Accounts in any organizational"
        " directory'.",
    ),
    "consent.resource_missing": AADSTS.unmet(
        "{tenant} does not recognize the requested service, {resource}: {said}",
        "Administrator of {tenant}: check that the subscription includes the service, and that the service exists and"
        " is enabled in Microsoft Entra, Enterprise applications.",
    ),
    "consent.resource_disabled": CONSENT.unmet(
        "{resource} is disabled in {tenant}: {said}",
        "Administrator of {tenant}: enable {resource} in Microsoft Entra, Enterprise applications.",
    ),
    "consent.app_disabled": CONSENT.unmet(
        "Your app {app} is disabled in {tenant}.",
        "Administrator of {tenant}: enable the app in Microsoft Entra, Enterprise applications.",
    ),
    "consent.permission_missing": CONSENT.unmet(
        "In {where}, {identity} has not been granted {permissions}, so {what} could not be read.",
        "Administrator of {where}: open {consent_url} and accept, which grants app {app} {permissions}. App"
        " registration owner of {home}: if the page does not list it, add the permission to the registration first.",
    ),
}
