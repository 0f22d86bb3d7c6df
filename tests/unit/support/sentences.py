# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sentence about a bad option has to be."""

from __future__ import annotations

import contextlib
import re

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


def faults_of(sentence, name):
    """What is wrong with a sentence about an option; nothing if it names it, on one line, with a full stop."""
    checks = {
        "it does not begin with an option": re.match(r"[a-z_]+(?:[.\[][^ ]*)?(?: \(.*\))?: ", sentence),
        "it does not name the option": re.search(rf"(?<!\w){name}(?!\w)", sentence),
        "it has no full stop": sentence.endswith("."),
        "it has more than one line": "\n" not in sentence,
    }
    return [fault for fault, passed in checks.items() if not passed]


@contextlib.contextmanager
def sentences_about(name):
    """Let only an OptionError about this option through."""
    try:
        yield
    except OptionError as error:
        faults = faults_of(str(error), name)
        if faults:
            raise AssertionError(f"{faults}: {error}") from error
        raise
