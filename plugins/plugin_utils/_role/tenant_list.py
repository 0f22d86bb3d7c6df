# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play, made of inventory hosts."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.options import HOST_VARIABLES

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    Variables: t.TypeAlias = Mapping[str, object]


def tenant_of_host(host: Variables) -> dict[str, object]:
    """Return a row of the option `tenants` made of the variables of a host. Raises OptionError that names the host."""
    name = str(host.get("inventory_hostname") or "(no name)")
    if not host.get("mto_tenant_id"):
        raise OptionError(
            f"mto_tenant_id: the host '{name}' of the group mto_tenants has none; set it to the directory (tenant) ID,"
            " or take the host out of the group."
        )
    row = {field: host[variable] for variable, field in HOST_VARIABLES.items() if host.get(variable) is not None}
    return {"name": name, **row}
