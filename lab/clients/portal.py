# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain HTTPS client of the portal, for tests: it does what the portal's own page does, and knows nothing of ours."""

from __future__ import annotations

import json
import pathlib
import typing as t
import urllib.parse

import requests

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.process import Lab

API: t.Final = "/apiproxy/mtoapi"
PICKER: t.Final = f"{API}/tenants/TenantPicker"
EFFECTIVE: t.Final = f"{API}/tenantGroups/effective/"
CONTEXT: t.Final = "/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true"


class Page:
    """What the portal's own page does: cookies, the decoded XSRF token, the header of the multitenant proxy."""

    def __init__(self, lab: Mapping[str, t.Any] | Lab, key: str = "portal_cookies_file", host: str = "mto") -> None:
        self.base = str(lab[host])
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = lab["ca_path"]
        for row in json.loads(pathlib.Path(lab[key]).read_text(encoding="utf-8"))["cookies"]:
            self.session.cookies.set(row["name"], row["value"], domain=row["domain"], path="/")

    def headers(self, **changes: str | None) -> dict[str, str]:
        """What is sent with every call; None takes a header away."""
        token = urllib.parse.unquote(self.session.cookies.get("XSRF-TOKEN") or "")
        given = {"X-XSRF-TOKEN": token, "mtoproxyurl": "MTO", **changes}
        return {name: value for name, value in given.items() if value is not None}

    def ask(self, method: str, path: str, body: t.Any = None, **changes: str | None) -> requests.Response:
        """A call of the page's script."""
        return self.session.request(method, self.base + path, json=body, headers=self.headers(**changes))

    def get(self, path: str, **changes: str | None) -> requests.Response:
        """A read."""
        return self.ask("GET", path, **changes)

    def renew(self) -> None:
        """A page that opens gets a new XSRF token."""
        self.session.get(f"{self.base}/", allow_redirects=False)

    def view(self) -> list[str]:
        """Ids of the tenants in the view, as its own page shows them."""
        self.renew()
        return [row["tenantId"] for row in self.get(EFFECTIVE).json()["exposedTargetTenantsInfo"]]

    def replace(self, *ids: str, etag: str | None = None) -> requests.Response:
        """The page's write where the world says `replace`."""
        rows = [{"tenantId": one, "name": "x", "tenantAadEnvironment": 1} for one in ids]
        self.renew()
        match = etag or self.get(EFFECTIVE).json()["_etag"]
        return self.ask("PUT", f"{API}/lab/view", {"tenants": rows}, **{"If-Match": match})
