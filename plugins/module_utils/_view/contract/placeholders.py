# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The placeholders of a contract: which there are, where each can be used, and which of them name tenants. Pure.

A template that is accepted here can only name the tenants of its call: whatever could leave one out, or add one, is
refused before anything is sent.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import unquote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._core.strict_yaml import DEEPEST
from ansible_collections.m365.defender.plugins.module_utils._core.text import is_clean

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The tenants that a list is about: all of the call, or a part of them. `offered`: the rows of the picker.
TenantList = t.Literal["tenants", "added", "removed", "offered"]

PLACEHOLDER: t.Final = re.compile(r"\$(\$|[A-Za-z_]\w*(?:\.\w+)*)", re.ASCII)
# The value of a key that is left out where the portal's answer has no such field.
OPTIONAL: t.Final = re.compile(r"\$((?:tenant|effective|picker|group|context)(?:\.\w+)+)\?", re.ASCII)
# Keys of a dictionary that become something else.
EACH: t.Final[Mapping[str, TenantList]] = {
    "$each": "tenants",
    "$each_added": "added",
    "$each_removed": "removed",
    "$each_offered": "offered",
}
COPY: t.Final = "$copy"
KEY: t.Final = "$key"
VALUE: t.Final = "$value"
ID_LISTS: t.Final[Mapping[str, TenantList]] = {
    "tenant_ids": "tenants",
    "added_ids": "added",
    "removed_ids": "removed",
}
# The portal's answers that have fields.
ANSWERS: t.Final = ("effective", "picker", "group", "context")
# Those that are values by themselves.
VALUES: t.Final = ("home_tenant_id", "effective_etag", "effective_version")
_OF_ONE: t.Final = ("tenant_id", "tenant", "selected")
_NAMES_ONE: t.Final = ("tenant", "tenant_id", "tenant.tenantId")
_ID_OF_ONE: t.Final = ("$tenant_id", "$tenant.tenantId")
# What has fields, and is not text by itself.
_WITH_FIELDS: t.Final = (*ANSWERS, "tenant")
# A GUID, with or without dashes; 32 digits within a longer number are the hash of something.
_ID: t.Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])",
    re.IGNORECASE,
)
_LARGEST: t.Final = 2**53


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateRules:
    """What the templates of one call may use: the lists that it has, and whether one tenant is meant everywhere."""

    place: str
    lists: tuple[TenantList, ...]
    per_tenant: bool

    def body(self, template: object) -> set[str]:
        """Check a body. Return what it names: lists of tenants, `id` (of the one tenant), and `selected`."""
        return self._value(template, self.per_tenant, 0)

    def text(self, template: str, *, address: bool = False) -> set[str]:
        """Check a text outside a body, and return what it names. In an address a list becomes text as well."""
        self.literal(template)
        return self._text(template, self.per_tenant, address=address)

    def key(self, name: str) -> None:
        """Refuse a placeholder or an id in the name of a key, a header or a parameter."""
        if "$" in name.replace("$$", ""):
            raise OptionError(
                f"{self.place}: '{name}' cannot hold a placeholder; $each with {KEY} and {VALUE} makes keys of"
                " tenant ids, and $$ is a dollar sign."
            )
        self.literal(name)

    def literal(self, text: str) -> None:
        """Refuse a recorded id, and text that cannot be sent."""
        once = unquote(text)
        # Servers decode once or twice.
        if any(map(_ID.search, (text, once, unquote(once)))):
            raise OptionError(
                f"{self.place}: it holds an id as it was recorded, which would be sent for other tenants and groups as"
                " well; put a placeholder in its place, or leave it out."
            )
        if not is_clean(text):
            raise OptionError(f"{self.place}: a text holds a character that cannot be sent.")

    def _value(self, template: object, one: bool, depth: int) -> set[str]:
        if depth > DEEPEST:
            raise OptionError(f"{self.place}: it is nested too deeply.")
        if isinstance(template, dict):
            return self._dictionary(template, one, depth + 1)
        if isinstance(template, list):
            if not template:
                raise OptionError(f"{self.place}: an empty list could empty the view; use $each or $tenant_ids.")
            return _all_of(self._value(item, one, depth + 1) for item in template)
        if isinstance(template, str):
            self.literal(template)
            if OPTIONAL.fullmatch(template):
                raise OptionError(f"{self.place}: {template} can only be the value of a key, which is left out then.")
            return self._text(template, one)
        if template is None or (isinstance(template, int | float) and abs(template) <= _LARGEST):
            return set()
        raise OptionError(
            f"{self.place}: a value is of a type that JSON does not have ({type(template).__name__}), or is too large;"
            " put it in quotes."
        )

    def _dictionary(self, template: dict[object, object], one: bool, depth: int) -> set[str]:
        each = next((key for key in EACH if key in template), None)
        if each is not None:
            if len(template) > 1:
                raise OptionError(f"{self.place}: {each} must be the only key of its dictionary.")
            return self._each(each, template[each], depth)
        named = _all_of(self._entry(key, value, one, depth) for key, value in template.items())
        # Another value in its place would name another tenant; the portal does not look at the letter case.
        ids = [value for key, value in template.items() if str(key).lower() == "tenantid"]
        if template.get(COPY) == "$tenant" and not all(value in _ID_OF_ONE for value in ids):
            raise OptionError(f"{self.place}: beside {COPY}, tenantId must be {' or '.join(_ID_OF_ONE)}.")
        return named

    def _each(self, key: str, template: object, depth: int) -> set[str]:
        tenants = EACH[key]
        if tenants not in self.lists:
            raise OptionError(f"{self.place}: {key} cannot be used in this call; see {CONTRACT}.")
        if isinstance(template, dict) and template.keys() & {KEY, VALUE}:
            if template.keys() != {KEY, VALUE} or template[KEY] not in _ID_OF_ONE:
                raise OptionError(f"{self.place}: {KEY} must be {' or '.join(_ID_OF_ONE)}, beside {VALUE} alone.")
            named = {"id"} | self._value(template[VALUE], True, depth + 1)
        else:
            named = self._value(template, True, depth)
        if tenants == "offered" and not {"id", "selected"} <= named:
            raise OptionError(f"{self.place}: {key} needs the id of the tenant, and $selected.")
        # A list without ids says nothing about which tenants are meant, or selected; another place has to.
        if "id" not in named:
            return named - {"selected"}
        return (named - {"id"} - (set() if tenants == "tenants" else {"selected"})) | {tenants}

    def _entry(self, key: object, value: object, one: bool, depth: int) -> set[str]:
        if not isinstance(key, str) or not is_clean(key):
            raise OptionError(f"{self.place}: the keys of a dictionary must be text; put '{key}' in quotes.")
        if key == COPY:
            match = PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
            if match is None or match[1].split(".")[0] not in _WITH_FIELDS:
                raise OptionError(f"{self.place}: {COPY} must be one placeholder: $effective, $picker or $tenant.")
            return self._text(str(value), one)
        self.key(key)
        optional = OPTIONAL.fullmatch(value) if isinstance(value, str) else None
        if optional is not None:
            self._check_name(optional[1], one, whole=True)
            return set()
        return self._value(value, one, depth)

    def _text(self, template: str, one: bool, *, address: bool = False) -> set[str]:
        if "$" in PLACEHOLDER.sub("", template):
            raise OptionError(f"{self.place}: a $ begins a placeholder; write $$ for a dollar sign.")
        names = [name for name in PLACEHOLDER.findall(template) if name != "$"]
        whole = PLACEHOLDER.fullmatch(template) is not None
        for name in names:
            self._check_name(name, one, whole=whole or (address and name in ID_LISTS))
        return _all_of(_named_by(name) for name in names)

    def _check_name(self, name: str, one: bool, *, whole: bool) -> None:
        """Refuse a placeholder that could never be filled here."""
        root, *fields = name.split(".")
        roots = [*VALUES, *ANSWERS, *(key for key, tenants in ID_LISTS.items() if tenants in self.lists)]
        roots += _OF_ONE if one else ()
        if root not in roots or (fields and root not in _WITH_FIELDS):
            raise OptionError(
                f"{self.place}: ${name} is not a placeholder that can be used here; use"
                f" {', '.join(f'${root}' for root in roots)}, or $$ for a dollar sign."
            )
        if not whole and (root in ID_LISTS or root == "selected" or name in _WITH_FIELDS):
            raise OptionError(f"{self.place}: ${name} is not text, so it cannot be a part of a longer text.")


def _named_by(name: str) -> set[str]:
    if name in _NAMES_ONE:
        return {"id"}
    if name == "selected":
        return {"selected"}
    return {ID_LISTS[name]} if name in ID_LISTS else set()


def _all_of(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)
