# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: their spec, and one typed value for them.

The argument spec has no fall-backs to the environment: Ansible would count them for exclusion, but a credential in the
task hides those of its kind, the app's or the operator's, in the environment. So the environment is read here.
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import (
    credential_options,
    required_by,
    select_credential,
    selectors,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import (
    azure_names,
    environment_value,
    own_name,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import token_of
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import (
    CLOUDS,
    ENDPOINT_NAMES,
    Cloud,
    resolve_cloud,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import (
    parse_duration,
    parse_guid,
    parse_whole_number,
    quoted,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._core.text import is_clean

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, Spec

_UPN: t.Final = re.compile(r"[^@\s]+@[^@\s]+")
# The operator's credential: the refresh token itself, or the file that holds it.
_OPERATOR_TOKENS: t.Final = ("refresh_token", "refresh_token_file")


def connection_spec() -> Spec:
    """Return the options of the doc fragment `m365.defender._connection`."""
    return {
        "home_tenant_id": {"type": "str"},
        "client_id": {"type": "str"},
        "operator": {"type": "str"},
        "cloud": {"type": "str", "choices": list(CLOUDS)},
        "endpoints": {"type": "dict", "options": {name: {"type": "str"} for name in ENDPOINT_NAMES}},
        "ca_path": {"type": "path"},
        "concurrency": {"type": "int", "default": 32},
        "timeout": {"type": "str", "default": "30s"},
        "deadline": {"type": "str", "default": "10m"},
        "token_cache": {"type": "path", "no_log": False},
        **{option.name: {"type": option.type, "no_log": option.secret} for option in credential_options()},
        "refresh_token": {"type": "str", "no_log": True},
        "refresh_token_file": {"type": "path", "no_log": False},
    }


def connection_constraints() -> Constraints:
    """Return what Ansible can check of the task's own options."""
    return {"mutually_exclusive": [selectors(), _OPERATOR_TOKENS], "required_by": required_by()}


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """The connection options, resolved. `credential` is None for a public client and where the app plays no part."""

    home_tenant_id: str
    client_id: str
    operator: str | None
    cloud: Cloud
    ca_path: str | None
    concurrency: int
    timeout: float
    deadline: float
    token_cache: str | None
    credential: Credential | None = dataclasses.field(repr=False)
    refresh_token: str | None = dataclasses.field(repr=False)
    refresh_token_file: str | None = None
    # What is set and not used, and why.
    in_vain: tuple[tuple[str, str], ...] = ()
    # What Ansible has to mask: what is given here, and what the home tenant issues later. Tokens for target tenants are
    # too many for Ansible to search for in every text; they are kept out where text comes in.
    known_secrets: Secrets = dataclasses.field(default_factory=Secrets, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.known_secrets.add(*self.secrets())

    @property
    def has_operator_identity(self) -> bool:
        """Whether a sign-in as the operator is possible."""
        return bool(self.refresh_token or self.refresh_token_file)

    @property
    def warnings(self) -> list[str]:
        """What is set and not used."""
        return [
            f"{name} is set but not used: {cause}. Ansible administrator of the home tenant: unset it."
            for name, cause in self.in_vain
        ]

    def secrets(self) -> list[str]:
        """Return the values that must not show anywhere, those from the environment included."""
        secrets = self.credential.secrets() if self.credential else []
        return [*secrets, self.refresh_token] if self.refresh_token else secrets


def resolve_connection(
    params: Mapping[str, object],
    environment: Mapping[str, str] | None = None,
    *,
    identity_needed: bool = True,
    app_needed: bool = True,
) -> Connection:
    """Take each option from the task, then from the environment (the process's own by default), then its default.

    Raise OptionError that names the option. `identity_needed` is False where a person is about to sign in,
    `app_needed` where the app plays no part.
    """
    environ = os.environ if environment is None else environment

    def text(option: str) -> str | None:
        value = params.get(option)
        found = environment_value(option, environ) if value in (None, "") else str(value)
        return None if found is None else _fit(option, found)

    client_id = _guid("client_id", text) if app_needed or text("client_id") else ""
    credential, tokens, in_vain = _identities(_places(params, environ, client_id))
    connection = Connection(
        home_tenant_id=_guid("home_tenant_id", text),
        client_id=client_id,
        operator=_operator(text("operator")),
        cloud=resolve_cloud(text("cloud") or "public", _endpoints(params.get("endpoints"))),
        ca_path=text("ca_path"),
        concurrency=parse_whole_number("concurrency", params.get("concurrency"), 32, least=1, most=256),
        timeout=parse_duration("timeout", params.get("timeout"), 30.0),
        deadline=parse_duration("deadline", params.get("deadline"), 600.0),
        token_cache=text("token_cache"),
        credential=credential,
        refresh_token=token_of("refresh_token", tokens["refresh_token"]) if "refresh_token" in tokens else None,
        refresh_token_file=tokens.get("refresh_token_file"),
        in_vain=in_vain,
    )
    if identity_needed:
        _require_identity(connection)
    return connection


def _require_identity(connection: Connection) -> None:
    if connection.credential is None and not connection.has_operator_identity:
        raise OptionError(
            f"client_secret: no identity is given. Give the app's {_alternatives(selectors())}, or the operator's"
            f" {_alternatives(_OPERATOR_TOKENS)}; the environment can hold them as MTO_CLIENT_SECRET and so on."
        )


def is_person(operator: str) -> bool:
    """Tell whether a text is a user principal name or an object ID."""
    return bool(_UPN.fullmatch(operator) or parse_guid(operator)) and is_clean(operator)


def require_operator(connection: Connection) -> None:
    """Raise OptionError if nothing says whose access to judge."""
    if not connection.operator and (connection.credential or not connection.has_operator_identity):
        raise OptionError(
            "operator: missing. Give the user principal name, or the object ID in the home tenant, of the person whose"
            " access is to be judged; the environment can hold it as MTO_OPERATOR."
        )


class _Given(t.NamedTuple):
    """What one place gives: the task, or the environment under one family of names."""

    names: Mapping[str, str]
    values: Mapping[str, str]


def _places(params: Mapping[str, object], environ: Mapping[str, str], client_id: str) -> list[_Given]:
    """Return the places that can give an identity, the nearest first.

    The credential of Azure tools belongs to their own app: it is given only where that is ours, or none is named.
    """
    options = (*(option.name for option in credential_options()), *_OPERATOR_TOKENS)
    azure = azure_names()
    named = environ.get(azure["client_id"])
    ours = not named or parse_guid(named) == client_id
    families: tuple[tuple[Mapping[str, str], Mapping[str, object]], ...] = (
        ({option: option for option in options}, params),
        ({option: own_name(option) for option in options}, environ),
        ({option: azure[option] for option in options if option in azure and ours}, environ),
    )
    places = []
    for names, values in families:
        given = {option: str(values[name]) for option, name in names.items() if values.get(name)}
        for option, value in given.items():
            # Messages show paths. They never show a credential, and a password may have any character.
            if option.endswith(("_path", "_file")):
                _fit(option, value)
        places.append(_Given(names, given))
    return places


def _identities(
    places: Sequence[_Given],
) -> tuple[Credential | None, Mapping[str, str], tuple[tuple[str, str], ...]]:
    """Return the app's credential, the operator's, and what is set in vain, with the reason.

    Each comes from the nearest place that gives one: the app's never hides the operator's, nor the other way round.
    """
    credential: Credential | None = None
    tokens: dict[str, str] = {}
    app = operator = ""
    in_vain: list[tuple[str, str]] = []
    for place in places:
        given = None if credential else select_credential(place.values)
        own = {option: place.values[option] for option in _OPERATOR_TOKENS if option in place.values}
        if len(own) > 1:
            raise OptionError(f"refresh_token: give only one of {' and '.join(_OPERATOR_TOKENS)}.")
        app = app or (f"the app signs in with {place.names[given.selector()]}" if given else "")
        operator = operator or "".join(f"the operator signs in with {place.names[option]}" for option in own)
        used = {option.name for option in given.OPTIONS} if given else set()
        used |= set() if tokens else own.keys()
        credential, tokens = credential or given, tokens or own
        in_vain += [
            (place.names[option], _without_selector(place, option) or (operator if option in own else app))
            for option in place.values
            if option not in used
        ]
    return credential, tokens, tuple(in_vain)


def _without_selector(place: _Given, option: str) -> str:
    """Return that an option is of no use without another one, where that one is not given; else nothing."""
    needed = [place.names[name] for name in required_by().get(option, ()) if name not in place.values]
    return f"it counts only beside {needed[0]}" if needed else ""


def _endpoints(value: object) -> dict[str, str]:
    """Return the endpoints that are given. Ansible fills those that are not with None."""
    if value is not None and not isinstance(value, dict):
        raise OptionError("endpoints: give a dictionary of base URLs.")
    urls = {_fit("endpoints", str(name)): str(url) for name, url in (value or {}).items() if url is not None}
    return {name: _fit(f"endpoints.{name}", url) for name, url in urls.items()}


def _fit(option: str, value: str) -> str:
    """Return a text that messages and results can show. The refusal must not show it either."""
    if not is_clean(value):
        raise OptionError(f"{option}: the value has characters that cannot be shown; write it without them.")
    return value


def _guid(option: str, text: Callable[[str], str | None]) -> str:
    value = text(option)
    if not (value or "").strip():
        names = " or ".join((own_name(option), azure_names()[option]))
        raise OptionError(f"{option}: missing; set it, or the environment variable {names}.")
    guid = parse_guid(value)
    if guid is None:
        raise OptionError(f"{option}: {quoted(value)} is not a GUID such as 11111111-2222-3333-4444-555555555555.")
    return guid


def _operator(value: str | None) -> str | None:
    operator = (value or "").strip()
    if operator and not is_person(operator):
        raise OptionError(
            f"operator: {quoted(operator)} is neither a user principal name nor an object ID; give one such as"
            " anna.berg@contoso.com."
        )
    return parse_guid(operator) or operator or None


def _alternatives(options: tuple[str, ...]) -> str:
    return f"{', '.join(options[:-1])} or {options[-1]}"
