# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the requests that a contract takes to change the view, and fill them. Pure: nothing is sent here."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import is_header_value, is_path
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import (
    ANSWERS,
    COPY,
    EACH,
    ID_LISTS,
    KEY,
    OPTIONAL,
    PLACEHOLDER,
    VALUE,
    TenantList,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import strings_in

if t.TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Call, Contract
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues

_Item = t.TypeVar("_Item")


class _Absent(MtoError):
    """The portal's answer lacks a field."""


@dataclasses.dataclass(frozen=True, slots=True)
class WriteRequest:
    """A filled request, ready to be sent. `body` is None where it has none. `tenant_ids`: the tenants it is about."""

    method: str
    path: str = dataclasses.field(repr=False)
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: object = dataclasses.field(repr=False)
    tenant_ids: tuple[str, ...]


def write_requests(
    contract: Contract,
    values: PlaceholderValues,
    *,
    full_list: Sequence[str],
    add: Sequence[str],
    remove: Sequence[str],
) -> list[WriteRequest]:
    """The requests that bring the view to `full_list`: by setting it, or by `add` and `remove`.

    Raises MtoError where the contract or the portal's answer lacks what is needed.
    """
    if contract.whole is not None:
        return [_fill_call(contract.whole, values, full_list, full_list)]
    if contract.change is not None:
        return list(_fill_portions(contract.change, values, (*remove, *add), add))
    if remove and contract.remove is None:
        raise OptionError(
            "portal_contract: write.remove is missing, and tenants have to be removed; record a removal as well."
        )
    changes = ((contract.remove, remove, ()), (contract.add, add, add))
    return [
        request
        for call, tenant_ids, selected in changes
        if call is not None
        for request in _fill_portions(call, values, tenant_ids, selected)
    ]


def _fill_portions(
    call: Call, values: PlaceholderValues, tenant_ids: Sequence[str], selected: Sequence[str]
) -> Iterator[WriteRequest]:
    size = 1 if call.scope == "tenant" else call.most or len(tenant_ids)
    for start in range(0, len(tenant_ids), max(size, 1)):
        yield _fill_call(call, values, tenant_ids[start : start + size], selected)


def _fill_call(
    call: Call, values: PlaceholderValues, tenant_ids: Sequence[str], selected: Sequence[str]
) -> WriteRequest:
    """Fill one request about these tenants, of which `selected` are to be in the view."""
    filler = _TemplateFiller(call, values, tuple(tenant_ids), frozenset(selected))
    filler.refuse_what_is_not_offered()
    tenant_id = tenant_ids[0] if call.scope == "tenant" else None
    headers: dict[str, str] = {}
    for name, value in filler.pairs(call.headers, tenant_id):
        # A version can be a number.
        headers[name] = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not is_header_value(headers[name]):
            raise MtoError(
                f"portal_contract: write.{call.name}.headers: the portal's answer holds a character that a header"
                " cannot carry, such as a control character, or no text at all."
            )
    path = filler.address(tenant_id)
    if not is_path(path):
        raise MtoError(
            f"portal_contract: write.{call.name}.path: with what the portal answered, the path leads elsewhere, so"
            " nothing was sent."
        )
    body = filler.value(call.body, tenant_id)
    return WriteRequest(call.method, path, headers, body, filler.tenant_ids)


@dataclasses.dataclass(frozen=True, slots=True)
class _TemplateFiller:
    """The templates of one call, to be filled for these tenants. Raises MtoError where the portal lacks a value."""

    call: Call
    values: PlaceholderValues
    tenant_ids: tuple[str, ...]
    selected: frozenset[str]

    def refuse_what_is_not_offered(self) -> None:
        """Raise MtoError where a list of all offered tenants would leave out one that is to be in the view."""
        missing = {*self.tenant_ids} - {*self.values.offered}
        if "offered" in self.call.names and missing:
            raise self._refusal(f"the portal does not offer {min(missing)}, so the request would remove it")

    def value(self, template: object, tenant_id: str | None) -> object:
        """The template with everything in it filled. A text that is one placeholder becomes its value, of any type."""
        if isinstance(template, dict):
            each = next((key for key in EACH if key in template), None)
            if each is not None:
                return self._each(template[each], self._tenants(EACH[each]))
            return dict(self.pairs(template, tenant_id, null=True))
        if isinstance(template, list):
            return [self.value(value, tenant_id) for value in template]
        if not isinstance(template, str):
            return template
        whole = PLACEHOLDER.fullmatch(template)
        if whole and whole[1] != "$":
            value = self._look_up(whole[1], tenant_id)
            self._refuse_other_tenants(whole[1], value)
            return value
        return self._text(template, tenant_id)

    def pairs(
        self, templates: Mapping[str, object], tenant_id: str | None, *, null: bool = False
    ) -> Iterator[tuple[str, object]]:
        """Return the filled keys and values of a dictionary, but for optional ones that the answer does not have.

        `null` says whether null is a value.
        """
        for key, template in templates.items():
            if key == COPY:
                yield from self._copied(str(template)[1:], tenant_id, without=templates.keys())
                continue
            optional = OPTIONAL.fullmatch(template) if isinstance(template, str) else None
            try:
                value = self.value(f"${optional[1]}" if optional else template, tenant_id)
            except _Absent:
                if optional is None:
                    raise
                continue
            if null or not optional or value is not None:
                yield key.replace("$$", "$"), value

    def address(self, tenant_id: str | None) -> str:
        """The path with its query. Values are quoted, so that none can lead elsewhere."""
        path = self._text(self.call.path, tenant_id, quoted=True)
        parameters = [
            f"{quote(name, safe='$')}={quote(self._as_text(name, item), safe='')}"
            for name, value in self.pairs(self.call.query, tenant_id)
            for item in (self._not_empty(value) if isinstance(value, list) else [value])
        ]
        return f"{path}{'&' if '?' in path else '?'}{'&'.join(parameters)}" if parameters else path

    def _each(self, template: object, tenant_ids: Iterable[str]) -> object:
        if isinstance(template, dict) and KEY in template:
            pairs = ((self.value(template[KEY], each), self.value(template[VALUE], each)) for each in tenant_ids)
            return {str(key): value for key, value in pairs}
        return [self.value(template, each) for each in tenant_ids]

    def _tenants(self, which: TenantList) -> tuple[str, ...]:
        if which == "offered":
            return self.values.offered
        if which == "tenants":
            return self.tenant_ids
        return tuple(each for each in self.tenant_ids if (each in self.selected) == (which == "added"))

    def _copied(self, name: str, tenant_id: str | None, without: Iterable[str]) -> Iterator[tuple[str, object]]:
        value = self._look_up(name, tenant_id)
        if not isinstance(value, dict):
            raise self._refusal(f"the value of ${name} is not a dictionary")
        kept = {key: field for key, field in value.items() if key.replace("$", "$$") not in without}
        self._refuse_other_tenants(name, kept)
        yield from kept.items()

    def _text(self, template: str, tenant_id: str | None, *, quoted: bool = False) -> str:
        """A text with its placeholders filled."""

        def filled(match: re.Match[str]) -> str:
            if match[1] == "$":
                return "$"
            if match[1] in ID_LISTS:
                return ",".join(self._not_empty(self._tenants(ID_LISTS[match[1]])))
            text = self._as_text(match[1], self._look_up(match[1], tenant_id))
            return quote(text, safe="") if quoted else text

        return PLACEHOLDER.sub(filled, template)

    def _not_empty(self, items: Sequence[_Item]) -> Sequence[_Item]:
        """Return a list for the path or the query. Without it, the address would be that of another thing."""
        if not items:
            raise self._refusal("a list in its path or its query is empty")
        return items

    def _as_text(self, name: str, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            raise self._refusal(f"the value of ${name} is neither text nor a number, so it cannot be part of a text")
        return str(value)

    def _look_up(self, name: str, tenant_id: str | None) -> object:
        root, *keys = name.split(".")
        value = self._root_value(root, tenant_id)
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                raise _Absent(
                    f"portal_contract: write.{self.call.name}: the portal's answer has no ${name}, so nothing was sent."
                    " The portal has changed, or another page was recorded: record the request again."
                )
            value = value[key]
        return value

    def _root_value(self, root: str, tenant_id: str | None) -> object:
        if root in ID_LISTS:
            return list(self._tenants(ID_LISTS[root]))
        roots: dict[str, object] = {
            "home_tenant_id": self.values.home_tenant_id,
            **self.values.answers,
            "tenant_id": tenant_id,
            "tenant": self.values.rows.get(tenant_id or ""),
            "selected": tenant_id in self.selected,
        }
        return roots[root]

    def _refuse_other_tenants(self, name: str, value: object) -> None:
        """Raise MtoError where an echoed answer names tenants that this request is not about."""
        if name.split(".", maxsplit=1)[0] not in ANSWERS:
            return
        meant = {*self.tenant_ids, self.values.home_tenant_id}
        meant |= {*self.values.offered} if "offered" in self.call.names else set()
        others = {text.lower() for text in strings_in(value)} & self.values.tenant_ids - meant
        if others:
            raise self._refusal(f"${name} names {min(others)} as well, which this request is not about")

    def _refusal(self, problem: str) -> MtoError:
        return MtoError(f"portal_contract: write.{self.call.name}: {problem}, so nothing was sent.")
