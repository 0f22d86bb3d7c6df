# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the catalogue that its families share: the form of a reason, Microsoft's pages, recurring phrases."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Status

NO_ACTION: t.Final = "No action needed."


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """A row of the catalogue: the status of the verdict, the sentence, the remedy, and Microsoft's page."""

    status: Status
    sentence: str
    remedy: str
    doc_url: str


class CaveatText(t.NamedTuple):
    """A caveat of the catalogue: the sentence, the remedy, and Microsoft's page."""

    sentence: str
    remedy: str
    doc_url: str
    actionable: bool = False


# A remedy begins with its actor and a colon, or says that no action is needed.


class Page(str):
    """The address of a page of Microsoft's: what a reason or a caveat says is documented there.

    These get plain text: Ansible warns about any other type in the result of an action.
    """

    __slots__ = ()

    def met(self, sentence: str, remedy: str = NO_ACTION) -> Reason:
        """Return a reason that meets the check."""
        return Reason("met", sentence, remedy, str(self))

    def unmet(self, sentence: str, remedy: str) -> Reason:
        """Return a reason that says no."""
        return Reason("unmet", sentence, remedy, str(self))

    def unknown(self, sentence: str, remedy: str) -> Reason:
        """Return a reason that leaves the check open."""
        return Reason("unknown", sentence, remedy, str(self))

    def caveat(self, sentence: str, remedy: str, *, actionable: bool = False) -> CaveatText:
        """Return a doubt beside a verdict."""
        return CaveatText(sentence, remedy, str(self), actionable)


LEARN: t.Final = "https://learn.microsoft.com/en-us/"
MTO_REQUIREMENTS: t.Final = Page(LEARN + "defender-xdr/mto-requirements")
LICENSING: t.Final = Page(LEARN + "defender-xdr/prerequisites#licensing-requirements")
PERMISSIONS: t.Final = Page(LEARN + "defender-xdr/m365d-permissions")
GDAP: t.Final = Page(LEARN + "partner-center/customers/gdap-introduction")
GDAP_ASSIGN: t.Final = Page(LEARN + "partner-center/customers/gdap-assign-microsoft-entra-roles")
B2B: t.Final = Page(LEARN + "entra/external-id/what-is-b2b")
REDEEM: t.Final = Page(LEARN + "entra/external-id/redemption-experience")
MFA_TRUST: t.Final = Page(LEARN + "entra/external-id/authentication-conditional-access")
CONSENT: t.Final = Page(LEARN + "entra/identity/enterprise-apps/grant-admin-consent")
AADSTS: t.Final = Page(LEARN + "entra/identity-platform/reference-error-codes")
GRAPH_ERRORS: t.Final = Page(LEARN + "graph/errors")
GRAPH_THROTTLING: t.Final = Page(LEARN + "graph/throttling")
GOVERNANCE: t.Final = Page(LEARN + "defender-xdr/governance-relationships")
CONDITIONAL_ACCESS: t.Final = Page(LEARN + "entra/identity/conditional-access/overview")
CROSS_CLOUD: t.Final = Page(LEARN + "defender-xdr/mto-cross-cloud")
CROSS_TENANT: t.Final = Page(LEARN + "entra/external-id/cross-tenant-access-overview")
CROSS_TENANT_B2B: t.Final = Page(LEARN + "entra/external-id/cross-tenant-access-settings-b2b-collaboration")
CROSS_TENANT_SYNC: t.Final = Page(
    LEARN + "entra/identity/multi-tenant-organizations/cross-tenant-synchronization-overview"
)
USER_ACCOUNT: t.Final = Page(LEARN + "entra/fundamentals/how-to-create-delete-users")
RESTORE_USER: t.Final = Page(LEARN + "entra/fundamentals/users-restore")
TENANT_RESTRICTIONS: t.Final = Page(LEARN + "entra/external-id/tenant-restrictions-v2")
SECURITY_DEFAULTS: t.Final = Page(LEARN + "entra/fundamentals/security-defaults")
RISK: t.Final = Page(LEARN + "entra/id-protection/howto-identity-protection-remediate-unblock")
APP_CREDENTIALS: t.Final = Page(LEARN + "entra/identity-platform/how-to-add-credentials")
REFRESH_TOKENS: t.Final = Page(LEARN + "entra/identity-platform/refresh-tokens")
DEVICE_CODE: t.Final = Page(LEARN + "entra/identity-platform/v2-oauth2-device-code")
AUTHENTICATION_FLOWS: t.Final = Page(LEARN + "entra/identity/conditional-access/concept-authentication-flows")
MTO_TROUBLESHOOT: t.Final = Page(LEARN + "defender-xdr/mto-troubleshoot")
PREREQUISITES: t.Final = Page(LEARN + "defender-xdr/prerequisites")
GDAP_EXTEND: t.Final = Page(LEARN + "partner-center/customers/expiring-gdap-relationships-and-auto-extend-gdap")
UNIFIED_RBAC: t.Final = Page(LEARN + "defender-xdr/manage-rbac")
ACTIVATE_RBAC: t.Final = Page(LEARN + "defender-xdr/activate-defender-rbac")
PIM_ROLES_PAGE: t.Final = Page(LEARN + "entra/id-governance/privileged-identity-management/pim-how-to-activate-role")
PIM_GROUPS_PAGE: t.Final = Page(LEARN + "entra/id-governance/privileged-identity-management/groups-activate-roles")

# Who runs the plays and holds their variables.
ANSIBLE_ADMIN: t.Final = "Ansible administrator of the home tenant: "
# What an option is called depends on who reads it: see `_core/options/names.py`.
APP_IDENTITY: t.Final = (
    "provide an app identity ({mto_}client_secret, {mto_}client_certificate_path or {mto_}federated_token_file)"
)
# Who approves a request on the customer's side [community CIPP, maester for the first role].
GDAP_APPROVER: t.Final = "Customer Delegated Admin Relationship Administrator or Global Administrator of {tenant}: "
GDAP_LIST: t.Final = "Partner Center (https://partner.microsoft.com/commerce/granularadminaccess/list)"
_PIM: t.Final = "https://entra.microsoft.com/#view/Microsoft_Azure_PIMCommon/ActivationMenuBlade/~/"
# Where a person activates what they are eligible for.
PIM_ROLES: t.Final = _PIM + "aadmigratedroles"
PIM_GROUPS: t.Final = _PIM + "aadgroup"
# Where the settings are in the portal [guess on the exact link]; the pages say how to get there.
CROSS_TENANT_PORTAL: t.Final = (
    "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/CompanyRelationshipsMenuBlade/~/CrossTenantAccessSettings"
)
SIGN_IN_AGAIN: t.Final = "{operator}: sign in again: run ansible-playbook m365.defender.login."
