# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option `tenants`: its spec, and the rows as typed values."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import ACCESS_METHODS, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.options.gdap import gdap_spec, parse_gdap, parse_roles
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import (
    GUID,
    parse_guid,
    quoted,
    texts_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import LICENSE_NAMES
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean, did_you_mean, nearest, one_line

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

    TenantRow = Mapping[str, object]

# Without the letter case, as the names are compared with the service's.
_LICENSES: t.Final = frozenset(name.lower() for name in LICENSE_NAMES)
# Known names of different plans are less alike than this, and mistakes of one or two characters are not.
_MISSPELT: t.Final = 0.88
_LONG_NAME: t.Final = 8


def tenants_spec() -> Spec:
    """Return the option of the doc fragment `m365.defender._tenants`.

    The rows carry no `required` and no `choices`: parse_tenants checks them, because its messages name the row by
    index and name, which Ansible's own messages do not.
    """
    return {
        "tenants": {
            "type": "list",
            "elements": "dict",
            "options": {
                "tenant_id": {"type": "str"},
                "name": {"type": "str"},
                "access": {"type": "str", "default": "auto"},
                "roles": {"type": "list", "elements": "str"},
                "licenses": {"type": "list", "elements": "str"},
                "cloud": {"type": "str"},
                "gdap": gdap_spec(),
            },
        }
    }


def shared_tenants_spec() -> Spec:
    """Return the option for those who take the list that all modules share, and do not use the key `gdap`."""
    tenants = tenants_spec()["tenants"]
    return {"tenants": {**tenants, "options": {**tenants["options"], "gdap": {"type": "dict"}}}}


def declared_tenants(rows: Sequence[TenantRow] | None, home_tenant_id: str) -> list[Tenant]:
    """Return the tenants to check, as `parse_tenants` does. Raise OptionError where there are none."""
    if not rows:
        raise OptionError("tenants: the list is empty, so that there is nothing to check; declare a tenant.")
    tenants = parse_tenants(rows, home_tenant_id)
    license_warnings(tenants)
    return tenants


def license_warnings(tenants: Sequence[Tenant]) -> list[str]:
    """Return a warning for each license name that is not known. Raise OptionError for one that is misspelt.

    Microsoft adds plans and products. So only a long name that is almost a known one is refused: between short names,
    such as SPE_E3 and SPE_E5, one character makes another product.
    """
    unknown: dict[str, str] = {}
    for index, tenant in enumerate(tenants):
        for name in tenant.licenses:
            if name in _LICENSES or GUID.match(name):
                continue
            label = _label(index, tenant.name)
            almost = nearest(name, _LICENSES, _MISSPELT) if len(name) >= _LONG_NAME else None
            if almost is not None:
                raise OptionError(
                    f"{label}: license {quoted(name)} is not a known plan or product (did you mean '{almost}'?);"
                    " correct it, or give the ID of the service plan."
                )
            unknown.setdefault(name, label)
    return [
        f"{label}: license {quoted(name)} is not a known name{did_you_mean(name, _LICENSES)}. It is met only by a"
        " product or service plan with exactly this name."
        for name, label in unknown.items()
    ]


def parse_tenants(rows: Sequence[TenantRow], home_tenant_id: str) -> list[Tenant]:
    """Return the declared list, checked row by row. Raise OptionError that names the first bad row and the remedy."""
    tenants: list[Tenant] = []
    labels: dict[str, str] = {}
    for index, row in enumerate(rows):
        label = _label(index, row.get("name"))
        tenant = _parse_row(label, row)
        if tenant.tenant_id == home_tenant_id:
            raise OptionError(f"{label}: this is the home tenant; remove this row and list only target tenants.")
        if first := labels.get(tenant.tenant_id):
            raise OptionError(
                f"{label}: tenant_id {tenant.tenant_id} is already in {first}; remove one of the two rows."
            )
        labels[tenant.tenant_id] = label
        tenants.append(tenant)
    return tenants


def _label(index: int, name: object) -> str:
    return f"tenants[{index}] ({one_line(name)})" if name else f"tenants[{index}]"


def _parse_row(label: str, row: TenantRow) -> Tenant:
    tenant_id = _parse_tenant_id(label, row.get("tenant_id"))
    # Half a character in a name would make Ansible refuse the result about all tenants.
    name = clean(str(row.get("name") or ""))
    return Tenant(
        tenant_id=tenant_id,
        name=name if name.strip() else tenant_id,
        access=_parse_access(label, row.get("access")),
        roles=parse_roles(label, texts_of(label, "roles", row.get("roles"))) or DEFENDER_ROLES,
        licenses=tuple(name.strip().lower() for name in texts_of(label, "licenses", row.get("licenses"))),
        cloud=_parse_cloud(label, row.get("cloud")),
        gdap=parse_gdap(label, row.get("gdap")),
    )


def _parse_tenant_id(label: str, value: object) -> str:
    if not str(value or "").strip():
        raise OptionError(f"{label}: tenant_id is missing; give the directory (tenant) ID, a GUID.")
    tenant_id = parse_guid(value)
    if tenant_id is None:
        raise OptionError(f"{label}: tenant_id {quoted(value)} is not a GUID; give the directory (tenant) ID.")
    return tenant_id


def _parse_access(label: str, value: object) -> str:
    access = str(value or "auto").lower()
    if access not in ACCESS_METHODS:
        raise OptionError(
            f"{label}: access {quoted(value)} is not an access method{did_you_mean(access, ACCESS_METHODS)}; choose one"
            f" of {', '.join(ACCESS_METHODS)}."
        )
    return access


def _parse_cloud(label: str, value: object) -> str | None:
    cloud = str(value or "")
    if cloud and cloud not in CLOUDS:
        hint = did_you_mean(cloud, CLOUDS)
        raise OptionError(
            f"{label}: cloud {quoted(cloud)} is not a known cloud{hint}; choose one of {', '.join(CLOUDS)}."
        )
    return cloud or None
