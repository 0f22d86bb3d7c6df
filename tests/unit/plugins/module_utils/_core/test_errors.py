# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be reported of an exception."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    MissingLibraryError,
    MtoError,
    OptionError,
    ServiceError,
    SignInError,
    UnreachableError,
    described,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


@pytest.mark.parametrize(
    "error",
    [
        MtoError("no"),
        OptionError("no"),
        DeadlineError("no"),
        UnreachableError("no"),
        ServiceError("no", status=500, request_id="r"),
        HomeSignInError("no", Problem("read.failed")),
        SignInError("no", Problem("read.failed")),
    ],
)
def test_our_own_words_are_reported(error):
    assert isinstance(error, MtoError)
    assert described(error) == "no"


def test_foreign_words_are_not_reported():
    assert described(ValueError("Bearer secret")) == "an unexpected ValueError"
    assert described(None) == "an unexpected NoneType"


def test_missing_library_is_named():
    assert "msal" in described(MissingLibraryError("msal", "traceback"))


@pytest.mark.parametrize("kind", [MtoError, OptionError, ServiceError])
def test_sentence_can_always_be_encoded(kind):
    assert str(kind("It quotes \ud83d and \x1b[31m.")) == "It quotes \ufffd and ."
