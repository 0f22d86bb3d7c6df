# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: argument specs as values that can be merged, environment fall-backs, and the checks Ansible cannot do.

Credentials are resolved here and not by the argument spec: a credential in the task hides every credential in the
environment, and a fall-back of the argument spec would count for exclusion.
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import (
    DEFENDER_ROLES,
    role_template_id,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import ACCESS_METHODS, Tenant
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import CLOUDS, Cloud, resolve_cloud

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Spec = dict[str, dict[str, t.Any]]

_DAY: t.Final = 86400.0
GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")

# One group is one credential of the app; the option named first says that the group is meant.
APP_CREDENTIALS: t.Final = {
    "client_secret": ("client_secret",),
    "client_certificate_path": ("client_certificate_path", "client_certificate_password"),
    "federated_token_file": ("federated_token_file",),
}

# The operator's: the refresh token itself, or the file that holds it.
_OPERATOR_TOKENS: t.Final = ("refresh_token", "refresh_token_file")

# The names that Azure tools use, behind our own MTO_<OPTION>.
_AZURE_NAMES: t.Final = {
    "home_tenant_id": "AZURE_TENANT_ID",
    "client_id": "AZURE_CLIENT_ID",
    "client_secret": "AZURE_CLIENT_SECRET",
    "client_certificate_path": "AZURE_CLIENT_CERTIFICATE_PATH",
    "client_certificate_password": "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "federated_token_file": "AZURE_FEDERATED_TOKEN_FILE",
}

_SECRETS: t.Final = ("client_secret", "client_certificate_password", "refresh_token")


def connection_spec() -> Spec:
    """The options of the doc fragment `m365.defender._connection`."""
    return {
        "home_tenant_id": {"type": "str"},
        "client_id": {"type": "str"},
        "operator": {"type": "str"},
        "cloud": {"type": "str"},
        "endpoints": {"type": "dict"},
        "ca_path": {"type": "path"},
        "concurrency": {"type": "int", "default": 16},
        "timeout": {"type": "float", "default": 30.0},
        "deadline": {"type": "float", "default": 600.0},
        "token_cache": {"type": "path", "no_log": False},
        "client_secret": {"type": "str", "no_log": True},
        "client_certificate_path": {"type": "path"},
        "client_certificate_password": {"type": "str", "no_log": True},
        "federated_token_file": {"type": "path", "no_log": False},
        "refresh_token": {"type": "str", "no_log": True},
        "refresh_token_file": {"type": "path", "no_log": False},
    }


def tenants_spec() -> Spec:
    """The option `tenants`; a saved file can take its place. What a row must hold is checked by parse_tenants."""
    return {
        "tenants": {
            "type": "list",
            "elements": "dict",
            "options": {
                "tenant_id": {"type": "str"},
                "name": {"type": "str"},
                "access": {"type": "str", "default": "auto"},
                "roles": {"type": "list", "elements": "str"},
                "licenses": {"type": "list", "elements": "str"},
                "cloud": {"type": "str"},
            },
        }
    }


def evidence_spec() -> Spec:
    """The options of the doc fragment `m365.defender._evidence`."""
    return {
        "return_evidence": {"type": "bool", "default": False},
        "from_evidence": {"type": "path"},
        "judged_at": {"type": "str"},
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """The connection options, resolved. Exactly one credential of the app is given, or none."""

    home_tenant_id: str
    client_id: str
    operator: str | None
    cloud: Cloud
    ca_path: str | None
    concurrency: int
    timeout: float
    deadline: float
    token_cache: str | None
    credential: Mapping[str, str] = dataclasses.field(repr=False)
    refresh_token: str | None = dataclasses.field(repr=False)
    refresh_token_file: str | None = None

    @property
    def has_operator_identity(self) -> bool:
        """Can we sign in as the operator?"""
        return bool(self.refresh_token or self.refresh_token_file)


def secrets_of(connection: Connection) -> list[str]:
    """Values that must not show anywhere, those from the environment included."""
    found = [value for key, value in connection.credential.items() if key in _SECRETS]
    return [*found, connection.refresh_token] if connection.refresh_token else found


def resolve_connection(
    params: Mapping[str, t.Any],
    environment: Mapping[str, str] | None = None,
    *,
    identity_needed: bool = True,
    app_needed: bool = True,
) -> Connection:
    """Options of the task, then the environment (the process's own by default), then defaults.

    Raises OptionError that names the option. `identity_needed` is False where a person is about to sign in,
    `app_needed` where our app plays no part.
    """
    environ = os.environ if environment is None else environment

    def given(option: str) -> t.Any:
        value = params.get(option)
        return _from_environment(option, environ) if value in (None, "") else value

    credential, operator_token = _credentials(params, environ)
    connection = Connection(
        home_tenant_id=_guid("home_tenant_id", given("home_tenant_id")),
        client_id=_guid("client_id", given("client_id")) if app_needed or given("client_id") else "",
        operator=given("operator"),
        cloud=resolve_cloud(given("cloud") or "public", _endpoints(given("endpoints"))),
        ca_path=given("ca_path"),
        concurrency=_positive("concurrency", params.get("concurrency"), 16, 256),
        timeout=_positive("timeout", params.get("timeout"), 30.0, _DAY),
        deadline=_positive("deadline", params.get("deadline"), 600.0, _DAY),
        token_cache=given("token_cache"),
        credential=credential,
        refresh_token=operator_token.get("refresh_token"),
        refresh_token_file=operator_token.get("refresh_token_file"),
    )
    if identity_needed and not credential and not operator_token:
        raise OptionError(
            "client_secret: no identity is given. Give the app's client_secret, client_certificate_path or"
            " federated_token_file, or the operator's refresh_token or refresh_token_file (in the task, or in the"
            " environment as MTO_CLIENT_SECRET and so on)."
        )
    return connection


def home_tenant_of(params: Mapping[str, t.Any], environment: Mapping[str, str]) -> str:
    """The home tenant as the options say, else the environment; empty where nobody says it or it is no GUID."""
    value = params.get("home_tenant_id") or _from_environment("home_tenant_id", environment)
    return str(value or "").strip().lower()


def require_operator(connection: Connection) -> None:
    """Raises OptionError where nobody is named whose access could be judged."""
    if not connection.operator and (connection.credential or not connection.has_operator_identity):
        raise OptionError(
            "operator: say whose access is to be judged: the user principal name or the object id of the person in"
            " the home tenant (option operator, or MTO_OPERATOR in the environment)."
        )


def environment_value(option: str) -> str | None:
    """What the environment says for an option: MTO_<OPTION>, then the name that Azure tools use; None for neither."""
    return _from_environment(option, os.environ)


def _from_environment(option: str, environ: Mapping[str, str]) -> str | None:
    return environ.get(f"MTO_{option.upper()}") or environ.get(_AZURE_NAMES.get(option, "")) or None


def _credentials(params: Mapping[str, t.Any], environ: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The app's credential and the operator's, out of one source: the nearest with one hides the others."""
    names = tuple(name for group in APP_CREDENTIALS.values() for name in group)
    sources: tuple[Mapping[str, t.Any], ...] = (
        {name: params.get(name) for name in (*names, *_OPERATOR_TOKENS)},
        {name: environ.get(f"MTO_{name.upper()}") for name in (*names, *_OPERATOR_TOKENS)},
        {name: environ.get(_AZURE_NAMES[name]) for name in names},
    )
    for source in sources:
        kinds = [kind for kind in APP_CREDENTIALS if source.get(kind)]
        if len(kinds) > 1:
            words = " and ".join(kinds)
            raise OptionError(f"{kinds[0]}: give only one credential of the app; {words} exclude each other.")
        tokens = {name: source[name] for name in _OPERATOR_TOKENS if source.get(name)}
        if len(tokens) > 1:
            raise OptionError("refresh_token: give only one of refresh_token and refresh_token_file.")
        if kinds or tokens:
            chosen = APP_CREDENTIALS[kinds[0]] if kinds else ()
            return {name: source[name] for name in chosen if source.get(name)}, tokens
    return {}, {}


def _endpoints(value: t.Any) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, str):
        raise OptionError("endpoints: in the task it is a dictionary; it cannot come from the environment.")
    return {str(key): str(url) for key, url in value.items()}


def _guid(option: str, value: t.Any) -> str:
    text = str(value or "").strip().lower()
    if not text:
        azure = f" or {_AZURE_NAMES[option]}" if option in _AZURE_NAMES else ""
        raise OptionError(
            f"{option}: missing. Give it in the task, or in the environment as MTO_{option.upper()}{azure}."
        )
    if not GUID.match(text):
        raise OptionError(f"{option}: '{value}' is not a GUID such as 11111111-2222-3333-4444-555555555555.")
    return text


_Number = t.TypeVar("_Number", int, float)


def _positive(option: str, value: _Number | None, default: _Number, most: _Number) -> _Number:
    number = default if value is None else value
    if not 0 < number <= most:
        raise OptionError(f"{option}: {value} is out of range; give a number above 0 and up to {most}.")
    return number


def parse_days(option: str, value: int) -> int:
    """A number of days, none included. Raises OptionError."""
    if not 0 <= value <= 730:
        raise OptionError(f"{option}: {value} is out of range; give a number of days from 0 to 730.")
    return value


def parse_tenants(rows: Sequence[Mapping[str, t.Any]], home_tenant_id: str) -> list[Tenant]:
    """The declared list, checked row by row. Raises OptionError that names the first bad row and the way out."""
    tenants: list[Tenant] = []
    places: dict[str, str] = {}
    for index, row in enumerate(rows):
        place = _place(index, row)
        tenant = _parse_row(place, row)
        if tenant.tenant_id == home_tenant_id:
            raise OptionError(
                f"{place}: this is the home tenant; list only tenants to be viewed, and take this row out."
            )
        if tenant.tenant_id in places:
            raise OptionError(
                f"{place}: tenant_id {tenant.tenant_id} stands already in {places[tenant.tenant_id]}; take one row out."
            )
        places[tenant.tenant_id] = place
        tenants.append(tenant)
    return tenants


def _place(index: int, row: Mapping[str, t.Any]) -> str:
    name = row.get("name")
    return f"tenants[{index}] ({name})" if name else f"tenants[{index}]"


def _parse_row(place: str, row: Mapping[str, t.Any]) -> Tenant:
    tenant_id = str(row.get("tenant_id") or "").strip().lower()
    if not tenant_id:
        raise OptionError(f"{place}: tenant_id is missing; give the directory (tenant) id, a GUID.")
    if not GUID.match(tenant_id):
        raise OptionError(f"{place}: tenant_id '{row['tenant_id']}' is not a GUID; give the directory (tenant) id.")
    access = str(row.get("access") or "auto").lower()
    if access not in ACCESS_METHODS:
        raise OptionError(f"{place}: access '{row['access']}' is unknown; choose one of {', '.join(ACCESS_METHODS)}.")
    return Tenant(
        tenant_id=tenant_id,
        name=str(row.get("name") or tenant_id),
        access=access,
        roles=_parse_roles(place, row.get("roles")),
        licenses=tuple(str(item).strip().lower() for item in row.get("licenses") or ()),
        cloud=_parse_cloud(place, row.get("cloud")),
    )


def _parse_roles(place: str, names: Sequence[str] | None) -> tuple[str, ...]:
    if not names:
        return tuple(DEFENDER_ROLES)
    found: list[str] = []
    for name in names:
        template_id = role_template_id(str(name))
        if template_id is None:
            raise OptionError(
                f"{place}: role '{name}' is not known by name; give a name such as 'Security Reader', or the role's"
                " template id."
            )
        found.append(template_id)
    return tuple(found)


def _parse_cloud(place: str, name: str | None) -> str | None:
    if name and name not in CLOUDS:
        raise OptionError(f"{place}: cloud '{name}' is unknown; choose one of {', '.join(CLOUDS)}.")
    return name or None
