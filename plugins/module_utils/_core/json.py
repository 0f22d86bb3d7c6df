# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names for JSON that comes in from outside."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

Json: t.TypeAlias = t.Any  # A decoded JSON value whose form is not known yet.
JsonObject: t.TypeAlias = Mapping[str, Json]
