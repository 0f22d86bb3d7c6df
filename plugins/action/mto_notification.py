# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_notification): what a channel does not know of a report becomes a message to it."""

from __future__ import annotations

import functools
import pathlib
import typing as t

from ansible.plugins.loader import module_loader

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_guid
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.webhook import post
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import writable_directory
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.memory import Memory
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import SPEC, parse_routes
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.step import notify_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.saved import read_report

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.messages import Message

_MAIL: t.Final = "community.general.mail"
_LONGEST_CAUSE: t.Final = 200


class ActionModule(ControllerAction):
    """See the documentation of the module of the same name."""

    spec = SPEC

    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, t.Any]) -> dict[str, object]:
        """See ControllerAction."""
        entries, where = options["notify"], option_name("report_file" if options["report_file"] else "report_dir")
        if not (options["report_file"] or options["report_dir"]):
            raise OptionError(f"{where}: missing; name the directory with the report.json that drift has written.")
        named = {group for entry in entries for group in (entry.get("only") or {}).get("group") or ()}
        routes = parse_routes(entries, {name: self._tenants(name, variables) for name in named})
        for route in routes:
            if route.channel == "mail" and not module_loader.find_plugin(_MAIL):
                raise OptionError(
                    f"{option_name('notify')}[{route.index}]: the module {_MAIL}, which sends mails, is not installed;"
                    " install it: ansible-galaxy collection install community.general."
                )
        path = pathlib.Path(user_path(options["report_file"] or f"{options['report_dir']}/report.json"))
        report = read_report(option_name("report_file"), str(path))
        sends = options["send"] and not self._task.check_mode
        if sends:
            # What was sent and cannot be kept would be sent again.
            writable_directory(where, str(path.parent))
        send = functools.partial(self._send, options["smtp"] or {}, dict(variables))
        return notify_step(report, routes, Memory(where, path.parent), send if sends else None)

    def _send(self, smtp: Mapping[str, object], variables: dict[str, t.Any], message: Message) -> str:
        """Return why a channel did not take a message, an empty text if it did."""
        if message.route.channel != "mail":
            return post(message.route.url, message.body)
        given = {name: value for name, value in smtp.items() if value}
        mail = {"to": list(message.route.mail), "subject": message.subject, "body": message.text, "charset": "utf-8"}
        result = self._execute_module(module_name=_MAIL, module_args={**given, **mail}, task_vars=variables)
        cause = shortened(one_line(result.get("msg") or "no reason was given"), _LONGEST_CAUSE).rstrip(".")
        return cause if result.get("failed") else ""

    def _tenants(self, group: str, variables: Mapping[str, t.Any]) -> list[str]:
        """Return the IDs of the tenants that are hosts of a group."""
        hosts = (variables["hostvars"][name] for name in variables["groups"].get(group, ()))
        ids = (self._templar.template(host["mto_tenant_id"]) for host in hosts if "mto_tenant_id" in host)
        return [tenant_id for value in ids if (tenant_id := parse_guid(value))]
