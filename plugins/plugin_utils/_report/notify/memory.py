# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file beside a report that says what each channel has been told. It has no address of a channel."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.change import Told

if t.TYPE_CHECKING:
    import pathlib

FILE_NAME: t.Final = "notified.json"
_FORMAT: t.Final = 1
_WAY_OUT: t.Final = "remove it, so that channels are told what the last run has found."
# Channels that nobody has used for so long have other addresses by now.
_MOST_CHANNELS: t.Final = 50


class Memory:
    """What each channel has been told, by the key of its route. Raises OptionError."""

    def __init__(self, option: str, directory: pathlib.Path) -> None:
        self._option = option
        self._path = directory / FILE_NAME
        self._channels = self._read() if self._path.exists() else {}

    def told(self, key: str) -> Told | None:
        """Return what a channel has been told, None for one that is new."""
        return self._channels.get(key)

    def remember(self, key: str, told: Told) -> None:
        """Write down what a channel has been told."""
        others = [(name, own) for name, own in self._channels.items() if name != key]
        self._channels = dict([*others, (key, told)][-_MOST_CHANNELS:])
        findings = {finding.id: finding for own in self._channels.values() for finding in own.findings.values()}
        body = {
            "format": _FORMAT,
            "findings": [finding.as_dict() for finding in findings.values()],
            "channels": {
                name: {"findings": [*own.findings], "ends": dict(own.ends)} for name, own in self._channels.items()
            },
        }
        write_file(self._option, str(self._path), f"{json.dumps(body)}\n", 0o600)

    def _read(self) -> dict[str, Told]:
        body = read_user_json(self._option, self._path, _WAY_OUT)
        try:
            fields = Fields(body, "")
            if fields.number("format") != _FORMAT:
                raise OptionError("format must be 1.")
            findings = {row.text("id"): Finding.from_fields(row) for row in fields.rows("findings")}
            return {key: _told(row, findings) for key, row in fields.by_name("channels").items()}
        except (OptionError, KeyError) as error:
            raise OptionError(f"{self._option}: {self._path} is not what notify has written; {_WAY_OUT}") from error


def _told(fields: Fields, findings: t.Mapping[str, Finding]) -> Told:
    ends = fields.row("ends")
    return Told(
        {finding_id: findings[finding_id] for finding_id in fields.texts("findings")},
        {end: ends.number(end) for end in ends.raw},
    )
