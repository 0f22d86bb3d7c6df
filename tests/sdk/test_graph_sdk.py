# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's own SDK makes the writes: its bodies and headers are what the lab takes, unchanged.

The SDK has 400 MB, so that set-up does not install it: `make sdk` does, and runs this.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ssl
import typing as t
import uuid

import azure.identity
import httpx
import pytest
from azure.core.pipeline.transport import RequestsTransport
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from lab_client import client_of
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.cross_tenant_access_policy_configuration_partner import (
    CrossTenantAccessPolicyConfigurationPartner as Partner,
)
from msgraph.generated.models.cross_tenant_access_policy_inbound_trust import (
    CrossTenantAccessPolicyInboundTrust as InboundTrust,
)
from msgraph.generated.models.delegated_admin_access_assignment import DelegatedAdminAccessAssignment
from msgraph.generated.models.delegated_admin_access_container import DelegatedAdminAccessContainer
from msgraph.generated.models.delegated_admin_access_container_type import DelegatedAdminAccessContainerType
from msgraph.generated.models.delegated_admin_access_details import DelegatedAdminAccessDetails
from msgraph.generated.models.delegated_admin_relationship import DelegatedAdminRelationship
from msgraph.generated.models.delegated_admin_relationship_customer_participant import (
    DelegatedAdminRelationshipCustomerParticipant,
)
from msgraph.generated.models.delegated_admin_relationship_request import DelegatedAdminRelationshipRequest
from msgraph.generated.models.delegated_admin_relationship_request_action import (
    DelegatedAdminRelationshipRequestAction,
)
from msgraph.generated.models.invitation import Invitation
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.unified_role import UnifiedRole
from msgraph_core import GraphClientFactory
from worlds import HOME_ID, OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.data import roles
from lab.process import start_lab
from lab.state.directory import object_id

# The SDK uses what it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
READER = roles.ID_OF["Security Reader"]
GDAP, B2B = 1, 2
ABSENT = {"partner": "none"}
RESTORING = ["Policy.ReadWrite.CrossTenantAccess", "User.Invite.All", "User.ReadWrite.All"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    world = write_world(
        tmp_path_factory.mktemp("sdk"),
        tenant(GDAP),
        guest_tenant(B2B, guests=[{"deleted_days_ago": 2}], cross_tenant_access=ABSENT, writer=RESTORING),
        settle_reads=0,
    )
    with start_lab(world=world) as found:
        yield found


def run(lab: t.Any, where: str, calls: t.Callable[[GraphServiceClient], t.Awaitable[t.Any]]) -> t.Any:
    """Let the SDK make calls to a tenant as the writer."""

    async def main(session: t.Any) -> t.Any:
        credential = azure.identity.ClientSecretCredential(
            where,
            lab["writer_client_id"],
            lab["writer_client_secret"],
            authority=lab["login"],
            disable_instance_discovery=True,
            transport=RequestsTransport(session=session, session_owner=False, connection_verify=lab["ca_path"]),
        )
        scopes = ["https://graph.microsoft.com/.default"]
        provider = AzureIdentityAuthenticationProvider(credential, scopes=scopes, allowed_hosts=["127.0.0.1"])
        context = ssl.create_default_context(cafile=lab["ca_path"])
        # The SDK wraps the transport and does not close it.
        transport = httpx.AsyncHTTPTransport(verify=context)
        async with httpx.AsyncClient(transport=transport, trust_env=False) as plain, contextlib.aclosing(transport):
            adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=plain))
            adapter.base_url = f"{lab['graph']}/v1.0"
            return await calls(GraphServiceClient(request_adapter=adapter))

    with client_of(lab) as client:
        return asyncio.run(main(client.session))


def if_match(etag: str) -> RequestConfiguration[t.Any]:
    configuration: RequestConfiguration[t.Any] = RequestConfiguration()
    configuration.headers.add("If-Match", etag)
    return configuration


def details(*role_ids: str) -> DelegatedAdminAccessDetails:
    return DelegatedAdminAccessDetails(unified_roles=[UnifiedRole(role_definition_id=each) for each in role_ids])


def test_auto_extend(lab):
    """The SDK for Python writes a timedelta as `180 days, 0:00:00`, which is no Edm.Duration: this is a text."""

    async def calls(graph: GraphServiceClient) -> t.Any:
        relationships = graph.tenant_relationships.delegated_admin_relationships
        (row,) = [row for row in (await relationships.get()).value if row.display_name == "Customer 1 SOC"]
        one = relationships.by_delegated_admin_relationship_id(row.id)
        body = DelegatedAdminRelationship(additional_data={"autoExtendDuration": "P180D"})
        with pytest.raises(ODataError) as missing:
            await one.patch(body)
        after = await one.patch(body, if_match(row.additional_data["@odata.etag"]))
        with pytest.raises(ODataError) as stale:
            await one.patch(body, if_match(row.additional_data["@odata.etag"]))
        return after.auto_extend_duration, missing.value.response_status_code, stale.value.response_status_code

    assert run(lab, HOME_ID, calls) == (dt.timedelta(days=180), 400, 412)


def test_assignment(lab):
    group = object_id(HOME_ID, "group", "Helpdesk")

    async def calls(graph: GraphServiceClient) -> t.Any:
        relationships = graph.tenant_relationships.delegated_admin_relationships
        (row,) = [row for row in (await relationships.get()).value if row.display_name == "Customer 1 SOC"]
        assignments = relationships.by_delegated_admin_relationship_id(row.id).access_assignments
        kind = DelegatedAdminAccessContainerType.SecurityGroup
        container = DelegatedAdminAccessContainer(access_container_id=group, access_container_type=kind)
        body = DelegatedAdminAccessAssignment(access_container=container, access_details=details(READER))
        made = await assignments.post(body)
        with pytest.raises(ODataError) as again:
            await assignments.post(body)
        now = await assignments.by_delegated_admin_access_assignment_id(made.id).get()
        return made.status.value, now.status.value, again.value.response_status_code, again.value.error.code

    assert run(lab, HOME_ID, calls) == ("pending", "active", 409, "conflict")


def test_relationship(lab):
    async def calls(graph: GraphServiceClient) -> t.Any:
        relationships = graph.tenant_relationships.delegated_admin_relationships
        customer = DelegatedAdminRelationshipCustomerParticipant(tenant_id=tenant_id(B2B))
        body = DelegatedAdminRelationship(
            display_name="Customer 2 SOC",
            customer=customer,
            access_details=details(READER),
            additional_data={"duration": "P730D"},
        )
        made = await relationships.post(body)
        one = relationships.by_delegated_admin_relationship_id(made.id)
        before = await one.get()
        action = DelegatedAdminRelationshipRequestAction.LockForApproval
        request = await one.requests.post(DelegatedAdminRelationshipRequest(action=action))
        return made.id, before.status.value, request.action, (await one.get()).status.value

    relationship_id, *states = run(lab, HOME_ID, calls)
    assert states == ["created", DelegatedAdminRelationshipRequestAction.LockForApproval, "approvalPending"]
    lab.customer.approve(relationship_id)


def test_partner(lab):
    async def calls(graph: GraphServiceClient) -> t.Any:
        partners = graph.policies.cross_tenant_access_policy.partners
        trust = InboundTrust(is_mfa_accepted=True, is_compliant_device_accepted=False)
        await partners.post(Partner(tenant_id=HOME_ID))
        one = partners.by_cross_tenant_access_policy_configuration_partner_tenant_id(HOME_ID)
        await one.patch(Partner(inbound_trust=trust))
        after = (await one.get()).inbound_trust
        return (
            after.is_mfa_accepted,
            after.is_compliant_device_accepted,
            after.is_hybrid_azure_a_d_joined_device_accepted,
        )

    assert run(lab, tenant_id(B2B), calls) == (True, False, None)


def test_guests(lab):
    async def calls(graph: GraphServiceClient) -> t.Any:
        (deleted,) = (await graph.directory.deleted_items.graph_user.get()).value
        await graph.directory.deleted_items.by_directory_object_id(deleted.id).restore.post()
        body = Invitation(invited_user_email_address=OPERATOR, invite_redirect_url="https://security.microsoft.com")
        return deleted.id, await graph.invitations.post(body)

    guest, invitation = run(lab, tenant_id(B2B), calls)
    assert (invitation.status, invitation.invited_user.id) == ("Completed", guest)
    assert uuid.UUID(invitation.id)


def test_the_journal_has_them_all(lab):
    written = [(row["method"], row["path"].rpartition("/")[2]) for row in lab.writes()]
    assert [method for method, _end in written] == ["PATCH", "POST", "POST", "POST", "POST", "PATCH", "POST", "POST"]
