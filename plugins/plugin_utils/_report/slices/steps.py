# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the role that write a part and read all parts."""

from __future__ import annotations

import contextlib
import json
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, parse_checks
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import (
    parse_tenants,
    shared_tenants_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import DAY, parse_duration
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import writable_directory
from ansible_collections.m365.defender.plugins.plugin_utils._report.results import Names, read_results
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.merge import Wanted, merge_parts
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import (
    PATTERN,
    file_name,
    part_body,
    read_part,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec
    from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import Part

_RUN: t.Final = {
    "type": "dict",
    "required": True,
    "options": {
        "home_tenant_id": {"type": "str", "required": True},
        "cloud": {"type": "str", "required": True},
        "operator": {"type": "str"},
        "run_id": {"type": "str", "default": ""},
        "slice_number": {"type": "int", "default": 0},
        "slice_count": {"type": "int", "default": 0},
    },
}
_SHARED: t.Final[Spec] = {
    "tenants": {**shared_tenants_spec()["tenants"], "required": True},
    "parts_dir": {"type": "path", "required": True},
    "run": _RUN,
}
SAVE_SPEC: t.Final[Spec] = {"assessment": {"type": "str", "required": True}, **_SHARED}
# A day's run must not use a part of the day before; a slice that failed at night can be run again in the morning.
MAX_AGE: t.Final = "12h"
MERGE_SPEC: t.Final[Spec] = {
    **_SHARED,
    "max_age": {"type": "str", "default": MAX_AGE},
    "return_evidence": {"type": "bool", "default": False},
    "checks": {"type": "list", "elements": "str", "choices": list(CHECKS), "default": list(CHECKS)},
}


def parse_max_age(value: object) -> float:
    """Return the seconds after which a part may not be used any more. Raise OptionError."""
    return parse_duration("parts_max_age", value, DAY / 2, most=30 * DAY)


def save_part(options: Mapping[str, t.Any], variables: Mapping[str, t.Any]) -> dict[str, object]:
    """Write the part of a slice, and return the result of the action. Raise OptionError."""
    name = options["assessment"]
    # What a report could not be made of is refused now, while the slice can be run again.
    read_results(Names(name, name), variables)
    directory = writable_directory(option_name("parts_dir"), options["parts_dir"])
    tenant_ids = [tenant.tenant_id for tenant in parse_tenants(options["tenants"], "")]
    path = f"{directory}/{file_name(options['run'], tenant_ids)}"
    body = part_body(options["run"], options["tenants"], variables[name])
    write_file(option_name("parts_dir"), path, json.dumps(body, sort_keys=True) + "\n", 0o600)
    return {"changed": False, "path": path}


def merge_directory(options: Mapping[str, t.Any]) -> dict[str, object]:
    """Merge the parts of a directory, and return the result of the action. Raise OptionError."""
    directory = pathlib.Path(writable_directory(option_name("parts_dir"), options["parts_dir"]))
    parts: list[Part] = []
    damaged: list[str] = []
    for path in sorted(directory.glob(PATTERN)):
        try:
            parts.append(read_part(path))
        except OptionError as error:
            damaged.append(str(error))
    run = options["run"]
    wanted = Wanted(
        home_tenant_id=run["home_tenant_id"],
        cloud=run["cloud"],
        operator=run["operator"] or "",
        run_id=run["run_id"],
        checks=parse_checks(options["checks"]),
        tenants=parse_tenants(options["tenants"], run["home_tenant_id"]),
        now=utc_now(),
        max_age=parse_max_age(options["max_age"]),
        with_evidence=options["return_evidence"],
    )
    merged = merge_parts(wanted, parts, damaged)
    for part in merged.superseded:
        # Another merge may have been faster, and what stays does no harm.
        with contextlib.suppress(OSError):
            part.path.unlink()
    return {"changed": False, **merged.assessment, "messages": [*merged.messages]}
