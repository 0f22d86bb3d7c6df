# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's page in a browser that records (HAR), in a world with `write_shape: replace`."""

from __future__ import annotations

import datetime as dt
import typing as t

from lab.clients.portal import API, CONTEXT, EFFECTIVE, PICKER, Connection, Page

if t.TYPE_CHECKING:
    import requests

GROUPS: t.Final = f"{API}/tenantGroups"
_BASE: t.Final = "https://mto.security.microsoft.com"


class RecordedPage(Page):
    """A page that writes down what it asks and what is answered, without cookies, as browsers do by default."""

    def __init__(self, lab: Connection) -> None:
        super().__init__(lab)
        self.entries: list[dict[str, t.Any]] = []
        self.renew()

    @property
    def har(self) -> dict[str, t.Any]:
        """Return the recording."""
        return {"log": {"version": "1.2", "creator": {"name": "browser"}, "entries": self.entries}}

    def ask(self, method: str, path: str, body: t.Any = None, **changes: str | None) -> requests.Response:
        """Send a request as the page's script does, and write it down."""
        started = dt.datetime.now(dt.UTC)
        answer = super().ask(method, path, body, **changes)
        sent = answer.request
        headers = [{"name": name, "value": value} for name, value in sent.headers.items() if name != "Cookie"]
        request: dict[str, t.Any] = {"method": method, "url": f"{_BASE}{path}", "headers": headers}
        if body is not None:
            text = sent.body if isinstance(sent.body, str) else (sent.body or b"").decode()
            request["postData"] = {"mimeType": "application/json", "text": text}
        self.entries.append(
            {
                "startedDateTime": started.isoformat(),
                "time": (dt.datetime.now(dt.UTC) - started).total_seconds() * 1000,
                "request": request,
                "response": {
                    "status": answer.status_code,
                    "headers": [],
                    "content": {"mimeType": "application/json", "text": answer.text},
                },
            }
        )
        return answer

    def load(self) -> tuple[list[dict[str, t.Any]], list[str]]:
        """Load the settings page: return the rows of the picker, and the ids in the view."""
        answers = {path: self.get(path).json() for path in (CONTEXT, PICKER, EFFECTIVE, GROUPS)}
        rows = answers[PICKER]["tenantInfoList"]
        return rows, [row["tenantId"] for row in answers[EFFECTIVE]["exposedTargetTenantsInfo"]]

    def put(self, ids: list[str]) -> None:
        """Choose which tenants are in the view, and load the page again."""
        rows, _view = self.load()
        chosen = [{key: row[key] for key in ("tenantId", "name", "tenantAadEnvironment")} for row in rows]
        body = {"tenants": [row for row in chosen if row["tenantId"] in ids]}
        answer = self.ask("PUT", f"{API}/lab/view", body, **{"If-Match": self.get(EFFECTIVE).json()["_etag"]})
        answer.raise_for_status()
        self.load()

    def recipe(self) -> None:
        """Do what docs/contract.md says, and leave the view as it was. In a full one, tenants go and return."""
        rows, before = self.load()
        ids = [row["tenantId"] for row in rows]
        stay, *inside = before or ids[:1]
        outside = [each for each in ids if each not in {stay, *before}]
        first, second = [*outside, *inside][:2]
        kept = [each for each in {stay: None, **dict.fromkeys(before)} if each not in (first, second)]
        views = [[stay, *before], [*kept, first, second], [*kept, second], kept, before]
        for view in views:
            if {*view} != {*self.load()[1]}:
                self.put(view)
