# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts per Microsoft cloud, and what exists there. Data only.

Source: Microsoft Graph "National cloud deployments" and Defender XDR "US Government" pages [doc]. The address of the
multitenant portal is published for the public cloud alone; for GCC it is our reading [guess], for GCC High and DoD
nobody has published one, so it has to be given by the option `endpoints`.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

# Where tenants have governance relationships: the public cloud alone [doc]. GCC shares its hosts, and is asked [guess].
GOVERNANCE_CLOUDS: t.Final = ("public", "gcc")

ENDPOINT_NAMES: t.Final = ("login", "graph", "arm", "portal", "mto")


@dataclasses.dataclass(frozen=True, slots=True)
class Cloud:
    """Base addresses without a trailing slash. An audience is what a token is asked for, wherever we connect."""

    name: str
    login: str
    graph: str
    arm: str
    portal: str
    mto: str | None
    graph_audience: str
    arm_audience: str


def _cloud(name: str, login: str, graph: str, arm: str, portal: str, mto: str | None) -> Cloud:
    return Cloud(
        name=name,
        login=f"https://{login}",
        graph=f"https://{graph}",
        arm=f"https://{arm}",
        portal=f"https://{portal}",
        mto=f"https://{mto}" if mto else None,
        graph_audience=f"https://{graph}",
        arm_audience=f"https://{arm}",
    )


CLOUDS: t.Final[dict[str, Cloud]] = {
    cloud.name: cloud
    for cloud in (
        _cloud(
            "public",
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "management.azure.com",
            "security.microsoft.com",
            "mto.security.microsoft.com",
        ),
        _cloud(
            "gcc",
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "management.azure.com",
            "security.microsoft.com",
            "mto.security.microsoft.com",
        ),
        _cloud(
            "gcc_high",
            "login.microsoftonline.us",
            "graph.microsoft.us",
            "management.usgovcloudapi.net",
            "security.microsoft.us",
            None,
        ),
        _cloud(
            "dod",
            "login.microsoftonline.us",
            "dod-graph.microsoft.us",
            "management.usgovcloudapi.net",
            "security.apps.mil",
            None,
        ),
    )
}


def mto_address(cloud: Cloud) -> str:
    """The address of the multitenant portal. Raises OptionError where nobody has published it and none is given."""
    if cloud.mto is None:
        raise OptionError(mto_not_given(cloud))
    return cloud.mto


def mto_not_given(cloud: Cloud) -> str:
    """What a user of a cloud has to hear where the address of its multitenant portal is needed and not known."""
    return (
        f"endpoints.mto: nobody has published the address of the multitenant portal of cloud {cloud.name};"
        " give it as you see it in the browser."
    )


def resolve_cloud(name: str, endpoints: t.Mapping[str, str]) -> Cloud:
    """The cloud `name` with the addresses of the option `endpoints` in place of Microsoft's own.

    Raises OptionError for an unknown cloud, an unknown endpoint, or an address that is not https.
    """
    if name not in CLOUDS:
        raise OptionError(f"cloud: '{name}' is not a cloud we know; choose one of {', '.join(CLOUDS)}.")
    for key, url in endpoints.items():
        if key not in ENDPOINT_NAMES:
            raise OptionError(f"endpoints: '{key}' is not an endpoint; choose among {', '.join(ENDPOINT_NAMES)}.")
        if not url.lower().startswith("https://"):
            raise OptionError(f"endpoints.{key}: '{url}' must begin with https://.")
    return dataclasses.replace(CLOUDS[name], **{key: url.rstrip("/") for key, url in endpoints.items()})
