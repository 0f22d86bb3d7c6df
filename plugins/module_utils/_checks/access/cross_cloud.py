# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A target in another Microsoft cloud: what of Microsoft's recipe is in place in the home tenant. Pure.

The recipe [doc mto-cross-cloud, preview]: the home tenant blocks B2B collaboration inbound, allows it outbound (to all
applications, for the users it chooses) and blocks B2B direct connect; the target allows collaboration inbound, trusts
multifactor authentication, and blocks the rest. Each allows the other's cloud: that page does not speak of it [doc
crosstenantaccesspolicy for the values, guess that both have to]. The target's half cannot be read from here, so access
stays unknown, and what is missing at home goes into caveats beside it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Problem, Verdict

# The home tenant's half: our name of a side, Microsoft Graph's, the state that it needs, and the admin center's words.
_RECIPE: t.Final = (
    ("collaboration_inbound", "b2bCollaborationInbound", "blocked", "B2B collaboration, inbound"),
    ("collaboration_outbound", "b2bCollaborationOutbound", "allowed", "B2B collaboration, outbound"),
    ("direct_connect_inbound", "b2bDirectConnectInbound", "blocked", "B2B direct connect, inbound"),
    ("direct_connect_outbound", "b2bDirectConnectOutbound", "blocked", "B2B direct connect, outbound"),
)
# Only a tenant of these clouds is documented to add one of another cloud [doc mto-overview].
_DOCUMENTED_HOMES: t.Final = ("gcc_high", "dod")
_NOT_STATED: t.Final = "The answer does not say."
_EVERYBODY: t.Final = frozenset(("AllUsers", "AllApplications"))


class SideStates(t.TypedDict):
    """Each side of a policy: allowed, blocked, in_part, not_told, or null, which takes the default's value."""

    found: bool
    sides: dict[str, str | None]


def shape_clouds(body: Fields) -> dict[str, list[str] | None]:
    """Return `{clouds: [...]}`: the endpoints of clouds that are allowed, null where the answer does not say.

    Microsoft's example has the policy inside of `value`.
    """
    policy = body.optional_row("value") or body
    clouds = policy.optional_texts("allowedCloudEndpoints")
    return {"clouds": None if clouds is None else sorted(cloud.lower() for cloud in clouds)}


def shape_sides(body: Fields) -> SideStates:
    """Return the state of each side."""
    return {"found": True, "sides": {side: _state_of(body.optional_row(name)) for side, name, *_wanted in _RECIPE}}


def _state_of(setting: Fields | None) -> str | None:
    """Return the state of one side. Blocking everybody or every application blocks all; to allow all, both have to."""
    if setting is None:
        return None
    parts = (setting.optional_row("usersAndGroups"), setting.optional_row("applications"))
    states = [_access_of(part) for part in parts if part is not None]
    if ("blocked", True) in states:
        return "blocked"
    if len(states) < 2 or any(access not in ("allowed", "blocked") for access, _for_all in states):
        return "not_told"
    return "allowed" if set(states) == {("allowed", True)} else "in_part"


def _access_of(part: Fields) -> tuple[str, bool]:
    """Return the access type, and whether it is for everybody."""
    targets = {row.non_empty("target") for row in part.optional_rows("targets") or ()}
    return (part.optional_text("accessType") or "").lower(), not targets.isdisjoint(_EVERYBODY)


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
READS: t.Final = (CLOUD_ENDPOINTS, CLOUD_DEFAULT, CLOUD_PARTNER)


def entra_cloud(cloud: str) -> str:
    """Return the name that Microsoft Entra has for the cloud a tenant is in: GCC High and DoD share one."""
    return CLOUDS[cloud].login.removeprefix("https://login.")


def crosses(run_cloud: str, cloud: str | None) -> bool:
    """Tell whether a tenant of that cloud is in another cloud of Microsoft Entra than the home tenant."""
    return cloud is not None and entra_cloud(run_cloud) != entra_cloud(cloud)


def other_cloud(case: Case) -> Problem | None:
    """Return the problem of a tenant that was not asked since its cloud is out of this sign-in's reach; else None."""
    organization = case.get(ORGANIZATION)
    problem = organization.problem if organization is not None else None
    return problem if problem is not None and problem.reason == "read.other_cloud" else None


def with_recipe(case: Case, verdict: Verdict) -> Verdict:
    """Add to the verdict about a tenant in another cloud what has to be set in both tenants; leave others alone."""
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
    evidence = (item for item in map(case.get, READS) if item is not None)
    return dataclasses.replace(
        verdict,
        caveats=(*verdict.caveats, *_caveats(case, details)),
        evidence=(*verdict.evidence, *evidence),
    )


def _caveats(case: Case, details: Mapping[str, str]) -> list[Caveat]:
    items = [_judge_clouds(case, details["endpoint"]), *(_judge_side(case, *row) for row in _RECIPE)]
    missing = [item.title for item in items if item.state == "missing"]
    unclear = [item for item in items if item.state == "open"]
    caveats = []
    if missing:
        caveats.append(case.caveat("access.cross_cloud_home", {**details, "items": "; ".join(missing)}))
    if unclear:
        names = "; ".join(item.title for item in unclear)
        why = " ".join(dict.fromkeys(item.why for item in unclear))
        caveats.append(case.caveat("access.cross_cloud_not_read", {**details, "items": names, "said": why}))
    caveats.append(case.caveat("access.cross_cloud_target", details))
    if details["run_cloud"] not in _DOCUMENTED_HOMES:
        caveats.append(case.caveat("access.cross_cloud_direction", details))
    return caveats


class _Item(t.NamedTuple):
    """One item of the recipe: `met`, `missing`, or `open` where it is not known, which `why` explains."""

    state: t.Literal["met", "missing", "open"]
    title: str
    why: str = ""


def _judge_clouds(case: Case, endpoint: str) -> _Item:
    title = f"Microsoft cloud settings: {endpoint} allowed"
    evidence = case.get(CLOUD_ENDPOINTS)
    if not readable(evidence):
        return _Item("open", title, _why_unread(evidence))
    clouds = evidence.data["clouds"]
    if clouds is None:
        return _Item("open", title, _NOT_STATED)
    return _Item("met" if endpoint in clouds else "missing", title)


def _judge_side(case: Case, side: str, _name: str, wanted: str, words: str) -> _Item:
    """Judge by the entry for the target where it says something, else by the default."""
    title = f"{words}: {wanted}"
    for evidence in map(case.get, (CLOUD_PARTNER, CLOUD_DEFAULT)):
        if not readable(evidence):
            return _Item("open", title, _why_unread(evidence))
        state = evidence.data["sides"][side] if evidence.data["found"] else None
        if state == "not_told":
            break
        if state == "in_part" and wanted == "allowed":
            return _Item("open", title, "It is allowed only for some users or applications.")
        if state is not None:
            return _Item("met" if state == wanted else "missing", title)
    return _Item("open", title, _NOT_STATED)


def _why_unread(evidence: Evidence | None) -> str:
    if evidence is None or evidence.problem is None:
        return "It was not read."
    return f"{evidence.problem.details.get('what', evidence.what)}: {evidence.problem.reason}."
