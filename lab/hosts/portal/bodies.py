# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of the portal's answers, as in public captures [community: nodoc, XDRInternals, xdrlograider]."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lab.hosts.portal.state import Offer, PersonalView
    from lab.worlds.portal import InventedField, PortalGroup, PortalSettings

PUBLIC: t.Final = 1
GROUP_ID: t.Final = "00000000-0000-0000-0000-000000000001"


def picker(
    offers: Sequence[Offer], added: Mapping[str, str], settings: PortalSettings, home: tuple[str, str]
) -> dict[str, t.Any]:
    """Return the tenants that can be added or are in the view. A tenant without access keeps its row [community]."""
    rows = [_row(row, added) for row in offers if row.offered or row.tenant_id in added]
    if settings.home_in_picker:
        rows.insert(0, info(home[0], home[1]) | {"selected": False, "lostAccess": False})
    return {"tenantInfoList": rows, "responseTypes": dict(settings.sources)}


def _row(offer: Offer, added: Mapping[str, str]) -> dict[str, t.Any]:
    """Return a row of the picker. Only tenants in the view have `addedOn` [community]."""
    there = offer.tenant_id in added
    row = {
        "selected": there,
        "lostAccess": there and not offer.reachable,
        **info(offer.tenant_id, offer.name, offer.environment),
    }
    return row | ({"addedOn": added[offer.tenant_id]} if there else {})


def info(tenant_id: str, name: str, environment: int = PUBLIC) -> dict[str, t.Any]:
    """Return how the portal names a tenant."""
    return {"name": name, "tenantId": tenant_id, "tenantAadEnvironment": environment}


def effective(
    view: PersonalView,
    added: Mapping[str, str],
    known: Mapping[str, Mapping[str, t.Any]],
    tenant_id: str,
    at: str,
    selected: PortalGroup | None = None,
) -> dict[str, t.Any]:
    """Return the person's own group with the visible tenants in `added`, or the shared group that is selected.

    The form of the private group is on record [community]; that a shared one has an id and another type is a guess.
    """
    return {
        "entityType": "EffectiveGroup",
        "name": selected.name if selected else "My private group",
        "tenantGroupId": selected.group_id if selected else None,
        "userId": None,
        "type": selected.type if selected else 0,
        "description": "Your personalized, private group of tenants",
        "allTenantsCount": len(added) + view.hidden,
        "exposedTargetTenantsInfo": [
            {**known.get(member_id, info(member_id, member_id)), "addedOn": since} for member_id, since in added.items()
        ],
        "creationTime": at,
        "lastUpdated": at,
        "lastUpdatedByUpn": None,
        "id": None,
        "tenantId": tenant_id,
        "_etag": view.etag,
        "ttl": None,
    }


def with_invented(
    group: dict[str, t.Any], fields: Collection[InventedField], view: PersonalView, user_id: str
) -> dict[str, t.Any]:
    """Return the group with the fields of this world that are not on record [invention]."""
    invented: dict[InventedField, dict[str, t.Any]] = {
        "etag_header": {"_etag": None},
        "group_id": {"id": view.group_id},
        "user_id": {"userId": user_id},
        "version": {"version": view.version},
    }
    for name in sorted(invented.keys() & {*fields}):
        group |= invented[name]
    return group


def assignments(profiles: Mapping[str, str], added: Collection[str]) -> dict[str, t.Any]:
    """Return the distribution profiles with their tenants. The path is on record, this form is the lab's invention.

    The content assignment of a tenant that is not in the view is broken [doc].
    """
    names = sorted({*profiles.values()})
    of = {name: [tenant_id for tenant_id, profile in profiles.items() if profile == name] for name in names}
    rows = [{"name": name, "tenantIds": ids, "broken": [e for e in ids if e not in added]} for name, ids in of.items()]
    return {"distributionProfiles": rows}


def tenant_context(tenant_id: str, upn: str) -> dict[str, t.Any]:
    """Return whose session it is [community XDRInternals: AuthInfo.TenantId, AuthInfo.UserName]."""
    return {
        "EnvironmentName": "Production",
        "OrgId": tenant_id,
        "GeoRegion": "Europe3",
        "DataCenter": "WestEurope3",
        "IsSuspended": False,
        "AuthInfo": {"TenantId": tenant_id, "UserName": upn},
    }
