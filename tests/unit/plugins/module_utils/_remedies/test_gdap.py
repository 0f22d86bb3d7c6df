# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the writing app reads of GDAP: this customer's, with the version that a write has to name."""

from __future__ import annotations

import pytest
from remedy_cases import CUSTOMER, ETAG, GDAP, GROUP, HOME, OTHER, assignment, case_of, relationship

from ansible_collections.m365.defender.plugins.module_utils._remedies import gdap
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import UnreadError


def test_only_this_customers_in_the_order_of_the_list():
    rows = [
        relationship(id="b", lastModifiedDateTime="2026-02-01T00:00:00Z"),
        relationship(id="x", customer={"tenantId": OTHER, "displayName": "Fabrikam"}),
        relationship(id="y", customer=None),
        relationship(id="a", **{"@odata.etag": None}),
    ]
    case = case_of({GDAP: rows})
    found = gdap.relationships_of(case)
    assert [(own.row["id"], own.etag, own.changed) for own in found] == [
        ("b", ETAG, "2026-02-01T00:00:00Z"),
        ("a", "", "2026-01-01T00:00:00Z"),
    ]
    assert case.writer.asked == [(HOME, f"{GDAP}?$top=300")]


@pytest.mark.parametrize("row", [{}, {"id": None}, {"lastModifiedDateTime": "soon"}, {"@odata.etag": 7}])
def test_list_with_a_row_of_another_form_is_not_read_at_all(row):
    rows = [relationship(), {**relationship(id="r2"), **row} if row else {}]
    with pytest.raises(UnreadError, match="the GDAP relationships could not be read: the answer is not as documented"):
        gdap.relationships_of(case_of({GDAP: rows}))


def test_relationship_by_its_id():
    own = gdap.relationship_of(case_of({f"{GDAP}/r1": relationship()}), "r1")
    assert (own.row["id"], own.row["customer"], own.etag) == ("r1", CUSTOMER, ETAG)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "HTTP 503"),
        (relationship(customer={"tenantId": OTHER}), "it is of another customer"),
        (relationship(customer=None), "it is of another customer"),
        (relationship(status=None), "the answer is not as documented"),
        ([], "the answer is not as documented"),
    ],
)
def test_relationship_that_is_not_this_customers_is_not_used(answer, why):
    with pytest.raises(UnreadError, match=f"^the GDAP relationship could not be read: {why}"):
        gdap.relationship_of(case_of({f"{GDAP}/r1": answer}), "r1")


def test_assignments_that_are_on_their_way_out_are_not_there():
    rows = [assignment(id=status, status=status) for status in ("active", "Deleting", "pending", "deleted", "error")]
    found = gdap.assignments_of(case_of({f"{GDAP}/r1/accessAssignments": rows}), "r1")
    assert [own.id for own in found] == ["active", "pending", "error"]
    assert {(own.etag, own.row["group"]) for own in found} == {(ETAG, GROUP)}


def test_nothing_is_written_without_a_version():
    versioned, bare = gdap.relationships_of(
        case_of({GDAP: [relationship(), relationship(id="r2", **{"@odata.etag": ""})]})
    )
    assert gdap.version_of(versioned) == ETAG
    with pytest.raises(UnreadError, match="the version of the GDAP relationship could not be read"):
        gdap.version_of(bare)


def test_name_in_sentences():
    case = case_of({GDAP: [relationship(displayName="SOC 24")]})
    (own,) = gdap.relationships_of(case)
    assert gdap.name_of(case, own.row) == "GDAP relationship 'SOC 24' with Contoso"
