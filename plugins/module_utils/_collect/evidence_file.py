# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options about saved evidence: the file, the time to judge at, and the tenants to judge."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, Spec
    from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import TenantRow


def evidence_spec() -> Spec:
    """Return the options of the doc fragment `m365.defender._evidence`."""
    return {
        "return_evidence": {"type": "bool", "default": False},
        "from_evidence": {"type": "path"},
        "judged_at": {"type": "str"},
    }


def evidence_constraints() -> Constraints:
    """Return what Ansible can check of a module that judges tenants or saved evidence."""
    return {"required_one_of": [("tenants", "from_evidence")], "required_by": {"judged_at": ("from_evidence",)}}


@dataclasses.dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """`body` is the parsed file, unchecked; `tenants` are those to judge, all if there are none."""

    body: object
    tenants: list[Tenant]
    now: dt.datetime | None


def evidence_options(
    from_evidence: str, tenants: Sequence[TenantRow] | None = None, judged_at: str | None = None
) -> EvidenceOptions:
    """Read what the options name. Raise OptionError."""
    body = read_user_json("from_evidence", from_evidence, "name a file that was saved as evidence.")
    return EvidenceOptions(body, parse_tenants(tenants or (), ""), _judging_time(judged_at))


def _judging_time(text: str | None) -> dt.datetime | None:
    time = parse_time(text)
    if text and time is None:
        raise OptionError(f"judged_at: '{text}' is not a valid time; write it as 2026-11-25T12:00:00Z.")
    return time
