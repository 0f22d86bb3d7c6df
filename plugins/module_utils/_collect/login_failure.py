# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to say where the sign-in of a person fails, in the catalogue's words."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


@contextlib.contextmanager
def login_failures_worded(connection: Connection, method: str) -> Iterator[None]:
    """Raise HomeSignInError, with a sentence and its remedy, for a SignInError of the sign-in of a person."""
    try:
        yield
    except SignInError as error:
        raise _failure(connection, error.problem, method) from None


def _failure(connection: Connection, problem: Problem, method: str) -> HomeSignInError:
    operator = connection.operator or "the operator"
    login, home = connection.cloud.login, connection.home_tenant_id
    problem = SentenceContext(
        tenant="the home tenant",
        tenant_id=home,
        home="the home tenant",
        operator=operator,
        who=operator,
        app=connection.client_id,
        resource="Microsoft Graph",
        defender_portal=connection.cloud.portal,
        consent_url=f"{login}/{home}/adminconsent?client_id={connection.client_id}",
    ).complete(problem)
    message, remedy = CATALOGUE.words(problem)
    # The catalogue's remedy for this reason is about a row of the tenant list.
    if problem.reason == "access.tenant_not_found":
        remedy = f"Correct {option_name('home_tenant_id')} or {option_name('cloud')}."
    if method == "device_code" and problem.reason == "sign_in.conditional_access":
        remedy += " Many tenants block the device code flow by policy; in that case sign in with the browser instead."
    return HomeSignInError(f"The sign-in of {operator} failed. {message} {remedy}", problem)
