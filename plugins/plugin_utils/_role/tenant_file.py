# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GDAP customers of the home tenant as a tenant list for Git, in YAML. Pure."""

from __future__ import annotations

import re
import typing as t

import yaml

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields, rows_of
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID
from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked

# Editors check the file and complete its keys by it.
SCHEMA: t.Final = "https://raw.githubusercontent.com/m365-defender/m365.defender/0.1.0/docs/schemas/tenants.schema.json"
_HEAD: t.Final = (
    f"---\n# yaml-language-server: $schema={SCHEMA}\n"
    "# GDAP customers of the home tenant. Read it, take out what you do not manage, and keep it in Git.\n"
)
# What a person would write without quotes, unless YAML takes it for something else ("Yes").
_PLAIN: t.Final = re.compile(r"[A-Za-z][\w&.-]+( [\w&.-]+)*\Z", re.ASCII)
# No encoding can hold half a surrogate pair.
_HALF_CHARACTERS: t.Final = re.compile("[\ud800-\udfff]")


_LEFT_OUT: t.Final = (
    "# Left out, because no GDAP relationship is in force. To check one nevertheless, uncomment its row.\n"
)


def tenant_file(customers: object, left_out: object = ()) -> str:
    """Return the text of the file with the variable `mto_tenants`. Raises OptionError."""
    require_unmasked("customers", customers)
    require_unmasked("left_out", left_out)
    rows = [_row(customer) for customer in rows_of(customers, "customers")]
    listed = any(not row.startswith("#") for row in rows)
    others = [re.sub("(?m)^(?=.)", "#", _tenant(customer)) for customer in rows_of(left_out, "left_out")]
    end = "".join([_LEFT_OUT, *others]) if others else ""
    return f"{_HEAD}mto_tenants:{'' if listed else ' []'}\n{''.join(rows)}{end}"


def _row(customer: Fields) -> str:
    tenant_id, name = customer.text("tenant_id").lower(), _scalar(customer.text("name"))
    if not GUID.match(tenant_id):
        return f"# {name} was left out: {_scalar(tenant_id)} is not a tenant ID.\n"
    note = "" if customer.flag("gdap_in_force") else "  # No GDAP relationship is in force with this customer now.\n"
    return f"{note}{_tenant(customer)}"


def _tenant(customer: Fields) -> str:
    name = _scalar(customer.text("name"))
    # Ansible takes a text with braces for a template.
    tag = "!unsafe " if "{" in name else ""
    return f"  - tenant_id: {customer.text('tenant_id').lower()}\n    name: {tag}{name}\n    access: gdap\n"


def _scalar(text: str) -> str:
    """Return a text as YAML that every reader takes for that very text, and that hides nothing from a person."""
    if _PLAIN.match(text) and yaml.safe_load(text) == text:
        return text
    characters = _HALF_CHARACTERS.sub("\ufffd", text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in characters) + '"'
