# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's own libraries talk to the lab, over TLS, unchanged: it is no partner of our code alone."""

from __future__ import annotations

import azure.identity
import msal
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from lab_client import GRAPH, client_of
from worlds import HOME_ID, tenant, tenant_id, write_world

from lab.process import start_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("strangers"), tenant(1), tenant(2, consent="none"))
    with start_lab(world=world) as found:
        yield found


@pytest.fixture
def client(lab):
    with client_of(lab) as found:
        yield found


def confidential(lab, client, where=HOME_ID, secret=None):
    return msal.ConfidentialClientApplication(
        lab["client_id"],
        authority=f"{lab['login']}/{where}",
        client_credential=secret or lab["client_secret"],
        instance_discovery=False,
        http_client=client.session,
    )


def test_msal_as_the_app(lab, client):
    found = confidential(lab, client).acquire_token_for_client([GRAPH])
    assert found["token_type"] == "Bearer"
    bearer = {"Authorization": f"Bearer {found['access_token']}"}
    answer = client.session.get(f"{lab['graph']}/v1.0/organization", headers=bearer)
    assert answer.json()["value"][0]["id"] == HOME_ID


def test_msal_with_a_wrong_secret(lab, client):
    found = confidential(lab, client, secret="wrong").acquire_token_for_client([GRAPH])
    assert (found["error"], found["error_codes"]) == ("invalid_client", [7000215])


def test_msal_where_the_app_is_missing(lab, client):
    found = confidential(lab, client, tenant_id(2)).acquire_token_for_client([GRAPH])
    assert found["error_codes"] == [700016]


def test_msal_in_a_tenant_that_does_not_exist(lab, client):
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        confidential(lab, client, tenant_id(9))


def test_msal_redeems_a_refresh_token(lab, client):
    found = confidential(lab, client).acquire_token_by_refresh_token(lab["refresh_token"], [GRAPH])
    assert found["id_token_claims"]["preferred_username"] == lab["operator"]
    assert found["refresh_token"] != lab["refresh_token"]
    again = confidential(lab, client, tenant_id(1)).acquire_token_by_refresh_token(found["refresh_token"], [GRAPH])
    assert "access_token" in again


def test_msal_discovers_the_instance(lab, client):
    """With instance discovery pointed at the lab, as a cloud of its own."""
    answer = client.session.get(
        f"{lab['login']}/common/discovery/instance",
        params={"api-version": "1.1", "authorization_endpoint": f"{lab['login']}/common/oauth2/authorize"},
    )
    assert answer.json()["metadata"][0]["aliases"] == [lab["login"].removeprefix("https://")]


def secret_credential(lab, client, where, secret):
    return azure.identity.ClientSecretCredential(
        where,
        lab["client_id"],
        secret,
        authority=lab["login"],
        disable_instance_discovery=True,
        transport=RequestsTransport(session=client.session, session_owner=False, connection_verify=lab["ca_path"]),
        retry_total=0,
    )


def test_azure_identity(lab, client):
    found = secret_credential(lab, client, tenant_id(1), lab["client_secret"]).get_token(GRAPH)
    bearer = {"Authorization": f"Bearer {found.token}"}
    answer = client.session.get(f"{lab['graph']}/v1.0/organization?$select=id", headers=bearer)
    assert answer.json()["value"] == [{"id": tenant_id(1)}]


def test_azure_identity_with_a_wrong_secret(lab, client):
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        secret_credential(lab, client, HOME_ID, "wrong").get_token(GRAPH)
