# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each module is run, and what its result claims about each tenant."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import logging
import threading
import time
import traceback
import typing as t

from ansible.module_utils.common import warnings as ansible_warnings
from ansible.module_utils.testing import patch_module_args

from ansible_collections.m365.defender.plugins.modules import (
    mto_gdap_customer_info,
    mto_requirement_facts,
    mto_tenant,
    mto_tenant_access,
    mto_tenant_info,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from storm.proxy import Stage
    from storm.wire import Json

Options: t.TypeAlias = "dict[str, Json]"
# By check: status and reason.
Verdicts: t.TypeAlias = "dict[str, tuple[str, str]]"
_APP: t.Final = ("client_secret",)
_OPERATOR: t.Final = ("refresh_token",)
_PORTAL: t.Final = ("portal_cookies_file",)
_AS_STATUS: t.Final = {True: "met", False: "unmet", None: "unknown"}


@dataclasses.dataclass(frozen=True, slots=True)
class Claims:
    """What a result says. `ready` holds the tenants of which it says that all is in order."""

    order: tuple[str, ...]
    verdicts: dict[str, Verdicts]
    ready: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Mode:
    """One module with the identities that it is given. `complete`: it owes a row to each declared tenant."""

    main: Callable[[], None]
    identities: tuple[str, ...]
    claims: Callable[[Json], Claims]
    tenants: bool = True
    complete: bool = True
    operator: bool = True


def _verdict(row: Json) -> tuple[str, str]:
    return str(row["status"]), str(row["reason"])


def _facts(result: Json) -> Claims:
    rows = result["ansible_facts"]["mto_requirements"]
    verdicts = {
        tenant: {check: _verdict(row) for check, row in row["requirements"].items()} for tenant, row in rows.items()
    }
    return Claims(tuple(rows), verdicts, frozenset(tenant for tenant, row in rows.items() if row["ready"]))


def _access(result: Json) -> Claims:
    rows = result["tenants"]
    verdicts = {
        row["tenant_id"]: {check: _verdict(row[check]) for check in ("listed", "sign_in", "defender")} for row in rows
    }
    ready = frozenset(row["tenant_id"] for row in rows if row["status"] == "verified")
    return Claims(tuple(row["tenant_id"] for row in rows), verdicts, ready)


def _view(result: Json) -> Claims:
    rows = result["tenants"]
    verdicts = {row["tenant_id"]: {"registration": _verdict(row["registration"])} for row in rows}
    # What would be removed, and what was.
    for name in ("pending_remove", "removed", "added"):
        for tenant in result.get(name) or ():
            verdicts.setdefault(tenant, {})[name] = ("met", name)
    ready = frozenset(row["tenant_id"] for row in rows if row["registered"])
    return Claims(tuple(row["tenant_id"] for row in rows), verdicts, ready)


def _info(result: Json) -> Claims:
    rows = result["tenants"]
    verdicts = {
        row["tenant_id"]: {
            "registered": (_AS_STATUS[row["registered"]], ""),
            "offered": (_AS_STATUS[row["offered"]], ""),
        }
        for row in rows
    }
    return Claims((), verdicts, frozenset(row["tenant_id"] for row in rows if row["registered"]))


def _customers(result: Json) -> Claims:
    rows = result.get("customers", ())
    verdicts = {
        row["tenant_id"]: {
            "gdap": (_AS_STATUS[row["gdap_in_force"]], ""),
            "consented": (_AS_STATUS[row["consented"]], ""),
        }
        for row in rows
    }
    return Claims((), verdicts, frozenset())


MODES: t.Final[dict[str, Mode]] = {
    "facts": Mode(mto_requirement_facts.main, _APP + _OPERATOR, _facts),
    "facts-app": Mode(mto_requirement_facts.main, _APP, _facts),
    "access": Mode(mto_tenant_access.main, _APP + _OPERATOR, _access),
    "view": Mode(mto_tenant.main, _PORTAL, _view),
    "info": Mode(mto_tenant_info.main, _PORTAL, _info, tenants=False, complete=False),
    "customers": Mode(mto_gdap_customer_info.main, _APP, _customers, tenants=False, complete=False, operator=False),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of a module ended. `error` is what went wrong with the module itself, empty for a good end."""

    text: str
    result: Json
    error: str
    seconds: float
    cpu: float


def options_of(
    mode: Mode, lab: Mapping[str, Json], stage: Stage, ca_path: str, tenants: Sequence[Json], limits: Options
) -> Options:
    """Return the options of a task."""
    names = ("home_tenant_id", *(("operator",) if mode.operator else ()), *mode.identities)
    if mode.identities != _PORTAL:
        names += ("client_id",)
    given: Options = {name: lab[name] for name in names}
    given |= {"endpoints": dict(stage.endpoints), "ca_path": ca_path, **limits}
    return {**given, "tenants": list(tenants)} if mode.tenants else given


def run(mode: Mode, options: Options) -> Outcome:
    """Run a module in this process, as Ansible runs it in one of its own."""
    told = io.StringIO()
    started, cpu = time.monotonic(), time.process_time()
    with _recorded() as noise, contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        error = _error_of(mode, options)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    text = told.getvalue()
    start = text.find("\n{")
    try:
        result = json.loads(text[start:] if start >= 0 else text)
    except ValueError:
        result, error = None, error or f"the module gave no JSON: {text[:200]}"
    if not error and not _encodable(result):
        error = "UnencodableResult: a text of the result is no Unicode, and Ansible refuses it"
    return Outcome("\n".join((text, *noise)), result, error or "; ".join(_exceptions_of(noise)), seconds, cpu)


def _error_of(mode: Mode, options: Options) -> str:
    # Warnings are kept for the process, which is the module's own elsewhere.
    ansible_warnings._global_warnings.clear()
    with patch_module_args(options):
        try:
            mode.main()
        except SystemExit:
            return ""
        except BaseException as error:  # noqa: BLE001  (that none comes out is what is tested)
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-4:]]
            return f"{type(error).__name__}: {str(error)[:160]} ({' > '.join(places)})"
    return "the module did not end with a result"


def _encodable(value: Json) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


_THREAD: t.Final = "Exception in thread: "


def _exceptions_of(noise: Sequence[str]) -> list[str]:
    return [line for line in noise if line.startswith(_THREAD)]


@contextlib.contextmanager
def _recorded() -> Iterator[list[str]]:
    """Collect what is logged, and exceptions of threads, while the body runs."""
    noise: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: noise.append(record.getMessage())  # type: ignore[method-assign]
    before = threading.excepthook
    threading.excepthook = lambda given: noise.append(f"{_THREAD}{given.exc_type.__name__}: {given.exc_value}")
    logging.getLogger().addHandler(handler)
    try:
        yield noise
    finally:
        logging.getLogger().removeHandler(handler)
        threading.excepthook = before
