# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_preflight); its documentation is in the module of this name."""

from __future__ import annotations

import os
import pathlib
import typing as t
from collections.abc import Iterable, Mapping

from ansible.errors import AnsibleError, AnsibleValueOmittedError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction
from ansible_collections.m365.defender.plugins.plugin_utils._role.job import (
    is_told_to_be_a_slice,
    may_be_a_slice,
    slice_of,
    workflow_of,
)
from ansible_collections.m365.defender.plugins.plugin_utils._role.options import (
    ENTRY_POINTS,
    HOST_VARIABLES,
    PLAYBOOKS,
    PREFIX,
    role_spec,
    unknown_environment,
    unknown_variables,
)
from ansible_collections.m365.defender.plugins.plugin_utils._role.preflight import check_options
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_list import tenant_of_host

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

Variables: t.TypeAlias = Mapping[str, t.Any]

_GROUP: t.Final = "mto_tenants"


class ActionModule(ControllerAction):
    """See the documentation of the module."""

    spec: t.ClassVar = {"entry_point": {"type": "str", "choices": [*ENTRY_POINTS, *PLAYBOOKS], "required": True}}

    def work(self, options: Mapping[str, t.Any], variables: Variables) -> dict[str, object]:
        """See ControllerAction."""
        spec, local = role_spec(options["entry_point"]), self._connection.transport == "local"
        given = self._given(spec, variables)
        self._warn(unknown_environment(os.environ) if local else ())
        try:
            checked = check_options(options["entry_point"], given, local=local)
        except OptionError as error:
            # Without an inventory, a variable may be missing for that reason only.
            if ": missing" not in str(error) or "," in "".join(_sources(variables)) or _files(variables):
                raise
            raise OptionError(f"{error} There is no inventory; name it with -i.") from None
        return {
            "changed": False,
            "tenants": list(checked.tenants),
            "options": dict(checked.options),
            "run": _run_of(options["entry_point"], checked.run, variables),
            "whole_list": _is_whole_list(options["entry_point"], variables),
            "warnings": list(checked.warnings),
        }

    def _warn(self, warnings: Iterable[str]) -> None:
        """Warn at once: what is misspelt may be what fails later."""
        for warning in warnings:
            self._display.warning(warning)

    def _given(self, spec: Spec, variables: Variables) -> dict[str, object]:
        """Return the variables of these options, and warn about those that are unknown. Raise OptionError."""
        hosts = [variables["hostvars"][name] for name in variables["groups"].get(_GROUP, ())]
        self._warn(unknown_variables({*variables, *(name for host in hosts for name in host)}))
        given = {name: self._value(f"{PREFIX}{name}", variables) for name in spec if f"{PREFIX}{name}" in variables}
        if "tenants" in spec and _GROUP in variables["groups"]:
            if given.get("tenants") is not None:
                raise OptionError(
                    "mto_tenants: both the variable and the inventory group of that name are given; keep one of them."
                )
            names = ("inventory_hostname", *HOST_VARIABLES)
            own = ({name: self._value(name, host) for name in names if name in host} for host in hosts)
            given["tenants"] = [tenant_of_host(host) for host in own]
        if "adopt_dir" in spec and not given.get("adopt_dir"):
            given["adopt_dir"] = _beside_inventory(variables)
        return given

    def _value(self, name: str, variables: Variables) -> object:
        """Return the value of a variable, without a template, or None if that omits it. Raise OptionError."""
        try:
            return _plain(self._templar.template(variables[name]))
        except AnsibleValueOmittedError:
            return None
        except AnsibleError as error:
            cause = one_line(error.message).rstrip(".")
            if "decrypt" in cause.lower():
                raise OptionError(
                    f"{name}: the value is encrypted with ansible-vault and cannot be decrypted; give the password of"
                    " the vault, such as with --ask-vault-pass."
                ) from None
            raise OptionError(f"{name}: its template cannot be resolved ({cause}); correct it.") from None


def _plain(value: object) -> object:
    """Return the value with all that it holds: Ansible resolves templates where they are asked for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _beside_inventory(variables: Variables) -> str:
    """Return the directory from which Ansible loads the variables of the inventory."""
    source = next(iter(_files(variables)), pathlib.Path())
    directory = source if source.is_dir() else source.parent
    variables_of_all = directory / "group_vars" / "all"
    return str(variables_of_all if variables_of_all.is_dir() else directory)


def _sources(variables: Variables) -> list[str]:
    return [str(source) for source in variables.get("ansible_inventory_sources", [","])]


def _files(variables: Variables) -> list[pathlib.Path]:
    """Return the sources of the inventory that are files or directories."""
    # A list of many hosts is longer than a name may be, and pathlib raises for it.
    return [pathlib.Path(source) for source in _sources(variables) if os.path.exists(source)]  # noqa: PTH110


def _is_whole_list(entry_point: str, variables: Variables) -> bool:
    """Return whether nothing cuts the list: a slice cuts the inventory; a limit, or a host for each tenant, the play.

    Where a merge is given a part of the list only, the parts of the others show it.
    """
    cut = is_told_to_be_a_slice if entry_point == "merge" else may_be_a_slice
    return (
        "ansible_limit" not in variables
        and not cut(variables)
        and variables["inventory_hostname"] not in variables["groups"].get(_GROUP, ())
    )


def _run_of(entry_point: str, run: Mapping[str, object], variables: Variables) -> dict[str, object]:
    """Return whose run it is, with what AWX says of it."""
    if entry_point != "slice":
        return {**run}
    number, count = slice_of(variables)
    return {
        **run,
        "run_id": run["run_id"] or workflow_of(variables),
        "slice_number": number,
        "slice_count": count,
    }
