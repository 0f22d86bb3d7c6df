# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a person gets a refresh token: begin a sign-in, let them sign in, complete it.

Two calls, because an Ansible task shows nothing while it runs: the person must see an address, or a code, in between.
By authorization code with PKCE in a browser on this machine [doc v2-oauth2-auth-code-flow], or by device code with a
browser anywhere [doc v2-oauth2-device-code]. The device code flow knows no app credential.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import load_credential
from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import problem_of
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import OperatorIdentity, require_msal
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import RefreshTokenFile
from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    MtoError,
    OptionError,
    ServiceError,
    SignInError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._login.flow import LoginFlow
from ansible_collections.m365.defender.plugins.module_utils._login.listener import PortTaken, free_port, listening
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http

try:
    import msal
except ImportError:
    # `require_msal` says so before anything here is reached.
    HAS_MSAL = False
else:
    HAS_MSAL = True

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection

# Answers that judge no token: nothing may be concluded from them.
_NO_JUDGEMENT: t.Final = frozenset({"sign_in.throttled", "sign_in.no_answer", "sign_in.transient"})
_LONGEST_WAIT: t.Final = 3600


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, as the id_token says it: user principal name and object id in the home tenant."""

    upn: str
    object_id: str

    def is_called(self, operator: str) -> bool:
        """Is this the person that the option `operator` names?"""
        wanted = operator.strip().lower()
        return wanted in (self.upn.lower(), self.object_id.lower())


def begin_login(connection: Connection, *, method: str, wait: int, port: int) -> tuple[LoginFlow, dict[str, t.Any]]:
    """The flow, and what the person must be shown: `{message, url, user_code, expires_at}`.

    `wait` is how long the person has, in seconds. Raises OptionError, PortTaken or HomeSignInError.
    """
    if not 0 < wait <= _LONGEST_WAIT:
        raise OptionError(f"wait: {wait} is out of range; give seconds above 0 and up to {_LONGEST_WAIT}.")
    if not 0 <= port <= 65535:
        raise OptionError(f"port: {port} is no port; give 0 for any free one, or a number up to 65535.")
    begun = _begin_browser(connection, port) if method == "browser" else (_begin_device_code(connection), 0)
    state, chosen = begun
    expires_at = min(time.time() + wait, float(state.get("expires_at", float("inf"))))
    flow = LoginFlow(
        method=method,
        home_tenant_id=connection.home_tenant_id,
        client_id=connection.client_id,
        login=connection.cloud.login,
        expires_at=expires_at,
        port=chosen,
        state=state,
    )
    return flow, _for_the_person(flow, connection)


def _begin_browser(connection: Connection, port: int) -> tuple[dict[str, t.Any], int]:
    try:
        chosen = free_port(port)
    except PortTaken as error:
        raise OptionError(f"port: {error} Choose another one, or 0 for any that is free.") from None
    hint = connection.operator if connection.operator and "@" in connection.operator else None
    # The account is always asked for: a browser is often signed in as somebody else already.
    state = _asked(
        connection,
        lambda: _application(connection).initiate_auth_code_flow(
            _scopes(connection),
            redirect_uri=f"http://localhost:{chosen}",
            prompt="select_account",
            login_hint=hint,
            response_mode="form_post",
        ),
    )
    return state, chosen


def _begin_device_code(connection: Connection) -> dict[str, t.Any]:
    state: dict[str, t.Any] = _asked(
        connection,
        lambda: _application(connection, public=True).initiate_device_flow(scopes=_scopes(connection)),
    )
    if not state.get("user_code"):
        raise _refused(connection, problem_of(state), "device_code")
    return state


def _for_the_person(flow: LoginFlow, connection: Connection) -> dict[str, t.Any]:
    who = f"as {connection.operator}" if connection.operator else "as the operator"
    clock = time.strftime("%H:%M", time.localtime(flow.expires_at))
    if flow.method == "browser":
        url, code = str(flow.state["auth_uri"]), None
        message = (
            f"Open this address in a browser on this machine, until {clock}, and sign in {who}: {url} (The browser is"
            f" sent back to port {flow.port} of this machine.)"
        )
    else:
        url, code = str(flow.state["verification_uri"]), str(flow.state["user_code"])
        message = f"Open {url} in any browser, enter the code {code} until {clock}, and sign in {who}."
    expires_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(flow.expires_at))
    return {"message": message, "url": url, "user_code": code, "expires_at": expires_at}


def complete_login(
    connection: Connection, flow: LoginFlow, *, show: Callable[[str], None] | None
) -> tuple[Person, str]:
    """Who signed in, and their refresh token. `show` opens an address in the person's browser.

    Raises OptionError where it is not the person wanted or the flow is no good, HomeSignInError where Microsoft Entra
    refuses, MtoError where nobody signs in in time.
    """
    flow.check(connection, time.time())
    if flow.method == "browser":
        answer = _complete_browser(connection, flow, show)
    else:
        # The page for the code is for any device of the person: it is not opened here.
        answer = _complete_device_code(connection, flow)
    if not answer.get("access_token"):
        raise _refused(connection, problem_of(answer), flow.method)
    person = _person(answer, connection)
    refresh_token = answer.get("refresh_token")
    if not refresh_token:
        raise MtoError(
            f"{person.upn} signed in, but Microsoft Entra sent no refresh token. The app must be allowed the delegated"
            " permission offline_access."
        )
    return person, str(refresh_token)


def _complete_browser(connection: Connection, flow: LoginFlow, show: Callable[[str], None] | None) -> dict[str, t.Any]:
    application = _asked(connection, lambda: _application(connection))
    try:
        with listening(flow.port, flow.state["state"]) as listener:
            if show is not None:
                show(flow.state["auth_uri"])
            received = listener.wait(flow.expires_at - time.time())
    except PortTaken as error:
        raise MtoError(f"The sign-in cannot be completed: {error} Begin anew; another port is chosen then.") from None
    if received is None:
        raise _too_late("Nobody signed in", flow)
    state = dict(flow.state)
    answer: dict[str, t.Any] = _asked(connection, lambda: application.acquire_token_by_auth_code_flow(state, received))
    return answer


def _complete_device_code(connection: Connection, flow: LoginFlow) -> dict[str, t.Any]:
    state = {**flow.state, "expires_at": flow.expires_at}
    left = flow.expires_at - time.time()
    answer: dict[str, t.Any] = _asked(
        connection,
        lambda: _application(connection, public=True, more_time=left).acquire_token_by_device_flow(state),
    )
    if answer.get("error") in ("authorization_pending", "slow_down"):
        raise _too_late("Nobody entered the code and signed in", flow)
    return answer


def _too_late(what: str, flow: LoginFlow) -> MtoError:
    clock = time.strftime("%H:%M:%S", time.localtime(flow.expires_at))
    way = " and that the browser runs on this machine" if flow.method == "browser" else ""
    return MtoError(f"{what} until {clock}. Begin anew, with a longer `wait` if need be; check the address{way}.")


def _person(answer: Mapping[str, t.Any], connection: Connection) -> Person:
    """Raises OptionError for a guest, for another tenant's user, and for anybody but the operator."""
    claims = answer.get("id_token_claims") or {}
    person = Person(str(claims.get("preferred_username") or ""), str(claims.get("oid") or ""))
    home = connection.home_tenant_id
    if not person.object_id or not claims.get("tid"):
        raise MtoError(
            "Microsoft Entra does not say who signed in, so nothing is stored (id_token without oid or tid)."
        )
    # A guest's token is the home tenant's too; `idp` is there where the account is another one's [doc id-token-claims].
    if str(claims["tid"]).lower() != home or home not in str(claims.get("idp") or home).lower():
        raise OptionError(
            f"operator: {person.upn or person.object_id} is a guest in the home tenant {home}, or no user of it."
            " Nothing is stored. Sign in with an account of the home tenant itself."
        )
    if connection.operator and not person.is_called(connection.operator):
        raise OptionError(
            f"operator: {person.upn or person.object_id} signed in, but {connection.operator} is wanted. Nothing is"
            f" stored. Sign in again as {connection.operator}, or change operator (a user principal name, or the object"
            f" id; the one who signed in is {person.object_id})."
        )
    return person


def holder_of_working_token(connection: Connection, path: str) -> str | None:
    """Whose token the file at `path` holds, where Entra still takes it and it is the operator's; else None.

    Asking rotates it: the new one is stored. Raises HomeSignInError where nothing could be found out.
    """
    try:
        RefreshTokenFile(path).load()
    except OptionError:
        return None
    identity = OperatorIdentity(
        home_tenant_id=connection.home_tenant_id,
        refresh_token=None,
        token_file=path,
        http=_http(connection),
        cloud=connection.cloud,
        client_id=connection.client_id,
        credential=load_credential(connection.credential),
    )
    try:
        claims = identity.token(connection.home_tenant_id, "graph").claims
    except SignInError as error:
        if error.problem.reason in _NO_JUDGEMENT:
            raise _refused(connection, error.problem, "browser") from None
        return None
    except (UnreachableError, DeadlineError) as error:
        raise _refused(connection, _problem(error), "browser") from None
    upn = str(claims.get("upn") or claims.get("unique_name") or claims.get("preferred_username") or "")
    person = Person(upn, str(claims.get("oid") or ""))
    wanted = connection.operator or person.object_id
    return (person.upn or person.object_id) if wanted and person.is_called(wanted) else None


def _scopes(connection: Connection) -> list[str]:
    """msal adds openid, profile and offline_access."""
    return [f"{connection.cloud.graph_audience}/.default"]


def _http(connection: Connection, more_time: float = 0.0) -> Http:
    deadline = Deadline(connection.deadline + more_time)
    return Http(ca_path=connection.ca_path, timeout=connection.timeout, deadline=deadline, pool=1)


def _application(connection: Connection, *, public: bool = False, more_time: float = 0.0) -> t.Any:
    """Made with the app's credential where there is one; with none as a public client."""
    require_msal()
    common = {
        "authority": f"{connection.cloud.login}/{connection.home_tenant_id}",
        "http_client": MsalTransport(_http(connection, more_time), connection.cloud.login),
        "validate_authority": False,
        "instance_discovery": False,
    }
    credential = None if public else load_credential(connection.credential)
    if credential is None:
        return msal.PublicClientApplication(connection.client_id, **common)
    return msal.ConfidentialClientApplication(connection.client_id, client_credential=credential.for_msal(), **common)


def _asked(connection: Connection, ask: Callable[[], t.Any]) -> t.Any:
    """What `ask` returns. Whatever msal or the way to Entra raises becomes HomeSignInError with one sentence."""
    try:
        return ask()
    except (SignInError, ServiceError, UnreachableError, DeadlineError) as error:
        raise _refused(connection, _problem(error), "browser") from None
    except (ValueError, TypeError) as error:
        # msal says so of what it cannot use: a private key, an authority.
        raise _refused(connection, Problem("sign_in.refused", {"said": str(error)}), "browser") from None
    except (RuntimeError, LookupError):
        # msal checks the nonce, and takes for granted what an id_token holds; its text can hold the nonce.
        problem = Problem("sign_in.no_answer", {"said": "the id_token in the answer is not the one of this sign-in"})
        raise _refused(connection, problem, "browser") from None


def _problem(error: MtoError) -> Problem:
    if isinstance(error, SignInError):
        return error.problem
    if isinstance(error, ServiceError):
        return Problem("sign_in.throttled" if error.status == 429 else "sign_in.no_answer", {"said": str(error)})
    return Problem("sign_in.unreachable", {"said": str(error)})


def _refused(connection: Connection, problem: Problem, method: str) -> HomeSignInError:
    """The catalogue's sentence and remedy for a refusal, in the words of the home tenant."""
    operator = connection.operator or "the operator"
    details = {
        "tenant": "the home tenant",
        "tenant_id": connection.home_tenant_id,
        "home": "the home tenant",
        "operator": operator,
        "who": operator,
        "app": connection.client_id,
        "resource": "Microsoft Graph",
        "defender_portal": connection.cloud.portal,
        "consent_url": (
            f"{connection.cloud.login}/{connection.home_tenant_id}/adminconsent?client_id={connection.client_id}"
        ),
        **problem.details,
    }
    message, remedy = CATALOGUE.words(problem, details)
    # The catalogue's remedy is about a row of the tenant list.
    if problem.reason == "access.tenant_not_found":
        remedy = "Correct home_tenant_id, or cloud."
    if method == "device_code" and problem.reason == "sign_in.conditional_access":
        remedy += " Many tenants block the device code flow by policy: sign in with method: browser then."
    return HomeSignInError(f"The sign-in of {operator} failed. {message} {remedy}", Problem(problem.reason, details))
