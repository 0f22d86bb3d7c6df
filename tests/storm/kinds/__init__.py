# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All kinds of fault, by name."""

from __future__ import annotations

import typing as t

from storm.kinds import batches, bodies, echoes, framing, links, statuses, tokens, transport, trees

if t.TYPE_CHECKING:
    from storm.proxy import Kind

_MODULES: t.Final = (statuses, bodies, trees, batches, echoes, links, framing, transport, tokens)
KINDS: t.Final[dict[str, Kind]] = {kind.name: kind for module in _MODULES for kind in module.KINDS}
