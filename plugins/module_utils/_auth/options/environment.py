# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environment fall-backs: `MTO_<OPTION>`, then the names that Azure tools use."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import credential_options
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_guid

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec


# What has a fall-back beside the credentials.
_OPTIONS: t.Final = (
    *("home_tenant_id", "client_id", "operator", "cloud", "ca_path", "token_cache", "refresh_token"),
    *("refresh_token_file", "portal_cookies_file", "portal_snapshot"),
)
PREFIX: t.Final = "MTO_"
# The options of the app that writes are those of the app, with this before their names.
WRITER: t.Final = "writer_"


def own_name(option: str) -> str:
    """Return the collection's own environment variable for an option."""
    return f"{PREFIX}{option.upper()}"


def azure_names() -> dict[str, str]:
    """Return the environment variables of Azure tools, by option."""
    return {
        "home_tenant_id": "AZURE_TENANT_ID",
        "client_id": "AZURE_CLIENT_ID",
        **{option.name: option.azure_name for option in credential_options()},
    }


def environment_value(option: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return an option's value from the environment (the process's own by default); None if it is not set."""
    environ = os.environ if environment is None else environment
    names = (own_name(option), azure_names().get(option))
    return next((environ[name] for name in names if name and environ.get(name)), None)


def fallback_names() -> set[str]:
    """Return the collection's own environment variables."""
    credentials = [option.name for option in credential_options()]
    writers = [f"{WRITER}{option}" for option in ("client_id", *credentials)]
    return {own_name(option) for option in (*_OPTIONS, *credentials, *writers)}


def environment_paths(spec: Spec, environ: Mapping[str, str], resolve: Callable[[str], str]) -> dict[str, str]:
    """Return the full path of every path option that the environment gives, by the name of its variable."""
    options = [name for name, option in spec.items() if option["type"] == "path"]
    names = (name for option in options for name in (own_name(option), azure_names().get(option, "")))
    return {name: resolve(environ[name]) for name in names if environ.get(name)}


def home_tenant_of(home_tenant_id: str | None, environment: Mapping[str, str]) -> str:
    """Return the home tenant from the option, else from the environment; empty if neither names one."""
    return parse_guid(home_tenant_id or environment_value("home_tenant_id", environment)) or ""
