# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every read there is, with the check it serves and the tenant it is made in. The docs' table comes from here."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._access.defender import INCIDENTS
from ansible_collections.m365.defender.plugins.module_utils._access.listed import ARM_TENANTS, CUSTOMERS
from ansible_collections.m365.defender.plugins.module_utils._requirements.b2b import (
    ACCOUNTS_BY_MAIL,
    ACCOUNTS_BY_OTHER_MAILS,
    ACCOUNTS_BY_UPN,
    OWN_ACCOUNT,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.gdap import (
    ASSIGNMENTS,
    OPERATOR_GROUPS,
    RELATIONSHIPS,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.governance_lists import (
    READS as GOVERNANCE_READS,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.home import (
    OPERATOR,
    ORGANIZATION,
    OWN_GROUPS,
    OWN_USER,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.license import SUBSCRIBED_SKUS
from ansible_collections.m365.defender.plugins.module_utils._requirements.mfa_trust import TRUST_DEFAULT, TRUST_PARTNER
from ansible_collections.m365.defender.plugins.module_utils._requirements.permissions import (
    DIRECTORY_ROLES,
    OWN_DIRECTORY_ROLES,
    ROLE_ASSIGNMENTS,
)

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._model import Read

ALL_READS: t.Final[tuple[tuple[str, str, Read], ...]] = (
    ("every check", "home and target", ORGANIZATION),
    ("every check", "home", OPERATOR),
    ("every check", "home", OWN_USER),
    ("adopt, listed by GDAP", "home", CUSTOMERS),
    ("listed by B2B", "home", ARM_TENANTS),
    ("access by GDAP", "home", RELATIONSHIPS),
    ("access by GDAP", "home", ASSIGNMENTS),
    ("access by GDAP", "home", OPERATOR_GROUPS),
    ("access by GDAP", "home", OWN_GROUPS),
    *(("access and listed by governance (preview)", "home", read) for read in GOVERNANCE_READS),
    ("access by B2B", "target", ACCOUNTS_BY_MAIL),
    ("access by B2B", "target", ACCOUNTS_BY_OTHER_MAILS),
    ("access by B2B", "target", ACCOUNTS_BY_UPN),
    ("access by B2B", "target", OWN_ACCOUNT),
    ("license", "target", SUBSCRIBED_SKUS),
    ("permissions by B2B", "target", DIRECTORY_ROLES),
    ("permissions by B2B", "target", OWN_DIRECTORY_ROLES),
    ("permissions by B2B", "target", ROLE_ASSIGNMENTS),
    ("mfa_trust", "target", TRUST_DEFAULT),
    ("mfa_trust", "target", TRUST_PARTNER),
    ("defender", "target", INCIDENTS),
)
