# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list for Git: what is in it, and that a foreign name is never a template."""

from __future__ import annotations

import pytest
import yaml
from pages.report_rows import HOSTILE_NAMES, tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._tenant_file import tenant_file


def customer(name, *, in_force=True):
    return {"tenant_id": tenant_id(1), "name": name, "gdap_in_force": in_force, "gdap_ends": None}


class Loader(yaml.SafeLoader):
    """Reads !unsafe as Ansible does."""


Loader.add_constructor("!unsafe", lambda loader, node: ("unsafe", loader.construct_scalar(node)))


def test_without_customers_the_list_is_empty():
    assert yaml.safe_load(tenant_file([])) == {"mto_tenants": []}


def test_customers_are_rows_in_their_order():
    text = tenant_file([customer("Contoso"), customer("Fabrikam", in_force=False)])
    rows = yaml.safe_load(text)["mto_tenants"]
    assert [(row["name"], row["access"], row["tenant_id"]) for row in rows] == [
        ("Contoso", "gdap", tenant_id(1)),
        ("Fabrikam", "gdap", tenant_id(1)),
    ]
    assert text.count("# No GDAP relationship is in force") == 1
    assert text.index("# No GDAP") < text.index("Fabrikam")


@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if "\ud800" not in name])
def test_foreign_name_stays_a_name(name):
    (row,) = Loader(tenant_file([customer(name)])).get_single_data()["mto_tenants"]
    assert row["name"] == (("unsafe", name) if "{" in name else name)
    assert set(row) == {"tenant_id", "name", "access"}


def test_what_is_not_a_list_of_customers_is_refused():
    with pytest.raises(OptionError, match=r"^customers must be a list"):
        tenant_file("text")
