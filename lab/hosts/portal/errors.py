# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The refusals of the portal."""

from __future__ import annotations

import typing as t


class PortalError(Exception):
    """A refusal."""

    def __init__(self, status: int, message: str, headers: t.Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
