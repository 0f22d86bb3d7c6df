# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A target in another Microsoft cloud: is the home tenant's half of Microsoft's recipe in place? Pure.

The recipe [doc mto-cross-cloud, preview]: the home tenant blocks B2B collaboration inbound, allows it outbound (to all
applications, for the users it chooses) and blocks B2B direct connect; the target allows collaboration inbound, trusts
multifactor authentication, and blocks the rest. Each allows the other's cloud: that page does not speak of it [doc
crosstenantaccesspolicy for the values, guess that both have to]. The target's half cannot be read from here, so that
access stays unknown: what is found are caveats beside it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import CLOUDS

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Problem, Verdict

_NAMES: t.Final = {
    "collaboration_inbound": "b2bCollaborationInbound",
    "collaboration_outbound": "b2bCollaborationOutbound",
    "direct_connect_inbound": "b2bDirectConnectInbound",
    "direct_connect_outbound": "b2bDirectConnectOutbound",
}
# The home tenant's half, in the words of the admin center.
_RECIPE: t.Final = (
    ("collaboration_inbound", "blocked", "B2B collaboration, inbound"),
    ("collaboration_outbound", "allowed", "B2B collaboration, outbound"),
    ("direct_connect_inbound", "blocked", "B2B direct connect, inbound"),
    ("direct_connect_outbound", "blocked", "B2B direct connect, outbound"),
)
# Only a tenant of these clouds is documented to add one of another cloud [doc mto-overview].
_DOCUMENTED_HOMES: t.Final = ("gcc_high", "dod")
_NOT_TOLD: t.Final = "The answer does not tell it."
_EVERYBODY: t.Final = frozenset(("AllUsers", "AllApplications"))


def shape_clouds(body: t.Any) -> dict[str, t.Any]:
    """`{clouds: [...]}`: other Microsoft clouds that are allowed; null where the answer does not tell.

    Microsoft's example has the policy inside of `value`.
    """
    policy = body["value"] if isinstance(body.get("value"), dict) else body
    clouds = policy.get("allowedCloudEndpoints")
    return {"clouds": None if clouds is None else sorted(str(cloud).lower() for cloud in clouds)}


def shape_sides(body: t.Any) -> dict[str, t.Any]:
    """`{found: true, sides: {side: allowed | blocked | in_part | not_told | null}}`. Null takes the default's value."""
    return {"found": True, "sides": {side: _side(body.get(name)) for side, name in _NAMES.items()}}


def _side(setting: Mapping[str, t.Any] | None) -> str | None:
    """Blocking everybody or every application blocks all; to allow all, both have to."""
    if setting is None:
        return None
    parts = [setting.get("usersAndGroups"), setting.get("applications")]
    told = [_part(part) for part in parts if part is not None]
    if ("blocked", True) in told:
        return "blocked"
    if len(told) < len(parts) or any(access not in ("allowed", "blocked") for access, _whole in told):
        return "not_told"
    return "allowed" if told == [("allowed", True)] * len(parts) else "in_part"


def _part(part: Mapping[str, t.Any]) -> tuple[str, bool]:
    """How, and whether that is for everybody."""
    targets = {str(row["target"]) for row in part.get("targets") or ()}
    return str(part["accessType"]).lower(), not targets.isdisjoint(_EVERYBODY)


# They decide no verdict: access to another cloud is unknown, whatever they say.
CLOUD_ENDPOINTS: t.Final = dataclasses.replace(
    SETTINGS_DEFAULT,
    what="cross_cloud_endpoints",
    title="the Microsoft cloud settings of the home tenant",
    path="/policies/crossTenantAccessPolicy",
    shape=shape_clouds,
    optional=True,
)
CLOUD_DEFAULT: t.Final = dataclasses.replace(
    SETTINGS_DEFAULT,
    what="cross_cloud_default",
    title="the default cross-tenant access settings of the home tenant",
    shape=shape_sides,
    optional=True,
)
CLOUD_PARTNER: t.Final = dataclasses.replace(
    SETTINGS_PARTNER,
    what="cross_cloud_partner",
    title="the cross-tenant access settings of the home tenant for the target",
    path="/policies/crossTenantAccessPolicy/partners/{tenant_id}",
    shape=shape_sides,
    optional=True,
)


def entra_cloud(cloud: str) -> str:
    """The name that Microsoft Entra has for the cloud a tenant is in: GCC High and DoD share one."""
    return CLOUDS[cloud].login.removeprefix("https://login.")


def crosses(run_cloud: str, cloud: str | None) -> bool:
    """Is a tenant of that cloud in another cloud of Microsoft Entra than the home tenant?"""
    return cloud is not None and entra_cloud(run_cloud) != entra_cloud(cloud)


def other_cloud(case: Case) -> Problem | None:
    """That nothing of the tenant was asked, since it is in a cloud that this sign-in does not reach; else None."""
    organization = case.get(ORGANIZATION)
    problem = organization.problem if organization is not None else None
    return problem if problem is not None and problem.reason == "read.other_cloud" else None


def with_recipe(case: Case, verdict: Verdict) -> Verdict:
    """The verdict `access` about a tenant in another cloud, with what has to be set in both tenants. Else as it is."""
    problem = other_cloud(case)
    if problem is None or verdict.reason != problem.reason:
        return verdict
    home_cloud, cloud = problem.details["run_cloud"], problem.details["cloud"]
    if not crosses(home_cloud, cloud):
        return verdict
    details = {
        "cloud": cloud,
        "run_cloud": home_cloud,
        "home_endpoint": entra_cloud(home_cloud),
        "endpoint": entra_cloud(cloud),
    }
    pieces = [case.get(read) for read in (CLOUD_ENDPOINTS, CLOUD_DEFAULT, CLOUD_PARTNER)]
    caveats = (*verdict.caveats, *_caveats(case, details))
    evidence = (*verdict.evidence, *(piece for piece in pieces if piece is not None))
    return dataclasses.replace(verdict, caveats=caveats, evidence=evidence)


def _caveats(case: Case, details: Mapping[str, str]) -> list[Caveat]:
    found = [_of_cloud(case, details["endpoint"]), *(_of_side(case, *row) for row in _RECIPE)]
    missing = [item.words for item in found if item.state == "missing"]
    open_items = [item for item in found if item.state == "open"]
    told = []
    if missing:
        told.append(case.caveat("access.cross_cloud_home", {**details, "items": "; ".join(missing)}))
    if open_items:
        said = " ".join(dict.fromkeys(item.said for item in open_items))
        items = "; ".join(item.words for item in open_items)
        told.append(case.caveat("access.cross_cloud_not_read", {**details, "items": items, "said": said}))
    told.append(case.caveat("access.cross_cloud_target", details))
    if details["run_cloud"] not in _DOCUMENTED_HOMES:
        told.append(case.caveat("access.cross_cloud_direction", details))
    return told


@dataclasses.dataclass(frozen=True, slots=True)
class _Item:
    """One item of the recipe: `met`, `missing`, or `open` where it is not known, which `said` explains."""

    state: t.Literal["met", "missing", "open"]
    words: str
    said: str = ""


def _of_cloud(case: Case, endpoint: str) -> _Item:
    words = f"Microsoft cloud settings: {endpoint} allowed"
    piece = case.get(CLOUD_ENDPOINTS)
    if not readable(piece):
        return _Item("open", words, _why(piece))
    clouds = piece.data["clouds"]
    if clouds is None:
        return _Item("open", words, _NOT_TOLD)
    return _Item("met" if endpoint in clouds else "missing", words)


def _of_side(case: Case, side: str, wanted: str, title: str) -> _Item:
    """By the entry for the target where it says something, else by the default."""
    words = f"{title}: {wanted}"
    partner, default = case.get(CLOUD_PARTNER), case.get(CLOUD_DEFAULT)
    for piece in (partner, default):
        if not readable(piece):
            return _Item("open", words, _why(piece))
        state = piece.data["sides"][side] if piece.data["found"] else None
        if state == "not_told":
            break
        if state == "in_part" and wanted == "allowed":
            return _Item("open", words, "It is allowed for some only.")
        if state is not None:
            return _Item("met" if state == wanted else "missing", words)
    return _Item("open", words, _NOT_TOLD)


def _why(piece: Evidence | None) -> str:
    if piece is None or piece.problem is None:
        return "It was not read."
    return f"{piece.problem.details.get('what', piece.what)}: {piece.problem.reason}."
