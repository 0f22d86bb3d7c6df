# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of each Microsoft cloud.

Source: Microsoft Graph "National cloud deployments" and Defender XDR "US Government" pages [doc]. The address of the
multitenant portal is published for the public cloud only; for GCC it is a [guess]. For GCC High and DoD none is
published, so the user gives it in the option `endpoints`.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

# Governance relationships exist in the public cloud [doc]. GCC shares its hosts, so they are read there too [guess].
GOVERNANCE_CLOUDS: t.Final = ("public", "gcc")

ENDPOINT_NAMES: t.Final = ("login", "graph", "arm", "portal", "mto")


@dataclasses.dataclass(frozen=True, slots=True)
class Cloud:
    """Base addresses without a trailing slash. The audiences of tokens do not depend on where we connect."""

    name: str
    login: str
    graph: str
    arm: str
    portal: str
    graph_audience: str
    arm_audience: str
    mto: str | None = None


def _cloud(name: str, **hosts: str) -> Cloud:
    urls: dict[str, str] = {service: f"https://{host}" for service, host in hosts.items()}
    return Cloud(name, **urls, graph_audience=urls["graph"], arm_audience=urls["arm"])


_PUBLIC: t.Final = _cloud(
    "public",
    login="login.microsoftonline.com",
    graph="graph.microsoft.com",
    arm="management.azure.com",
    portal="security.microsoft.com",
    mto="mto.security.microsoft.com",
)
_GCC_HIGH: t.Final = _cloud(
    "gcc_high",
    login="login.microsoftonline.us",
    graph="graph.microsoft.us",
    arm="management.usgovcloudapi.net",
    portal="security.microsoft.us",
)
_DOD: t.Final = _cloud(
    "dod",
    login="login.microsoftonline.us",
    graph="dod-graph.microsoft.us",
    arm="management.usgovcloudapi.net",
    portal="security.apps.mil",
)
CLOUDS: t.Final[dict[str, Cloud]] = {
    cloud.name: cloud for cloud in (_PUBLIC, dataclasses.replace(_PUBLIC, name="gcc"), _GCC_HIGH, _DOD)
}


def mto_address(cloud: Cloud) -> str:
    """Return the address of the multitenant portal. Raise OptionError if it is neither published nor given."""
    if cloud.mto is None:
        raise OptionError(mto_not_given(cloud))
    return cloud.mto


def mto_not_given(cloud: Cloud) -> str:
    """Return the sentence for a cloud whose multitenant portal has no known address."""
    return (
        f"endpoints.mto: the address of the multitenant portal in cloud {cloud.name} is not published;"
        " give the address that the browser shows."
    )


def resolve_cloud(name: str, endpoints: t.Mapping[str, str]) -> Cloud:
    """Return the cloud `name` with the addresses of the option `endpoints` in place of Microsoft's own.

    Raise OptionError for an unknown cloud, an unknown endpoint, or an address that is not https.
    """
    if name not in CLOUDS:
        raise OptionError(f"cloud: '{name}' is not a known cloud; choose one of {', '.join(CLOUDS)}.")
    for key, url in endpoints.items():
        if key not in ENDPOINT_NAMES:
            raise OptionError(f"endpoints: '{key}' is not a known endpoint; choose from {', '.join(ENDPOINT_NAMES)}.")
        if not url.lower().startswith("https://"):
            raise OptionError(f"endpoints.{key}: '{url}' must begin with https://.")
    return dataclasses.replace(CLOUDS[name], **{key: url.rstrip("/") for key, url in endpoints.items()})
