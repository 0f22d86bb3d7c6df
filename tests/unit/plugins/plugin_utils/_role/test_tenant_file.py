# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list for Git: what is in it, and that a foreign name is never a template."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import HOSTILE_NAMES, tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_file import tenant_file


def customer(name, *, in_force=True):
    return {"tenant_id": tenant_id(1), "name": name, "gdap_in_force": in_force, "gdap_ends": None}


class Loader(yaml.SafeLoader):
    """Reads !unsafe as Ansible does."""


class FastLoader(yaml.CSafeLoader):
    """The other reader of YAML that Ansible can use, which is stricter."""


for loader_class in (Loader, FastLoader):
    loader_class.add_constructor("!unsafe", lambda loader, node: ("unsafe", loader.construct_scalar(node)))


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


def test_who_is_left_out_is_a_comment_that_can_become_a_row():
    text = tenant_file([customer("Contoso")], [{"tenant_id": tenant_id(2), "name": "Fabrikam\n- {{ x }}"}])
    assert [row["name"] for row in yaml.safe_load(text)["mto_tenants"]] == ["Contoso"]
    head, _mark, rest = text.partition("# Left out, because no GDAP relationship is in force.")
    rows = yaml.load(head + rest.partition("\n")[2].replace("#", ""), Loader)["mto_tenants"]  # noqa: S506  (a safe one)
    assert [row["tenant_id"] for row in rows] == [tenant_id(1), tenant_id(2)]
    assert rows[1]["name"] == ("unsafe", "Fabrikam\n- {{ x }}")


ODD_NAMES = [
    *HOSTILE_NAMES,
    *("yes", "No", "null", "~", "012", "0x1F", "1e3", "12:30:45", "2026-01-01", "=", "<<", "-", "", " ", "!tag", "&a"),
    *(
        "*a",
        "%d",
        "@a",
        "`a",
        "# a",
        "a # b",
        "a: b",
        "- a",
        "? a",
        "[a]",
        "{a}",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# a #}",
    ),
    *(" a ", "\ta", "a\nb", "a\r\nb", "a\u0085b", "a\u2028b", "a\u2029b", "\ufeffa", "a\u202eb", "a\x00b", "a\x1b[1mb"),
    *(
        "'a'",
        '"a"',
        "a\\nb",
        "\\",
        '\\"',
        "Søren",
        "株式会社",
        "\U0001f600",
        "\ufffe",
        "a" * 3000,
        "a b " * 900,
        "---",
        "...",
    ),
]


def names_of(text):
    """The names as both readers of YAML see them; what Ansible never evaluates is marked."""
    (fast,), (row,) = (reader(text).get_single_data()["mto_tenants"] for reader in (FastLoader, Loader))
    assert row == fast
    assert set(row) == {"tenant_id", "name", "access"}
    return row["name"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_foreign_name_stays_that_name(name):
    written = re.sub("[\ud800-\udfff]", "\ufffd", name)
    assert names_of(tenant_file([customer(name)])) == (("unsafe", written) if "{" in name else written)


@given(
    st.one_of(st.text(), st.text("{}%#'\"\\!&*:- \n\t\r\x00\x85\u2028\u2029\u202e\ufeff\ud800\udc00\U0001f600~yn01.e"))
)
def test_any_name_reads_back_equal(name):
    written = re.sub("[\ud800-\udfff]", "\ufffd", name)
    text = tenant_file([customer(name)])
    assert names_of(text) == (("unsafe", written) if "{" in name else written)
    # Nothing in the file moves, hides or turns what a person reads.
    assert all(character.isprintable() for character in text.replace("\n", ""))


@given(st.text())
def test_customer_without_a_tenant_id_is_left_out_and_hides_no_other(foreign):
    odd = {**customer(foreign), "tenant_id": foreign}
    assert yaml.safe_load(tenant_file([odd])) == {"mto_tenants": []}
    assert names_of(tenant_file([odd, customer("Contoso"), odd])) == "Contoso"


def test_what_ansible_reads_is_the_name(tmp_path):
    """Ansible's own reader, with its tags and templates."""
    path = tmp_path / "tenants.yml"
    path.write_text(tenant_file([customer(name) for name in ODD_NAMES]), encoding="utf-8")
    rows = DataLoader().load_from_file(str(path), trusted_as_template=True)["mto_tenants"]
    written = [re.sub("[\ud800-\udfff]", "\ufffd", name) for name in ODD_NAMES]
    assert [row["name"] for row in Templar(DataLoader(), variables={}).template(rows)] == written


def test_plain_name_is_written_as_a_person_would():
    for name in ("Contoso", "Smith & Sons", "A.B-C 24", "yes sir"):
        assert f"    name: {name}\n" in tenant_file([customer(name)])


def test_what_is_not_a_list_of_customers_is_refused():
    with pytest.raises(OptionError, match=r"^customers must be a list"):
        tenant_file("text")
