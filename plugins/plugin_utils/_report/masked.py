# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results in which Ansible has masked a secret: what is left of them would be a wrong report. Pure.

Ansible replaces every secret of a task wherever it occurs in the result: a certificate password `met` turns all
verdicts that are met into asterisks.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

# What Ansible puts in the place of a part of a text, and of a whole value.
_MASKS: t.Final = ("********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")
# Fields that hold words of ours and of Microsoft. Names and sentences are left out: anybody may write asterisks there.
_FIELDS: t.Final = frozenset(
    "tenant_id home_tenant_id operator cloud generated_at read_at status severity reason first_broken caused_by check"
    " checks method what identity at provenance doc_url ends days_left".split()
)


def require_unmasked(option: str, results: object) -> None:
    """Raise OptionError where a field of the results is masked."""
    if isinstance(results, Mapping):
        for field, value in results.items():
            if field in _FIELDS:
                _require_field(option, field, value)
            # The data of evidence is foreign, and no report is made from it.
            if field != "data" and not isinstance(value, str):
                require_unmasked(option, value)
    elif isinstance(results, list | tuple):
        for result in results:
            require_unmasked(option, result)


def _require_field(option: str, field: str, value: object) -> None:
    values = value if isinstance(value, list | tuple) else [value]
    masked = (text for text in values if isinstance(text, str) and any(mask in text for mask in _MASKS))
    if next(masked, None) is not None:
        raise OptionError(
            f"{option}: Ansible has masked {field}, because a secret of this run is a common word that is part of it."
            " Ansible administrator of the home tenant: replace that secret (such as the app's client secret or the"
            " password of its certificate) by a long random one, and run again."
        )
