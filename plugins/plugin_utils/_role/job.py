# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a job of AWX or Automation Controller can know about the part of the inventory that it is given. Pure.

A sliced job template starts a workflow of its own name, whose jobs get every n-th host. AWX tells a job neither that it
is a slice nor which one, and a relaunched slice is in no workflow any more. Source: `awx_meta_vars` and
`create_unified_job` in awx/main/models of AWX 24.6 [community].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import quoted

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    Variables = Mapping[str, object]

# The newer name first. Later versions of Automation Controller may set the other one only.
_PREFIXES: t.Final = ("awx_", "tower_")


def workflow_of(variables: Variables) -> str:
    """Return the id of the workflow that the job is in, which all slices share; empty if it is in none."""
    return _told(variables, "workflow_job_id")


def slice_of(variables: Variables) -> tuple[int, int]:
    """Return the number of the slice and how many there are, zeros where nobody says it. Raise OptionError."""
    number, count = _told(variables, "job_slice_number"), _told(variables, "job_slice_count")
    if not is_told_to_be_a_slice(variables):
        return 0, 0
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise OptionError(
            f"awx_job_slice_number: {quoted(number)} is not the number of a slice, of which awx_job_slice_count says"
            f" that there are {quoted(count)}; give whole numbers, the first slice being 1."
        )
    return int(number), int(count)


def is_told_to_be_a_slice(variables: Variables) -> bool:
    """Return whether a variable says that the inventory is cut."""
    return _told(variables, "job_slice_count") not in ("", "0", "1")


def may_be_a_slice(variables: Variables) -> bool:
    """Return whether the inventory may be cut without anybody saying so."""
    template = _told(variables, "job_template_name")
    of_template = template != "" and template == _told(variables, "workflow_job_name")
    return is_told_to_be_a_slice(variables) or of_template or _told(variables, "job_launch_type") == "relaunch"


def _told(variables: Variables, name: str) -> str:
    value = next((variables[prefix + name] for prefix in _PREFIXES if prefix + name in variables), None)
    return "" if value is None else str(value).strip()
