# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON Schemas of the files that people write: the tenant list and the portal contract. Made from the code's own data.

A schema helps an editor. What it lets pass, the collection checks again, in sentences.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import ROLE_NAMES
from ansible_collections.m365.defender.plugins.module_utils._core.model import ACCESS_METHODS
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import LICENSE_NAMES
from ansible_collections.m365.defender.plugins.module_utils._view.contract.answer_form import PARTS

Schema = dict[str, t.Any]

_DIALECT: t.Final = "https://json-schema.org/draft/2020-12/schema"
_GUID: t.Final = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_METHODS: t.Final = ("POST", "PUT", "PATCH", "DELETE")


def tenants_page() -> str:
    """Return docs/schemas/tenants.schema.json."""
    words: Schema = {
        "tenant_id": {"type": "string", "pattern": _GUID, "description": "The directory (tenant) ID."},
        "name": {"type": "string", "description": "What the tenant is called in the report."},
        "access": {"enum": list(ACCESS_METHODS), "description": "How the operator reaches the tenant."},
        "roles": {**_texts(list(ROLE_NAMES.values())), "description": "Entra roles, any of which will do."},
        "licenses": {
            **_texts(sorted(LICENSE_NAMES)),
            "description": "Plans or products, any of which will do.",
        },
        "cloud": {"enum": list(CLOUDS), "description": "The cloud of the tenant, if it is another one."},
        "gdap": {**_gdap(), "description": "The GDAP relationship that is wanted, for the remedies."},
    }
    row = _object({name: words[name] for name in tenants_spec()["tenants"]["options"]}, "tenant_id")
    # The file holds variables of Ansible, and may hold others.
    return _page(
        "Tenant list of m365.defender",
        {"type": "object", "properties": {"mto_tenants": {"type": "array", "items": row}}},
    )


def _gdap() -> Schema:
    roles = _texts(list(ROLE_NAMES.values()))
    group = _object({"group": {"type": "string", "pattern": _GUID}, "roles": roles}, "group")
    return _object(
        {
            "roles": roles,
            "duration": {"type": "string", "examples": ["P730D"]},
            "auto_extend": {"type": "boolean"},
            "assignments": {"type": "array", "items": group},
        }
    )


def contract_page() -> str:
    """Return docs/schemas/contract.schema.json."""
    call = {
        "method": {"enum": [*_METHODS, *map(str.lower, _METHODS)]},
        "path": {"type": "string", "pattern": "^/(?!/)", "description": "The path on the portal's own host."},
        "query": _by_name({"type": "string"}),
        "headers": _by_name({"type": "string"}),
        "body": {"description": "What is sent, with placeholders such as $tenant_id."},
    }
    most = {"max_per_request": {"type": "integer", "minimum": 1}}
    whole = _object({**call, "per": {"const": "list"}}, "method", "path")
    both = _object({**call, **most, "per": {"const": "list"}}, "method", "path")
    part = _object({**call, **most, "per": {"enum": ["list", "tenant"]}}, "method", "path")
    part["if"] = {"properties": {"per": {"const": "tenant"}}, "required": ["per"]}
    part["then"] = {"properties": {"max_per_request": False}}
    write = {
        "oneOf": [
            _object({"set": whole}, "set"),
            _object({"change": both}, "change"),
            _object({"add": part, "remove": part}, "add"),
        ]
    }
    head: Schema = {
        "version": {"const": 1},
        "recorded": {"type": "string"},
        "source": {"type": "string"},
        "answers": _object({name: _texts() for name in PARTS}),
        "write": write,
    }
    return _page("Portal contract of m365.defender", _object(head, "version", "write"))


def _object(properties: Schema, *required: str) -> Schema:
    """Return the schema of an object that has no other keys."""
    known: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**known, "required": list(required)} if required else known


def _texts(examples: list[str] | None = None) -> Schema:
    return {"type": "array", "items": {"type": "string", **({"examples": examples} if examples else {})}}


def _by_name(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _page(title: str, schema: Schema) -> str:
    return json.dumps({"$schema": _DIALECT, "title": title, **schema}, indent=2) + "\n"
