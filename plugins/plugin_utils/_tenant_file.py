# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GDAP customers of the home tenant as a tenant list for Git, in YAML. Pure."""

from __future__ import annotations

import yaml

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields, rows_of


class _ForeignName(str):
    """A string that has to keep its braces."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes lists the way people write them, and foreign names with C(!unsafe)."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(_ForeignName, lambda dumper, name: dumper.represent_scalar("!unsafe", str(name), style="'"))


def tenant_file(customers: object) -> str:
    """Return the text of the file with the variable `mto_tenants`. Raises OptionError."""
    head = "---\n# GDAP customers of the home tenant. Read it, take out what you do not manage, and keep it in Git.\n"
    rows = rows_of(customers, "customers")
    if not rows:
        return head + "mto_tenants: []\n"
    return head + "mto_tenants:\n" + "".join(_row(row) for row in rows)


def _row(customer: Fields) -> str:
    # Plain strings: YAML does not know those that Ansible has tagged.
    name = str(customer.text("name"))
    row = {
        "tenant_id": str(customer.text("tenant_id")),
        "name": _ForeignName(name) if "{" in name else name,
        "access": "gdap",
    }
    text = yaml.dump([row], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    note = "" if customer.flag("gdap_in_force") else "  # No GDAP relationship is in force with this customer now.\n"
    return note + "".join(f"  {line}\n" for line in text.splitlines())
