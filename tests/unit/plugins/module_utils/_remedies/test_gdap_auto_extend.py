# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Automatic extension: where it is turned on, where never, and the way back."""

from __future__ import annotations

import pytest
from remedy_cases import CUSTOMER, ETAG, GDAP, GLOBAL_ADMINISTRATOR, HOSTILE, OTHER, READER, case_of, relationship

from ansible_collections.m365.defender.plugins.module_utils._remedies.gdap_auto_extend import GdapAutoExtend
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import UnreadError

ENTRY = Entry("gdap_auto_extend", CUSTOMER, "", "r1", {"autoExtendDuration": "PT0S"}, {"autoExtendDuration": "P180D"})


def case(**fields):
    return case_of({f"{GDAP}/r1": relationship(**fields)}, reason="access.gdap_expiring")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "change"),
        ({"status": "created"}, "change"),
        ({"status": "ACTIVE"}, "change"),
        ({"autoExtendDuration": None}, "change"),
        ({"autoExtendDuration": "P0D"}, "change"),
        ({"autoExtendDuration": "P180D"}, "settled"),
        *(({"status": status}, "declined") for status in ("expiring", "expired", "terminated", "approved", "new")),
        ({"roles": (READER, GLOBAL_ADMINISTRATOR)}, "declined"),
        ({"displayName": "MLT_SOC"}, "declined"),
        ({"displayName": "mlt_soc"}, "declined"),
        *(({"displayName": name}, "change") for name in HOSTILE),
    ],
)
def test_by_what_is_there(fields, kind):
    seen = GdapAutoExtend().look(case(**fields))
    assert seen.kind == kind
    if kind == "change":
        call = seen.call
        assert (call.method, call.path, call.body) == ("PATCH", f"{GDAP}/r1", {"autoExtendDuration": "P180D"})
        assert call.etag == ETAG
        assert ETAG not in repr(seen)


@pytest.mark.parametrize(
    "fields",
    [
        {"customer": {"tenantId": OTHER}},
        {"customer": None},
        {"status": None},
        {"autoExtendDuration": 180},
        {"@odata.etag": None},
        {"@odata.etag": ""},
    ],
)
def test_what_was_not_read_is_not_written(fields):
    with pytest.raises(UnreadError):
        GdapAutoExtend().look(case(**fields))


@pytest.mark.parametrize("status", ["terminated", "expired", "expiring", "somethingNew"])
def test_nothing_extends_what_has_ended(status):
    seen = GdapAutoExtend().look_back(case(autoExtendDuration="P180D", status=status), ENTRY)
    assert seen.kind == "settled"


@pytest.mark.parametrize(("extends", "kind"), [("P180D", "change"), ("PT0S", "settled"), (None, "settled")])
def test_taking_back(extends, kind):
    seen = GdapAutoExtend().look_back(case(autoExtendDuration=extends), ENTRY)
    assert seen.kind == kind
    assert kind != "change" or seen.call.body == {"autoExtendDuration": "PT0S"}
