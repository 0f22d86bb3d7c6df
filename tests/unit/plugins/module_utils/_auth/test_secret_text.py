# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be a secret, and what has to be refused before it is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import is_token, secret_of, token_of
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


@pytest.mark.parametrize("value", ["abc8Q~secret.value_-", "old[secret]:?=@+/", '"begins-with-a-quote'])
@pytest.mark.parametrize("around", ["{}", "{}\n", "{}\r\n", " {}\t"])
def test_secret_without_white_space_around_it(value, around):
    assert secret_of("client_secret", around.format(value)) == value


@pytest.mark.parametrize("value", ["", "a-word", "two words", "first-line\nsecond", "caf\u00e9-secret", "********"])
def test_what_is_no_secret_is_refused_without_being_repeated(value):
    with pytest.raises(OptionError, match=r"^client_secret: the value ") as caught:
        secret_of("client_secret", value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize("value", ['"a-secret"', "'a-secret'", ' "a-secret"\n'])
def test_quotes_around_a_secret_are_refused(value):
    with pytest.raises(OptionError, match=r"^client_secret: the value is in quotes; pass it without them\.$"):
        secret_of("client_secret", value)
    assert secret_of("client_secret", "a'secret'") == "a'secret'"


@pytest.mark.parametrize("value", ['{"token":"0.A"}', "0.A-token,", "<0.A-token>"])
def test_what_surrounds_a_token_is_refused(value):
    assert secret_of("refresh_token", value) == value
    with pytest.raises(OptionError, match="cannot contain"):
        token_of("refresh_token", value)


@given(st.text())
def test_what_passes_is_one_line_of_ascii(text):
    try:
        secret = secret_of("client_secret", text)
    except OptionError:
        return
    assert secret.isascii()
    assert not any(character.isspace() for character in secret)
    assert len(secret) >= 8
    assert is_token(secret) == (not set(secret) & set("\"'`{}<>[]\\,;"))
