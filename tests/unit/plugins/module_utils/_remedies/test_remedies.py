# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the app that writes lacks is told with the names of its own options."""

from __future__ import annotations

import re

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import named_with
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedies import _of_the_writer

URL = "https://login.example/x/adminconsent?client_id=11111111-0000-4000-8000-000000000001"
SIGN_INS = [reason for reason in CATALOGUE.reasons if reason.startswith(("sign_in.", "consent."))]


@pytest.mark.parametrize("prefix", ["", "mto_"])
@pytest.mark.parametrize("reason", SIGN_INS)
def test_no_option_of_the_app_that_reads_is_named(reason, prefix):
    with named_with(prefix):
        words = CATALOGUE.words(Problem(reason, {"consent_url": URL}))
    text = " ".join(map(_of_the_writer, words))
    assert not re.search(
        r"(?<!writer_)(?<!WRITER_)(client_id(?!=)|client_secret|client_certificate|CLIENT_SECRET)", text
    )
    assert "your app" not in text.lower()
    assert "writer_id=" not in text.replace("?client_id=", "")
