# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A browser that is recorded (HAR) while a person changes the view. How the page writes is up to the test."""

from __future__ import annotations

import datetime as dt
import json

BASE = "https://mto.security.microsoft.com"
API = f"{BASE}/apiproxy/mtoapi"
CONTEXT = f"{BASE}/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true"
HOME = "11111111-2222-3333-4444-555555555555"
OPERATOR = "anna.berg@northwindmsp.example"
STAYS, FIRST, SECOND, OTHER = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2, 3, 4))
NAMES = {STAYS: "Contoso Trust", FIRST: "Fabrikam Ships", SECOND: "Litware Foods", OTHER: "Proseware Bank"}


class Recorded:
    """The page, its portal, and what the browser writes down. `view` are the ids in the view."""

    def __init__(self, *view):
        self.view = [*(view or (STAYS,))]
        self.entries = []
        self.version = 7
        self.seconds = 0.0

    @property
    def etag(self):
        """The version of the group, as the portal writes it."""
        return f'"etag-{self.version:08d}"'

    def row(self, tenant_id, **fields):
        """A tenant as all answers name it."""
        return {"name": NAMES[tenant_id], "tenantId": tenant_id, "tenantAadEnvironment": 1, **fields}

    def exposed(self):
        """The rows of the effective group."""
        return [self.row(each, addedOn="2026-11-01T10:00:00.1234567Z") for each in self.view]

    def effective(self):
        """The effective group."""
        return {
            "entityType": "EffectiveGroup",
            "name": "My private group",
            "type": 0,
            "tenantGroupId": None,
            "allTenantsCount": len(self.view),
            "exposedTargetTenantsInfo": self.exposed(),
            "_etag": self.etag,
        }

    def picker(self):
        """The tenants that the portal offers."""
        rows = []
        for each in NAMES:
            added = {"addedOn": "2026-11-01T10:00:00.1234567Z"} if each in self.view else {}
            rows.append({"selected": each in self.view, "lostAccess": False, **self.row(each), **added})
        return {"tenantInfoList": rows, "responseTypes": {"B2B": "Success", "GDAP": "Success"}}

    def load(self):
        """Load the settings page."""
        self.send("GET", CONTEXT, answer={"AuthInfo": {"TenantId": HOME, "UserName": OPERATOR}})
        self.send("GET", f"{API}/tenants/TenantPicker", answer=self.picker())
        self.send("GET", f"{API}/tenantGroups/effective/", answer=self.effective())

    def send(self, method, url, body=None, headers=None, status=200, answer=None, text=None):
        """Write down a request and its answer."""
        self.seconds += 1
        started = dt.datetime(2026, 11, 28, 10, 0, tzinfo=dt.UTC) + dt.timedelta(seconds=self.seconds)
        request = {
            "method": method,
            "url": url if url.startswith("http") else f"{API}{url}",
            "headers": [{"name": name, "value": value} for name, value in (headers or {}).items()],
        }
        if body is not None or text is not None:
            request["postData"] = {"mimeType": "application/json", "text": text or json.dumps(body)}
        content = {} if answer is None else {"content": {"mimeType": "application/json", "text": json.dumps(answer)}}
        self.entries.append(
            {
                "startedDateTime": started.isoformat(),
                "time": 200,
                "request": request,
                "response": {"status": status, "headers": [], **content},
            }
        )

    def change(self, add, remove, write):
        """Change the view as a person does, and load the page again. `write` sends what the page sends."""
        write(self, add, remove)
        self.view = [*(each for each in self.view if each not in remove), *add]
        self.version += 1
        self.load()

    def recipe(self, write):
        """Do what the documentation says: one stays, two are added, one is removed, then the other."""
        self.load()
        for add, remove in (([FIRST, SECOND], []), ([], [FIRST]), ([], [SECOND])):
            self.change(add, remove, write)
        return self

    @property
    def har(self):
        """The recording."""
        return {"log": {"version": "1.2", "entries": self.entries}}


def put_full_list(page, add, remove):
    """Send the full list as objects, with the version in a header."""
    ids = [*(each for each in page.view if each not in remove), *add]
    rows = [{"tenantId": each, "name": NAMES[each]} for each in ids]
    page.send("PUT", "/view", {"tenants": rows}, {"If-Match": page.etag}, status=204)


def one_by_one(page, add, remove):
    """Send a request for each tenant."""
    for each in remove:
        page.send("DELETE", f"/view/{each}", status=204)
    for each in add:
        page.send("POST", f"/view/{each}", {"tenantId": each}, status=201)
