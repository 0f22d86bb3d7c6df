# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of remedies, in the order in which they are tried for one tenant: the first takes a finding up."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._remedies.gdap_assignment import GdapAssignment
from ansible_collections.m365.defender.plugins.module_utils._remedies.gdap_auto_extend import GdapAutoExtend
from ansible_collections.m365.defender.plugins.module_utils._remedies.gdap_request import GdapRequest
from ansible_collections.m365.defender.plugins.module_utils._remedies.guest_invitation import GuestInvitation
from ansible_collections.m365.defender.plugins.module_utils._remedies.mfa_trust import MfaTrust

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

REMEDIES: t.Final[dict[str, Remedy]] = {
    remedy.NAME: remedy for remedy in (GdapAutoExtend(), GdapAssignment(), GdapRequest(), MfaTrust(), GuestInvitation())
}
