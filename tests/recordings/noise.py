# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else a browser sends: static files, other reads, reads by POST, telemetry."""

from __future__ import annotations

import typing as t

from recordings.portal import guid
from recordings.session import HOST

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from recordings.session import Session, SettingsPage

_STATIC: t.Final = (
    ("https://res.cdn.office.example/mto/main.4f1c.js", "application/javascript", "(()=>{})();"),
    ("https://res.cdn.office.example/mto/main.4f1c.css", "text/css", "body{margin:0}"),
    (f"{HOST}/favicon.ico", "image/x-icon", "AAABAAEAEBA="),
)
_READS: t.Final = (
    "recentItems",
    "assignments",
    "mtp/rbacManagementApi/rbac/machine_groups",
    "cdssecuritycopilot/trial",
)
_OTHER: t.Final = "https://browser.events.data.microsoft.example/OneCollector/1.0/"


class Noise:
    """Sends what has nothing to do with the view, some of it with the ids of tenants."""

    def __init__(self, session: Session, page: SettingsPage) -> None:
        self._session = session
        self._page = page

    def some(self) -> None:
        """Send a few requests of any kind."""
        for _number in range(self._session.rng.randrange(4)):
            self._session.rng.choice((self.static, self.read, self.post_read, self.telemetry))()

    def static(self) -> None:
        """Load a file."""
        url, kind, text = self._session.rng.choice(_STATIC)
        self._session.add("GET", url, answer=text, answer_type=kind)

    def read(self) -> None:
        """Ask for something else."""
        rng = self._session.rng
        path = rng.choice((*_READS, f"tenants/{rng.choice([*self._page.portal.offered])}/workloadStatus"))
        self._session.add(
            "GET", f"{HOST}/apiproxy/mtoapi/{path}", headers=[("mtoproxyurl", "MTO")], answer={"value": []}
        )

    def post_read(self) -> None:
        """Ask by POST, for the tenants that the page shows or for none."""
        rng = self._session.rng
        shown = [row["tenantId"] for row in self._page.state["effective"]["exposedTargetTenantsInfo"]]
        path, body = rng.choice(
            (
                ("mdi/identity/userapiservice/count", {"filters": {}, "pageSize": 20}),
                (
                    "mtp/huntingService/queryExecutor?useFanOut=true",
                    {"QueryText": "DeviceInfo | take 1", "MaxRecordCount": 1},
                ),
                ("mtp/incidents/summary", {"targetTenantIds": shown, "lookBackInDays": 30}),
            )
        )
        context = [("mtoproxyurl", "MTO"), ("mto-context", '{"targetTenantIds":["' + '","'.join(shown) + '"]}')]
        self._session.add(
            "POST",
            f"{HOST}/apiproxy/mtoapi/{path}",
            body,
            headers=context,
            answer={"result": [], "isMtoResponse": True},
        )

    def telemetry(self, ids: Sequence[str] = (), action: str = "pageView") -> None:
        """Report what the person did, to another host or to the portal's own."""
        rng = self._session.rng
        seen = list(ids) or rng.sample([*self._page.portal.offered], rng.randrange(3))
        event = {
            "name": f"mto.{action}",
            "time": f"2026-11-28T02:{rng.randrange(60):02d}:{rng.randrange(60):02d}.123Z",
            "id": guid(rng),
            "data": {"tenantIds": seen, "durationMs": rng.randrange(9000)}
            if rng.random() < 0.6
            else {"durationMs": 12},
        }
        url = rng.choice((_OTHER, f"{HOST}/apiproxy/telemetry/events", f"{HOST}/apiproxy/mtoapi/telemetry"))
        self._session.add("POST", url, [event], answer={"acc": 1})
