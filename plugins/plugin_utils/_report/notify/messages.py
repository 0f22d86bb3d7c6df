# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change as a message to a channel. Pure.

Names are foreign. They are put where no service looks for markup: a run of text in a card of Teams, plain text in Slack
and in a mail. Nothing in a message is a link.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import TenantExpiry
    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.change import Change
    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import Route

# Teams takes 28 KB, where a character can be six bytes; Slack takes 50 blocks of 3,000 characters.
_MOST_LINES: t.Final = 10
_MOST_BYTES: t.Final = 6_500
_MOST_CHARACTERS: t.Final = 500
_HEADINGS: t.Final = {"new": "New", "resolved": "Resolved", "expiring": "Ends soon"}


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """A subject, and below each heading its lines."""

    route: Route
    subject: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def as_dict(self) -> dict[str, object]:
        """Return what a play sends: `body` to a webhook, or `subject` and `text` by mail."""
        return {
            "index": self.route.index,
            "to": self.route.channel,
            "mail": list(self.route.mail),
            "subject": self.subject,
            "text": self.text,
            "body": self.body,
        }

    @property
    def body(self) -> dict[str, object] | None:
        """What a webhook is sent, None for a mail."""
        body = _BODIES.get(self.route.channel)
        return body(self) if body else None

    @property
    def text(self) -> str:
        """The message as plain text."""
        return "\n\n".join(
            "\n".join((f"{heading}:", *(f"- {line}" for line in lines))) for heading, lines in self.sections
        )


def message_of(change: Change, route: Route) -> Message | None:
    """Return what a channel is told, None where there is no news for it."""
    kinds = {
        "new": [_line(finding.tenant_name, f"{finding.message} {finding.remedy}") for finding in change.new],
        "resolved": [_line(row.tenant_name, f"no longer found: {row.message}") for row in change.resolved],
        "expiring": [_ends(row) for row in change.expiring],
    }
    counts = ", ".join(f"{len(lines)} {_HEADINGS[kind].lower()}" for kind, lines in kinds.items() if lines)
    sections = tuple((_HEADINGS[kind], tuple(_first(lines))) for kind, lines in kinds.items() if lines)
    return Message(route, f"Defender multitenant management: {counts}", sections) if sections else None


def _first(lines: Sequence[str]) -> Iterable[str]:
    """Yield the lines that a channel takes, and how many there are beside them."""
    sizes = itertools.accumulate(len(json.dumps(line)) for line in lines[:_MOST_LINES])
    fit = sum(1 for size in sizes if size <= _MOST_BYTES)
    yield from lines[:fit]
    if len(lines) > fit:
        yield f"{len(lines) - fit} more are in the report."


def _ends(row: TenantExpiry) -> str:
    what = row.expiry.what.replace("_", " ").replace("gdap", "GDAP")
    return _line(row.tenant_name, f"the {what} '{row.expiry.name}' ends on {row.expiry.ends[:10]}.")


def _line(tenant_name: str, text: str) -> str:
    return shortened(f"{shortened(one_line(tenant_name), 80)}: {one_line(text)}", _MOST_CHARACTERS)


def _card(message: Message) -> dict[str, object]:
    """Return an adaptive card. Unlike a TextBlock, a TextRun has no Markdown."""
    rows = [_runs(message.subject, size="Medium", weight="Bolder")]
    for heading, lines in message.sections:
        rows += [_runs(heading, weight="Bolder"), *map(_runs, lines)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": rows,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _runs(text: str, **style: str) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _blocks(message: Message) -> dict[str, object]:
    """Return the blocks of Slack. `text` is what a notification of a telephone shows."""
    rows = [_plain("header", message.subject)]
    for heading, lines in message.sections:
        rows += [_plain("section", "\n".join(f"• {line}" for line in part)) for part in _parts((f"{heading}:", *lines))]
    return {"text": message.subject, "mrkdwn": False, "blocks": rows}


def _parts(lines: Sequence[str]) -> Iterable[Sequence[str]]:
    """Return five lines at a time: a block takes 3,000 characters."""
    return (lines[start : start + 5] for start in range(0, len(lines), 5))


def _plain(kind: str, text: str) -> dict[str, object]:
    return {"type": kind, "text": {"type": "plain_text", "text": text, "emoji": False}}


_BODIES: t.Final = {"teams": _card, "slack": _blocks}
