# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes of GDAP in the lab: what Microsoft documents is done, everything else is refused and changes nothing."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from lab_client import Client, client_of, code
from worlds import HOME_ID, tenant, tenant_id, write_world

from lab.data import roles
from lab.process import start_lab
from lab.state.directory import object_id

GDAP = "/tenantRelationships/delegatedAdminRelationships"
READER, OPERATOR = roles.ID_OF["Security Reader"], roles.ID_OF["Security Operator"]
ADMIN = roles.GLOBAL_ADMINISTRATOR
GROUP, OTHER = (object_id(HOME_ID, "group", name) for name in ("Helpdesk", "SOC analysts"))
PLAIN, CREATED, PENDING, LIGHTHOUSE, ADMINISTERED, EMPTY = range(1, 7)
ON, OFF = {"autoExtendDuration": "P180D"}, {"autoExtendDuration": "PT0S"}


def relationship(number: int, **fields: t.Any) -> dict[str, t.Any]:
    row = {"name": f"Customer {number} security", "roles": ["Security Reader", "Security Operator"], **fields}
    return {**tenant(number), "gdap": [row]}


WORLD = (
    relationship(PLAIN),
    relationship(CREATED, status="created"),
    relationship(PENDING, status="approvalPending"),
    relationship(LIGHTHOUSE, name="MLT_abc"),
    relationship(ADMINISTERED, roles=["Global Administrator", "Security Reader"]),
    {**tenant(EMPTY), "gdap": []},
)


@pytest.fixture
def client(tmp_path):
    with start_lab(world=write_world(tmp_path, *WORLD)) as lab, client_of(lab) as found:
        yield found


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory):
    """A lab that refuses every write."""
    with start_lab(world=write_world(tmp_path_factory.mktemp("gdap"), *WORLD)) as lab, client_of(lab) as found:
        yield found
        assert lab.writes() == []


def row_of(client: Client, number: int) -> dict[str, t.Any]:
    query = f"{GDAP}?$filter=customer/tenantId eq '{tenant_id(number)}'"
    return t.cast("dict[str, t.Any]", client.get(query).json()["value"][0])


def path_of(client: Client, number: int) -> str:
    return f"{GDAP}/{row_of(client, number)['id']}"


def extend(client: Client, number: int, body: t.Any = None, **changes: str) -> t.Any:
    row = row_of(client, number)
    headers = {"If_Match": row["@odata.etag"]} | changes
    return client.write("PATCH", f"{GDAP}/{row['id']}", ON if body is None else body, **headers)


def assignment(group: str = GROUP, *role_ids: str) -> dict[str, t.Any]:
    return {
        "accessContainer": {"accessContainerId": group, "accessContainerType": "securityGroup"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": each} for each in role_ids or (READER,)]},
    }


def draft(**changes: t.Any) -> dict[str, t.Any]:
    body = {
        "displayName": "Security for customer 6",
        "duration": "P730D",
        "customer": {"tenantId": tenant_id(EMPTY)},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": READER}]},
        "autoExtendDuration": "P180D",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


@pytest.mark.parametrize("number", [PLAIN, CREATED])
def test_auto_extend(client, number):
    before = row_of(client, number)
    answer = extend(client, number)
    assert answer.status_code == 200
    after = row_of(client, number)
    assert {**answer.json(), "@odata.context": None} == {**after, "@odata.context": None}
    assert (after["autoExtendDuration"], after["status"]) == ("P180D", before["status"])
    assert after["@odata.etag"] != before["@odata.etag"]
    assert code(client.write("PATCH", f"{GDAP}/{after['id']}", OFF, If_Match=before["@odata.etag"])) == (
        412,
        "preconditionFailed",
    )
    assert extend(client, number, OFF).json()["autoExtendDuration"] == "PT0S"
    assert [row["properties"] for row in client.lab.writes()] == [["autoExtendDuration"]] * 2


@pytest.mark.parametrize("number", [PENDING, LIGHTHOUSE, ADMINISTERED])
def test_no_auto_extend(unchanged, number):
    assert code(extend(unchanged, number)) == (400, "badRequest")
    assert row_of(unchanged, number)["autoExtendDuration"] == "PT0S"


@pytest.mark.parametrize(
    "body",
    [
        {"autoExtendDuration": "P90D"},
        {"autoExtendDuration": 180},
        {"autoExtendDuration": None},
        {"autoextendduration": "P180D"},
        {"status": "active"},
        {**ON, "displayName": "Another name"},
        {"nothing": 1},
        {},
        [],
    ],
    ids=str,
)
def test_bad_update(unchanged, body):
    assert extend(unchanged, PLAIN, body).status_code == 400


def test_the_whole_object_is_no_update(unchanged):
    assert extend(unchanged, PLAIN, row_of(unchanged, PLAIN) | ON).status_code == 400


def test_if_match(client):
    row = row_of(client, PLAIN)
    assert code(client.write("PATCH", f"{GDAP}/{row['id']}", ON)) == (400, "badRequest")
    assert code(extend(client, PLAIN, If_Match='W/"c3RhbGU="')) == (412, "preconditionFailed")
    assert extend(client, PLAIN, If_Match="*").status_code == 200


def test_what_is_no_relationship(unchanged):
    unknown = f"{uuid.uuid4()}-{uuid.uuid4()}"
    assert unchanged.write("PATCH", f"{GDAP}/{unknown}", ON, If_Match="*").status_code == 404
    assert code(unchanged.write("PATCH", f"{GDAP}/x", ON, If_Match="*")) == (400, "badRequest")


def test_global_administrator_can_be_removed(client):
    body = {"accessDetails": {"unifiedRoles": [{"roleDefinitionId": READER}]}}
    answer = extend(client, ADMINISTERED, body)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "10")
    place = answer.headers["Location"]
    states = [client.get(place).json()["status"] for _poll in range(3)]
    assert states == ["running", "running", "succeeded"]
    row = row_of(client, ADMINISTERED)
    assert [each["roleDefinitionId"] for each in row["accessDetails"]["unifiedRoles"]] == [READER]
    assert extend(client, ADMINISTERED).status_code == 200


def test_no_other_role_can_be_removed(unchanged):
    body = {"accessDetails": {"unifiedRoles": [{"roleDefinitionId": READER}]}}
    assert extend(unchanged, PLAIN, body).status_code == 400


def test_assignment(client):
    path = f"{path_of(client, PLAIN)}/accessAssignments"
    answer = client.write("POST", path, assignment())
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    assert answer.headers["Location"].endswith(answer.json()["id"])
    place = answer.headers["Location"]
    states = [client.get(place).json()["status"] for _poll in range(3)]
    assert states == ["pending", "pending", "active"]
    assert client.get(place).json()["@odata.etag"] != answer.json()["@odata.etag"]
    again = client.write("POST", path, assignment())
    assert (code(again), again.json()["error"]["message"]) == ((409, "conflict"), "The resource already exists.")
    assert client.get(f"{path_of(client, PLAIN)}/operations").json()["value"][0]["status"] == "succeeded"
    assert len(client.lab.writes()) == 1


@pytest.mark.parametrize(
    "body",
    [
        assignment(GROUP, ADMIN),
        assignment(GROUP, "Security Reader"),
        assignment(str(uuid.uuid4())),
        assignment("Helpdesk"),
        {**assignment(), "accessDetails": {"unifiedRoles": []}},
        {**assignment(), "status": "active"},
        {"accessDetails": assignment()["accessDetails"]},
        {**assignment(), "accessContainer": {"accessContainerId": GROUP, "accessContainerType": "group"}},
    ],
    ids=["not in the relationship", "no GUID", "unknown group", "name", "no roles", "status", "no group", "no type"],
)
def test_bad_assignment(unchanged, body):
    assert unchanged.write("POST", f"{path_of(unchanged, PLAIN)}/accessAssignments", body).status_code == 400


def test_assignment_needs_an_active_relationship(unchanged):
    assert unchanged.write("POST", f"{path_of(unchanged, PENDING)}/accessAssignments", assignment()).status_code == 400


def test_assignment_changes_and_goes(client):
    path = f"{path_of(client, PLAIN)}/accessAssignments"
    place = client.write("POST", path, assignment()).headers["Location"].removeprefix(f"{client.lab['graph']}/v1.0")
    row = [client.get(place).json() for _poll in range(3)][-1]
    same = client.write("PATCH", place, {"accessDetails": row["accessDetails"]}, If_Match=row["@odata.etag"])
    assert same.status_code == 200
    more = {"accessDetails": assignment(GROUP, READER, OPERATOR)["accessDetails"]}
    assert client.write("PATCH", place, more).status_code == 400
    assert client.write("PATCH", place, more, If_Match=row["@odata.etag"]).status_code == 202
    row = [client.get(place).json() for _poll in range(3)][-1]
    assert len(row["accessDetails"]["unifiedRoles"]) == 2
    assert client.write("DELETE", place, If_Match='W/"c3RhbGU="').status_code == 412
    gone = client.write("DELETE", place, If_Match=row["@odata.etag"])
    assert (gone.status_code, gone.text) == (204, "")
    assert [client.get(place).status_code for _poll in range(3)] == [200, 200, 404]
    assert len(client.lab.writes()) == 3


def test_new_relationship(client):
    answer = client.write("POST", GDAP, draft())
    assert answer.status_code == 201
    place = answer.headers["Location"].removeprefix(f"{client.lab['graph']}/v1.0")
    assert client.write("POST", f"{place}/requests", {"action": "lockForApproval"}).status_code == 400
    states = [client.get(place).json()["status"] for _poll in range(3)]
    assert states == ["unknownFutureValue", "unknownFutureValue", "created"]
    sent = client.write("POST", f"{place}/requests", {"action": "lockForApproval"})
    assert (sent.status_code, sent.json()["status"]) == (201, "created")
    assert client.get(place).json()["status"] == "approvalPending"
    assert client.write("POST", f"{place}/requests", {"action": "lockForApproval"}).status_code == 400
    states = [client.get(f"{place}/requests").json()["value"][0]["status"] for _poll in range(2)]
    assert states == ["created", "succeeded"]
    assert len(client.lab.writes()) == 2


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"displayName": "Customer 1 SECURITY"}, 409),
        ({"displayName": "x" * 51}, 400),
        ({"displayName": None}, 400),
        ({"duration": "P731D"}, 400),
        ({"duration": "P0D"}, 400),
        ({"duration": "two years"}, 400),
        ({"customer": {"tenantId": "customer6.example"}}, 400),
        ({"customer": {}}, 400),
        ({"accessDetails": {"unifiedRoles": [{"roleDefinitionId": ADMIN}]}}, 400),
        ({"accessDetails": None}, 400),
        ({"status": "active"}, 400),
    ],
    ids=str,
)
def test_bad_values_of_a_new_relationship(unchanged, changes, status):
    assert unchanged.write("POST", GDAP, draft(**changes)).status_code == status


def test_good_values_of_a_new_relationship(client):
    admin = {"accessDetails": {"unifiedRoles": [{"roleDefinitionId": ADMIN}]}, "autoExtendDuration": "PT0S"}
    for number, changes in enumerate([{"displayName": "x" * 50}, {"duration": "P2Y"}, admin]):
        assert client.write("POST", GDAP, draft(**{"displayName": f"Number {number}", **changes})).status_code == 201
    assert len(client.lab.writes()) == 3


def test_who_writes(client):
    path = path_of(client, PLAIN)
    for identity in ("app", "operator"):
        answer = client.write("PATCH", path, ON, identity=identity, If_Match="*")
        assert code(answer) == (403, "Authorization_RequestDenied")
    assert client.lab.writes() == []
    assert client.write("PATCH", path, ON, identity="writer_operator", If_Match="*").status_code == 200
    (row,) = client.lab.writes()
    assert (row["number"], row["method"], row["identity"], row["tenant"]) == (1, "PATCH", "operator", HOME_ID)
    assert row["client_id"] == client.lab["writer_client_id"]
    assert {row["path"], row["object"]} == {path, path.rpartition("/")[2]}


def test_the_writer_is_no_app_of_a_target(client):
    answer = client.sign_in("writer", tenant_id(PLAIN))
    assert answer.json()["error_codes"] == [700016]


@pytest.mark.parametrize(
    ("home", "identity"),
    [
        ({"partner_administration": False}, "writer"),
        ({"operator": {"upn": "anna.berg@northwindmsp.example", "admin_agent": False}}, "writer_operator"),
        ({"writer": ["DelegatedAdminRelationship.Read.All"]}, "writer"),
    ],
    ids=["no service principal", "no admin agent", "no permission"],
)
def test_who_may_not_write(tmp_path, home, identity):
    world = write_world(tmp_path, relationship(PLAIN), **home)
    with start_lab(world=world) as lab, client_of(lab) as found:
        answer = found.write("PATCH", path_of(found, PLAIN), ON, identity=identity, If_Match="*")
        assert code(answer) == (403, "Authorization_RequestDenied")
        assert lab.writes() == []


def test_many_roles_stay_pending(tmp_path):
    names = [name for name in roles.ID_OF if name != "Global Administrator"][:16]
    world = write_world(tmp_path, relationship(PLAIN, roles=names), settle_reads=0)
    with start_lab(world=world) as lab, client_of(lab) as client:
        path = f"{path_of(client, PLAIN)}/accessAssignments"
        ids = [roles.ID_OF[name] for name in names]
        assert client.write("POST", path, assignment(GROUP, *ids)).status_code == 201
        assert client.write("POST", path, assignment(OTHER, *ids[:15])).status_code == 201
        found = {row["accessContainer"]["accessContainerId"]: row["status"] for row in client.get(path).json()["value"]}
        assert found == {GROUP: "pending", OTHER: "active"}


def test_a_write_in_a_batch(client):
    row = row_of(client, PLAIN)
    item = {
        "id": "1",
        "method": "PATCH",
        "url": f"{GDAP}/{row['id']}",
        "headers": {"Content-Type": "application/json", "If-Match": row["@odata.etag"]},
        "body": ON,
    }
    answers = client.batch([item], identity="writer")
    assert (answers["1"]["status"], answers["1"]["body"]["autoExtendDuration"]) == (200, "P180D")
    assert len(client.lab.writes()) == 1
