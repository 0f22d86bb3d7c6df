# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_notification): what has changed in a report becomes messages."""

from __future__ import annotations

import typing as t

from ansible.plugins.loader import module_loader

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.option_names import option_name
from ansible_collections.m365.defender.plugins.module_utils._options.values import parse_guid
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction
from ansible_collections.m365.defender.plugins.plugin_utils._notify.change import read_change
from ansible_collections.m365.defender.plugins.plugin_utils._notify.messages import messages_of
from ansible_collections.m365.defender.plugins.plugin_utils._notify.options import SPEC, parse_routes

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_MAIL: t.Final = "community.general.mail"


class ActionModule(ControllerAction):
    """See the documentation of the module of the same name."""

    spec = SPEC

    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, t.Any]) -> dict[str, object]:
        """See ControllerAction."""
        entries = options["notify"]
        if not (options["report_file"] or options["report_dir"]):
            name = option_name("report_dir")
            raise OptionError(f"{name}: missing; name the directory with the report.json that drift has written.")
        named = {group for entry in entries for group in (entry.get("only") or {}).get("group") or ()}
        routes = parse_routes(entries, {name: self._tenants(name, variables) for name in named})
        for route in routes:
            if route.channel == "mail" and not module_loader.find_plugin(_MAIL):
                raise OptionError(
                    f"{option_name('notify')}[{route.index}]: the module {_MAIL}, which sends mails, is not installed;"
                    " install it: ansible-galaxy collection install community.general."
                )
        path = options["report_file"] or f"{options['report_dir']}/report.json"
        messages = messages_of(read_change(option_name("report_file"), path), routes)
        return {"changed": False, "messages": [message.as_dict() for message in messages]}

    def _tenants(self, group: str, variables: Mapping[str, t.Any]) -> list[str]:
        """Return the IDs of the tenants that are hosts of a group."""
        hosts = (variables["hostvars"][name] for name in variables["groups"].get(group, ()))
        ids = (self._templar.template(host["mto_tenant_id"]) for host in hosts if "mto_tenant_id" in host)
        return [tenant_id for value in ids if (tenant_id := parse_guid(value))]
