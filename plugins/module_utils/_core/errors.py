# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exceptions that are raised on purpose. Only the edge of a module turns them into `fail_json`.

MtoError
+-- OptionError           an option is missing or wrong
+-- MissingLibraryError   a Python package is not installed
+-- DeadlineError         the option `deadline` is used up
+-- UnreachableError      no usable HTTP answer came back
+-- ServiceError          a service answered with an error
+-- HomeSignInError       no token for the home tenant, or not the operator's: nothing is known anywhere
+-- SignInError           no token for a tenant
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import clean

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


class MtoError(Exception):
    """Base of every error that we raise on purpose; its text is one sentence for the user.

    A sentence can quote a file or an answer, so it passes the door for foreign text.
    """

    def __init__(self, message: str) -> None:
        super().__init__(clean(message))


class OptionError(MtoError):
    """An option is missing or wrong; the text names it and the way out."""


class MissingLibraryError(MtoError):
    """A Python package that the module needs is not installed."""

    def __init__(self, library: str, traceback: str) -> None:
        super().__init__(f"The Python package {library} is not installed where this module runs.")
        self.library = library
        self.traceback = traceback


class DeadlineError(MtoError):
    """The time given by the option `deadline` is used up."""


class UnreachableError(MtoError):
    """No usable HTTP answer came back: name resolution, proxy, TLS, time-out, cut connection.

    `final` says that the same request would fail the same way again.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class ServiceError(MtoError):
    """A service answered with an error. Carries what a remedy needs."""

    def __init__(self, message: str, *, status: int = 0, request_id: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class HomeSignInError(MtoError):
    """The home tenant gave no token, or not the operator's: nothing is known anywhere. `problem` says why."""

    def __init__(self, message: str, problem: Problem) -> None:
        super().__init__(message)
        self.problem = problem


class SignInError(MtoError):
    """Microsoft Entra gave no token. `problem` is a reason of the catalogue with its details."""

    def __init__(self, message: str, problem: Problem) -> None:
        super().__init__(message)
        self.problem = problem


def described(error: Exception | None) -> str:
    """Return an exception's text for a report: our own words, else its kind, since foreign text can hold a token."""
    return str(error) if isinstance(error, MtoError) else f"an unexpected {type(error).__name__}"
