# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every read there is, with the check it serves and the tenant it is made in. The docs' table comes from here."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    ACCOUNTS_BY_MAIL,
    ACCOUNTS_BY_OTHER_MAILS,
    ACCOUNTS_BY_UPN,
    DELETED_BY_MAIL,
    DELETED_BY_UPN,
    OWN_ACCOUNT,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    HOME_DEFAULT,
    HOME_PARTNERS,
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
    SYNCHRONIZATION,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import (
    CLOUD_DEFAULT,
    CLOUD_ENDPOINTS,
    CLOUD_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    ASSIGNMENTS,
    OPERATOR_GROUPS,
    RELATIONSHIPS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    READS as GOVERNANCE_READS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import INCIDENTS
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import SUBSCRIBED_SKUS, SUBSCRIPTIONS
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import ARM_TENANTS, CUSTOMERS
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import (
    OPERATOR,
    ORGANIZATION,
    OWN_GROUPS,
    OWN_USER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_ASSIGNMENTS,
    DEFENDER_DEFINITIONS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import (
    DIRECTORY_ROLES,
    OWN_DIRECTORY_ROLES,
    ROLE_ASSIGNMENTS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    ELIGIBLE_ROLES,
    OWN_ELIGIBLE_GROUPS,
    OWN_ELIGIBLE_ROLES,
    OWN_TIMED_GROUPS,
    OWN_TIMED_ROLES,
    TIMED_GROUPS,
    TIMED_ROLES,
)

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

ALL_READS: t.Final[tuple[tuple[str, str, Read], ...]] = (
    ("every check", "home and target", ORGANIZATION),
    ("every check", "home", OPERATOR),
    ("every check", "home", OWN_USER),
    ("adopt, listed by GDAP", "home", CUSTOMERS),
    ("listed by B2B", "home", ARM_TENANTS),
    ("access by GDAP", "home", RELATIONSHIPS),
    ("access by GDAP", "home", ASSIGNMENTS),
    ("access by GDAP, by B2B, by governance", "home", OPERATOR_GROUPS),
    ("access by GDAP, by B2B, by governance", "home", OWN_GROUPS),
    ("access by GDAP (advice)", "home", ELIGIBLE_GROUPS),
    ("access by GDAP (advice)", "home", OWN_ELIGIBLE_GROUPS),
    ("access by GDAP (advice)", "home", TIMED_GROUPS),
    ("access by GDAP (advice)", "home", OWN_TIMED_GROUPS),
    *(("access and listed by governance (preview)", "home", read) for read in GOVERNANCE_READS),
    ("access, another cloud (advice)", "home", CLOUD_ENDPOINTS),
    ("access, another cloud (advice)", "home", CLOUD_DEFAULT),
    ("access, another cloud (advice)", "home", CLOUD_PARTNER),
    ("access by B2B", "target", ACCOUNTS_BY_MAIL),
    ("access by B2B", "target", ACCOUNTS_BY_OTHER_MAILS),
    ("access by B2B", "target", ACCOUNTS_BY_UPN),
    ("access by B2B", "target", OWN_ACCOUNT),
    ("access by B2B", "target", DELETED_BY_MAIL),
    ("access by B2B", "target", DELETED_BY_UPN),
    ("access by B2B", "home", HOME_DEFAULT),
    ("access by B2B", "home", HOME_PARTNERS),
    ("access by B2B", "target", SYNCHRONIZATION),
    ("license", "target", SUBSCRIBED_SKUS),
    ("license (advice)", "target", SUBSCRIPTIONS),
    ("permissions by B2B", "target", DIRECTORY_ROLES),
    ("permissions by B2B", "target", OWN_DIRECTORY_ROLES),
    ("permissions by B2B", "target", ROLE_ASSIGNMENTS),
    ("permissions by B2B (advice)", "target", OPERATOR_GROUPS),
    ("permissions by B2B (advice)", "target", ELIGIBLE_ROLES),
    ("permissions by B2B (advice)", "target", OWN_ELIGIBLE_ROLES),
    ("permissions by B2B (advice)", "target", TIMED_ROLES),
    ("permissions by B2B (advice)", "target", OWN_TIMED_ROLES),
    ("permissions by B2B (advice)", "target", ELIGIBLE_GROUPS),
    ("permissions by B2B (advice)", "target", OWN_ELIGIBLE_GROUPS),
    ("permissions by B2B (Defender's roles)", "target", DEFENDER_ASSIGNMENTS),
    ("permissions by B2B (Defender's roles)", "target", DEFENDER_DEFINITIONS),
    ("mfa_trust, access by B2B", "target", SETTINGS_DEFAULT),
    ("mfa_trust, access by B2B", "target", SETTINGS_PARTNER),
    ("defender", "target", INCIDENTS),
)
