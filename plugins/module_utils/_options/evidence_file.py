# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options about saved evidence: the file, the time to judge at, and the tenants out of it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.module_utils._options.connection import parse_tenants

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant


@dataclasses.dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """`body` is what the file holds, not yet looked at; `tenants` are those to judge, all where there are none."""

    body: t.Any
    tenants: list[Tenant]
    now: dt.datetime | None


def evidence_options(params: Mapping[str, t.Any]) -> EvidenceOptions:
    """Read what the options name. Raises OptionError."""
    body = _read(pathlib.Path(params["from_evidence"]))
    tenants = parse_tenants(params["tenants"] or (), "")
    return EvidenceOptions(body, tenants, _time(params["judged_at"]))


def _read(path: pathlib.Path) -> t.Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"from_evidence: {path} cannot be read ({error.strerror}); name a saved file.") from error
    except (ValueError, RecursionError) as error:
        raise OptionError(f"from_evidence: {path} holds no JSON; name a file that was saved as evidence.") from error


def _time(text: str | None) -> dt.datetime | None:
    now = parse_time(text)
    if text and now is None:
        raise OptionError(f"judged_at: '{text}' is no time; write it like 2026-11-25T12:00:00Z.")
    return now
