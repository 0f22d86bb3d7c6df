# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read each tenant after the other with msal and requests, as a first script would."""

from __future__ import annotations

import json
import sys
import typing as t

import msal
import requests

PATHS: t.Final = (
    "/organization?$select=id,displayName",
    "/subscribedSkus?$select=skuPartNumber,capabilityStatus,prepaidUnits,servicePlans",
    "/directory/subscriptions",
    "/policies/crossTenantAccessPolicy/default",
    "/policies/crossTenantAccessPolicy/partners/{home_tenant_id}",
)


def main() -> int:
    """Read all tenants of the options."""
    options = json.load(sys.stdin)
    session = requests.Session()
    session.verify, session.trust_env = options["ca_path"], False
    for row in options["tenants"]:
        app = msal.ConfidentialClientApplication(
            options["client_id"],
            client_credential=options["client_secret"],
            authority=f"{options['endpoints']['login']}/{row['tenant_id']}",
            http_client=session,
            instance_discovery=False,
        )
        token = app.acquire_token_for_client(["https://graph.microsoft.com/.default"]).get("access_token")
        for path in PATHS if token else ():
            url = f"{options['endpoints']['graph']}/v1.0{path.format(**options)}"
            session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30).json()
    return 0


if __name__ == "__main__":
    sys.exit(main())
