# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sign-in of a person for a refresh token: begin it, let them sign in, complete it.

It takes two calls, because an Ansible task shows nothing while it runs and the person must see an address or a code.
The methods are authorization code with PKCE in a browser on this machine [doc v2-oauth2-auth-code-flow], and device
code with a browser anywhere [doc v2-oauth2-device-code]. The device code flow takes no app credential.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import problem_of
from ansible_collections.m365.defender.plugins.module_utils._auth.identities import http_of, operator_identity
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import (
    call_msal,
    msal_application,
    require_msal,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.login.flow import LoginFlow
from ansible_collections.m365.defender.plugins.module_utils._auth.login.listener import PortTaken, free_port, listening
from ansible_collections.m365.defender.plugins.module_utils._auth.login.options import check_wait_and_port
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import RefreshTokenFile
from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    MtoError,
    OptionError,
    SignInError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection

# Answers that say nothing about the token.
_INCONCLUSIVE: t.Final = frozenset({"sign_in.throttled", "sign_in.no_answer", "sign_in.not_sent", "sign_in.transient"})


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """The person who signed in, by their id_token: user principal name and object ID in the home tenant."""

    upn: str
    object_id: str

    def is_called(self, operator: str) -> bool:
        """Return whether the option `operator` names this person."""
        wanted = operator.strip().lower()
        return wanted in (self.upn.lower(), self.object_id.lower())


@dataclasses.dataclass(frozen=True, slots=True)
class Prompt:
    """What the person must be shown. `user_code` is None for a browser, `expires_at` is ISO 8601 in UTC."""

    message: str
    url: str
    user_code: str | None
    expires_at: str


def begin_login(connection: Connection, *, method: str, wait: int, port: int) -> tuple[LoginFlow, Prompt]:
    """Return the flow and what the person must be shown.

    `wait` is how long the person has, in seconds. Raise OptionError, PortTaken or SignInError.
    """
    check_wait_and_port(wait, port)
    _validate(connection)
    if method == "browser":
        state, chosen = _begin_browser(connection, port)
    else:
        state, chosen = _begin_device_code(connection), 0
    expires_at = min(time.time() + wait, float(str(state.get("expires_at", "inf"))))
    flow = LoginFlow(
        method=method,
        home_tenant_id=connection.home_tenant_id,
        client_id=connection.client_id,
        login=connection.cloud.login,
        expires_at=expires_at,
        port=chosen,
        state=state,
    )
    return flow, _prompt(flow, connection)


def _begin_browser(connection: Connection, port: int) -> tuple[dict[str, object], int]:
    try:
        chosen = free_port(port)
    except PortTaken as error:
        raise OptionError(
            f"{option_name('port', 'login_port')}: {error} Choose another port, or 0 for any free one."
        ) from error
    hint = connection.operator if connection.operator and "@" in connection.operator else None
    # Always ask for the account: the browser is often signed in as somebody else.
    state: dict[str, object] = _ask(
        lambda: _application(connection).initiate_auth_code_flow(
            _scopes(connection),
            redirect_uri=f"http://localhost:{chosen}",
            prompt="select_account",
            login_hint=hint,
            response_mode="form_post",
        )
    )
    return state, chosen


def _begin_device_code(connection: Connection) -> dict[str, object]:
    state: dict[str, object] = _ask(
        lambda: _application(connection, public=True).initiate_device_flow(scopes=_scopes(connection))
    )
    if not state.get("user_code"):
        raise _refused(problem_of(state))
    return state


def _prompt(flow: LoginFlow, connection: Connection) -> Prompt:
    who = f"as {connection.operator}" if connection.operator else "as the operator"
    clock = time.strftime("%H:%M", time.localtime(flow.expires_at))
    if flow.method == "browser":
        url, code = str(flow.state["auth_uri"]), None
        message = (
            f"Open this address in a browser on this machine by {clock}, and sign in {who}: {url} (The browser is"
            f" redirected to port {flow.port} of this machine.)"
        )
    else:
        url, code = str(flow.state["verification_uri"]), str(flow.state["user_code"])
        message = f"Open {url} in any browser, enter the code {code} by {clock}, and sign in {who}."
    expires_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(flow.expires_at))
    return Prompt(message, url, code, expires_at)


def complete_login(
    connection: Connection, flow: LoginFlow, *, show: Callable[[str], None] | None
) -> tuple[Person, str]:
    """Return who signed in and their refresh token. `show` opens an address in the person's browser.

    Raise OptionError for another person or an unusable flow, SignInError if Microsoft Entra refuses, MtoError if
    nobody signs in in time.
    """
    flow.check(connection, time.time())
    _validate(connection)
    if flow.method == "browser":
        answer = _complete_browser(connection, flow, show)
    else:
        # Not opened here: the person may enter the code on any device.
        answer = _complete_device_code(connection, flow)
    if not answer.get("access_token"):
        raise _refused(problem_of(answer))
    person = _person(answer, connection)
    refresh_token = answer.get("refresh_token")
    if not refresh_token:
        raise MtoError(
            f"{person.upn} signed in, but Microsoft Entra sent no refresh token. Grant the app the delegated"
            " permission offline_access."
        )
    return person, str(refresh_token)


def _complete_browser(connection: Connection, flow: LoginFlow, show: Callable[[str], None] | None) -> dict[str, object]:
    application = _ask(lambda: _application(connection))
    try:
        with listening(flow.port, str(flow.state["state"])) as listener:
            if show is not None:
                show(str(flow.state["auth_uri"]))
            received = listener.wait(flow.expires_at - time.time())
    except PortTaken as error:
        raise MtoError(f"The sign-in cannot be completed: {error} Start again; another port is chosen then.") from error
    if received is None:
        raise _too_late("Nobody signed in", flow)
    state = dict(flow.state)
    answer: dict[str, object] = _ask(lambda: application.acquire_token_by_auth_code_flow(state, received))
    return answer


def _complete_device_code(connection: Connection, flow: LoginFlow) -> dict[str, object]:
    state = {**flow.state, "expires_at": flow.expires_at}
    left = flow.expires_at - time.time()
    answer: dict[str, object] = _ask(
        lambda: _application(connection, public=True, more_time=left).acquire_token_by_device_flow(state)
    )
    if answer.get("error") in ("authorization_pending", "slow_down"):
        raise _too_late("Nobody entered the code and signed in", flow)
    return answer


def _too_late(what: str, flow: LoginFlow) -> MtoError:
    clock = time.strftime("%H:%M:%S", time.localtime(flow.expires_at))
    browser = " and that the browser runs on this machine" if flow.method == "browser" else ""
    return MtoError(f"{what} by {clock}. Start again, with a longer `wait` if necessary; check the address{browser}.")


def _person(answer: Mapping[str, object], connection: Connection) -> Person:
    """Return who signed in. Raise OptionError for a guest, another tenant's user, and anybody but the operator."""
    claims = answer.get("id_token_claims")
    claims = claims if isinstance(claims, dict) else {}
    person = Person(str(claims.get("preferred_username") or ""), str(claims.get("oid") or ""))
    home = connection.home_tenant_id
    if not person.object_id or not claims.get("tid"):
        raise MtoError(
            "Microsoft Entra does not say who signed in, so nothing is stored (the id_token has no oid or no tid)."
        )
    # A guest's token also names the home tenant; `idp` then names the account's own tenant [doc id-token-claims].
    if str(claims["tid"]).lower() != home or home not in str(claims.get("idp") or home).lower():
        raise OptionError(
            f"operator: {person.upn or person.object_id} is a guest in the home tenant {home}, or not a user of"
            " it. Nothing is stored. Sign in with an account of the home tenant itself."
        )
    if connection.operator and not person.is_called(connection.operator):
        raise OptionError(
            f"operator: {person.upn or person.object_id} signed in instead of {connection.operator}. Nothing is"
            f" stored. Sign in again as {connection.operator}, or change operator (a user principal name, or the object"
            f" ID; the one of the person who signed in is {person.object_id})."
        )
    return person


def holder_of_working_token(connection: Connection, path: str) -> str | None:
    """Return whose token the file at `path` holds, if it still works and is the operator's; else None.

    The check rotates the token: the new one is stored. Raise SignInError if the check gave no answer.
    """
    try:
        RefreshTokenFile(path).load()
    except OptionError:
        return None
    with_file = dataclasses.replace(connection, refresh_token=None, refresh_token_file=path)
    identity = operator_identity(with_file, http_of(connection, Deadline(connection.deadline)))
    try:
        claims = identity.token(connection.home_tenant_id, "graph").claims
    except SignInError as error:
        if error.problem.reason in _INCONCLUSIVE:
            raise
        return None
    except MtoError as error:
        raise _refused(_problem(error)) from error
    upn = str(claims.get("upn") or claims.get("unique_name") or claims.get("preferred_username") or "")
    person = Person(upn, str(claims.get("oid") or ""))
    wanted = connection.operator or person.object_id
    return (person.upn or person.object_id) if wanted and person.is_called(wanted) else None


def _validate(connection: Connection) -> None:
    """Raise OptionError if the app's credential cannot be used."""
    if connection.credential is not None:
        connection.credential.validate()


def _scopes(connection: Connection) -> list[str]:
    """Return the scopes to ask for. msal adds openid, profile and offline_access."""
    return [f"{connection.cloud.graph_audience}/.default"]


def _application(connection: Connection, *, public: bool = False, more_time: float = 0.0) -> t.Any:
    """Return msal's application: with the app's credential if there is one, else a public client."""
    require_msal()
    authority = f"{connection.cloud.login}/{connection.home_tenant_id}"
    transport = MsalTransport(http_of(connection, Deadline(connection.deadline + more_time)), connection.cloud.login)
    transport.require_tenant(authority)
    credential = None if public else connection.credential
    return msal_application(connection.client_id, credential, **transport.application(authority))


def _ask(call: Callable[[], t.Any]) -> t.Any:
    """Return the result of `call`. Errors of msal and of the connection become SignInError."""
    try:
        return call_msal(lambda: _of_this_sign_in(call))
    except MtoError as error:
        raise _refused(_problem(error)) from None


def _of_this_sign_in(call: Callable[[], t.Any]) -> t.Any:
    try:
        return call()
    except (RuntimeError, LookupError):
        # msal checks the nonce and assumes the claims of an id_token. Not chained: its text can hold the nonce.
        error_text = "the id_token in the answer does not belong to this sign-in"
        raise SignInError(error_text, Problem("sign_in.no_answer", {"said": error_text})) from None


def _problem(error: MtoError) -> Problem:
    if isinstance(error, SignInError):
        return error.problem
    network = isinstance(error, UnreachableError | DeadlineError)
    return Problem("sign_in.unreachable" if network else "sign_in.no_answer", {"said": str(error)})


def _refused(problem: Problem) -> SignInError:
    return SignInError(str(problem.details.get("said") or problem.reason), problem)
