# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extract the types that the lab uses from Microsoft's CSDL file of Graph v1.0.

python -m lab.data.schema.extract_csdl CSDLPATH OUT
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import re
import sys
import typing as t
from xml.etree import ElementTree

EDM: t.Final = "{http://docs.oasis-open.org/odata/ns/edm}"
NAMESPACE: t.Final = "microsoft.graph"
# Nested namespaces that the lab uses.
SPACES: t.Final = ("security",)

# The entity types in answers of the lab. The types of their properties are added.
ROOTS: t.Final = (
    "organization",
    "subscribedSku",
    "delegatedAdminRelationship",
    "resellerDelegatedAdminRelationship",
    "delegatedAdminAccessAssignment",
    "delegatedAdminRelationshipRequest",
    "delegatedAdminRelationshipOperation",
    "delegatedAdminCustomer",
    "crossTenantAccessPolicy",
    "crossTenantAccessPolicyConfigurationDefault",
    "crossTenantAccessPolicyConfigurationPartner",
    "crossTenantIdentitySyncPolicyPartner",
    "authorizationPolicy",
    "invitation",
    "directoryObject",
    "user",
    "group",
    "directoryRole",
    "unifiedRoleAssignment",
    "unifiedRoleDefinition",
    "tenantInformation",
    "unifiedRoleEligibilityScheduleInstance",
    "unifiedRoleAssignmentScheduleInstance",
    "privilegedAccessGroupEligibilityScheduleInstance",
    "privilegedAccessGroupAssignmentScheduleInstance",
    "companySubscription",
    "directory",
    "tenantRelationship",
    "policyRoot",
    "roleManagement",
    "rbacApplication",
    "identityGovernance",
    "privilegedAccessRoot",
    "privilegedAccessGroup",
    "security",
    "security.incident",
)

Json = dict[str, t.Any]


def extract(csdl: bytes) -> Json:
    """Return the extract: types, enums, first segments of a path, and the checksum of the source file."""
    # The file is Microsoft's own metadata, provided by whoever runs this script.
    root = ElementTree.fromstring(csdl)  # noqa: S314
    schemas = {node.get("Namespace", ""): node for node in root.iter(EDM + "Schema")}
    for space in (f"{NAMESPACE}.{name}" for name in SPACES):
        if space in schemas:
            _resolve_alias(schemas[space])
    schema = schemas[NAMESPACE]
    types = _named(schemas, EDM + "EntityType", EDM + "ComplexType")
    enums = _named(schemas, EDM + "EnumType")
    names = _closure(types)
    return {
        "source": {"file": "v1.0-Prod.csdl", "sha256": hashlib.sha256(csdl).hexdigest()},
        "roots": sorted(ROOTS),
        "container": _container(schema),
        "types": {name: _type(types[name]) for name in sorted(names)},
        "enums": {name: _members(enums[name]) for name in sorted(_enums_of(names, types, enums))},
        "bound": _bound(schema, names),
    }


def _resolve_alias(schema: ElementTree.Element) -> None:
    """Replace the alias of a namespace in its own type names by the namespace itself."""
    alias, space = schema.get("Alias"), schema.get("Namespace", "")
    for node in schema.iter():
        for attribute in ("Type", "BaseType"):
            name = node.get(attribute)
            if alias and name:
                node.set(attribute, re.sub(rf"\b{re.escape(alias)}\.", f"{space}.", name))


def _named(schemas: dict[str, ElementTree.Element], *tags: str) -> dict[str, ElementTree.Element]:
    """Return the definitions by name, those of a nested namespace with its prefix: `security.incident`."""
    spaces = {NAMESPACE: "", **{f"{NAMESPACE}.{space}": f"{space}." for space in SPACES}}
    definitions = [(spaces[space], node) for space, schema in schemas.items() if space in spaces for node in schema]
    return {prefix + node.get("Name", ""): node for prefix, node in definitions if node.tag in tags}


def _plain(name: str) -> str:
    """Return the bare type name: `user` for `Collection(graph.user)` and for `graph.user`."""
    return _unqualified(name.removeprefix("Collection(").removesuffix(")"))


def _unqualified(name: str) -> str:
    """Return a name without the namespace of Graph and without the alias for it."""
    return name.replace(NAMESPACE + ".", "").replace("graph.", "")


def _closure(types: dict[str, ElementTree.Element]) -> set[str]:
    """Return the roots, their base types, and every type that a property needs. Navigation is not followed."""
    names: set[str] = set()
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name in names or name not in types:
            continue
        names.add(name)
        waiting.append(_plain(types[name].get("BaseType", "")))
        waiting.extend(_plain(node.get("Type", "")) for node in types[name].iter(EDM + "Property"))
    return names


def _type(node: ElementTree.Element) -> Json:
    return {
        "kind": node.tag.removeprefix(EDM),
        "base": _plain(node.get("BaseType", "")) or None,
        "properties": {child.get("Name"): _short(child) for child in node.findall(EDM + "Property")},
        "navigation": {child.get("Name"): _short(child) for child in node.findall(EDM + "NavigationProperty")},
    }


def _short(node: ElementTree.Element) -> str:
    return _unqualified(node.get("Type", ""))


def _members(node: ElementTree.Element) -> list[str]:
    return [child.get("Name", "") for child in node.findall(EDM + "Member")]


def _enums_of(
    names: set[str], types: dict[str, ElementTree.Element], enums: dict[str, ElementTree.Element]
) -> set[str]:
    used = {_plain(node.get("Type", "")) for name in names for node in types[name].findall(EDM + "Property")}
    return used & enums.keys()


def _container(schema: ElementTree.Element) -> dict[str, str]:
    """Return the first segments of a path with their types: a collection takes a key next, a singleton does not."""
    container = schema.find(EDM + "EntityContainer")
    if container is None:
        return {}
    sets = {node.get("Name", ""): _plain(node.get("EntityType", "")) for node in container.findall(EDM + "EntitySet")}
    single = {node.get("Name", ""): _plain(node.get("Type", "")) for node in container.findall(EDM + "Singleton")}
    return {name: f"Collection({kind})" for name, kind in sets.items()} | single


def _bound(schema: ElementTree.Element, names: set[str]) -> list[str]:
    """Return the actions and functions that are bound to a type of the extract."""
    bound: set[str] = set()
    for tag in ("Action", "Function"):
        for node in schema.findall(EDM + tag):
            parameter = node.find(EDM + "Parameter")
            if parameter is not None and _plain(parameter.get("Type", "")) in names:
                bound.add(node.get("Name", ""))
    return sorted(bound)


def dump(data: Json) -> str:
    """Return the text of the extract. Equal input gives equal text."""
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Run the command."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m lab.data.schema.extract_csdl CSDLPATH OUT\n")
        return 2
    source, target = map(pathlib.Path, arguments)
    target.write_text(dump(extract(source.read_bytes())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
