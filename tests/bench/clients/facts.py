# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and judge the requirements in this process, as the action does. With `record`, save every request there."""

from __future__ import annotations

import json
import pathlib
import sys
import threading
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import requirement_facts
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import declared_tenants
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response


def main() -> int:
    """Run, and print how many tenants are ready."""
    options = json.load(sys.stdin)
    recorded = _record() if "record" in options else None
    connection = resolve_connection(options, {})
    tenants = declared_tenants(options["tenants"], connection.home_tenant_id)
    rows = requirement_facts(Session(connection), tenants).assessment.rows
    if recorded is not None:
        pathlib.Path(options["record"]).write_text(json.dumps(list(recorded.values())), encoding="utf-8")
    print(json.dumps({"ready": sum(row.ready for row in rows)}))
    return 0


def _record() -> dict[str, list[dict[str, t.Any]]]:
    """Return a dictionary that fills with the requests of each tenant, in their order."""
    recorded: dict[str, list[dict[str, t.Any]]] = {}
    send, lock = Http.send, threading.Lock()

    def spy(self: Http, method: str, url: str, **options: t.Any) -> Response:
        token, body = options.get("token"), options.get("body")
        tenant = token.tenant_id if token else url.split("/")[3]
        plain = dict(body) if isinstance(body, dict) else body
        with lock:
            recorded.setdefault(tenant, []).append(
                {"method": method, "url": url, "body": plain, "headers": dict(options.get("headers") or {})}
            )
        return send(self, method, url, **options)

    Http.send = spy  # type: ignore[method-assign]
    return recorded


if __name__ == "__main__":
    sys.exit(main())
