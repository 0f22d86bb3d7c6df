# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell each channel what it does not know yet, and keep what it has been told."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.change import change_for, known_before
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.messages import message_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.memory import Memory
    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.messages import Message
    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import Route

    # Returns why a channel did not take a message, an empty text if it did.
    Send = Callable[[Message], str]

_NOTHING: t.Final = "Every channel knows what the report says: no message was sent."


def notify_step(report: Report, routes: Iterable[Route], memory: Memory, send: Send | None) -> dict[str, object]:
    """Return the result of the action. Without `send`, nothing is sent or kept. Raises OptionError."""
    messages, problems, lines = [], [], []
    for route in routes:
        # One channel may learn of several operators, each of whom has a report.
        key = f"{report.run.home_tenant_id} {report.run.operator} {route.key}".lower()
        before = memory.told(key) or known_before(report)
        change = change_for(route, report, before)
        message = message_of(change, route)
        problem = send(message) if send and message else ""
        if send:
            memory.remember(key, before if problem else change.told)
        if message:
            messages.append(message.as_dict())
            lines.append(f"{'Sent' if send and not problem else 'Not sent'} to {route.channel}: {message.subject}.")
        problems += [_sentence(route, problem)] if problem else []
    return {
        "changed": send is not None and len(messages) > len(problems),
        "messages": messages,
        "lines": lines or [_NOTHING],
        "failure": " ".join(problems),
    }


def _sentence(route: Route, problem: str) -> str:
    entry = f"{option_name('notify')}[{route.index}]"
    again = "run m365.defender.notify again: it sends only what was not taken."
    if route.channel == "mail":
        return f"{entry}: the mail was not sent ({problem}); check {option_name('smtp')}, and {again}"
    return f"{entry}.url: the webhook of {route.channel} did not take the message ({problem}); check it, and {again}"
