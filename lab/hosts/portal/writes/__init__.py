# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the lab's settings page writes, in many shapes. All are the lab's own invention: Microsoft's is not public.

Each shape is as strict as a portal could be: what its page does not send is refused.
"""

from __future__ import annotations

import typing as t

from lab.hosts.portal.writes import differences, echoes, full_lists, one_by_one, owned, queries

if t.TYPE_CHECKING:
    from lab.hosts.portal.writes.shape import Shape
    from lab.worlds.portal import WriteShape

SHAPES: t.Final[dict[WriteShape, Shape]] = {
    "commas": queries.COMMAS,
    "difference": differences.DIFFERENCE,
    "echo": echoes.ECHO,
    "envelope": owned.ENVELOPE,
    "etag_header": full_lists.ETAG_HEADER,
    "flags": echoes.FLAGS,
    "group_in_path": owned.GROUP_IN_PATH,
    "json_patch": differences.JSON_PATCH,
    "keys": differences.KEYS,
    "one_toggle": one_by_one.ONE_TOGGLE,
    "per_tenant": one_by_one.PER_TENANT,
    "plain": full_lists.PLAIN,
    "query": queries.QUERY,
    "replace": full_lists.REPLACE,
    "user_in_path": owned.USER_IN_PATH,
    "whole_picker": echoes.WHOLE_PICKER,
}
