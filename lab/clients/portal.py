# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTPS client that does what the portal's own page does. It shares no code with the collection."""

from __future__ import annotations

import json
import pathlib
import typing as t
import urllib.parse

import requests

API: t.Final = "/apiproxy/mtoapi"
PICKER: t.Final = f"{API}/tenants/TenantPicker"
EFFECTIVE: t.Final = f"{API}/tenantGroups/effective/"
CONTEXT: t.Final = "/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true"


class Connection(t.Protocol):
    """The lab's line of JSON, as a mapping or as a running lab."""

    def __getitem__(self, name: str, /) -> t.Any: ...


class Page:
    """The portal's own page: its cookies, the decoded XSRF token, the header of the multitenant proxy."""

    def __init__(self, lab: Connection, key: str = "portal_cookies_file", host: str = "mto") -> None:
        self.base = str(lab[host])
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = lab["ca_path"]
        for row in json.loads(pathlib.Path(lab[key]).read_text(encoding="utf-8"))["cookies"]:
            self.session.cookies.set(row["name"], row["value"], domain=row["domain"], path="/")

    def headers(self, **changes: str | None) -> dict[str, str]:
        """Return the headers of every call; None removes a header."""
        token = urllib.parse.unquote(self.session.cookies.get("XSRF-TOKEN") or "")
        given = {"X-XSRF-TOKEN": token, "mtoproxyurl": "MTO", **changes}
        return {name: value for name, value in given.items() if value is not None}

    def ask(self, method: str, path: str, body: t.Any = None, **changes: str | None) -> requests.Response:
        """Send a request as the page's script does."""
        return self.session.request(method, self.base + path, json=body, headers=self.headers(**changes))

    def get(self, path: str, **changes: str | None) -> requests.Response:
        """Send a GET request."""
        return self.ask("GET", path, **changes)

    def renew(self) -> None:
        """Open a page, which renews the XSRF token."""
        self.session.get(f"{self.base}/", allow_redirects=False)

    def view(self) -> list[str]:
        """Return the ids of the tenants in the view, as the portal's own page shows them."""
        self.renew()
        return [row["tenantId"] for row in self.get(EFFECTIVE).json()["exposedTargetTenantsInfo"]]

    def replace(self, *ids: str, etag: str | None = None) -> requests.Response:
        """Write the view as the page does where the world has `write_shape: replace`."""
        rows = [{"tenantId": tenant_id, "name": "x", "tenantAadEnvironment": 1} for tenant_id in ids]
        self.renew()
        match = etag or self.get(EFFECTIVE).json()["_etag"]
        return self.ask("PUT", f"{API}/lab/view", {"tenants": rows}, **{"If-Match": match})
