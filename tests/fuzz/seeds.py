# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds from the lab: saved evidence of both modules, and answers of a batch."""

from __future__ import annotations

import json
import typing as t

import requests

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, verify_access
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import requirement_facts
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import path_of
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from fuzz.readers import _READS, HERE
from lab.process import Lab, start_lab

if t.TYPE_CHECKING:
    from fuzz.mutate import Json

# One tenant for each method, of the worlds that have it.
_SHARE: t.Final = {"demo": 12, "methods": 34}


def record() -> None:
    """Write the seeds."""
    for world, every in _SHARE.items():
        with start_lab(world=world) as lab:
            options = {
                name: lab[name] for name in ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
            }
            endpoints = {name: lab[name] for name in ("login", "graph", "arm")}
            given = {**options, "endpoints": endpoints, "refresh_token": lab["refresh_token"]}
            connection = resolve_connection(given, {})
            tenants = parse_tenants(lab.tenants()[::every], connection.home_tenant_id)
            facts = requirement_facts(Session(connection), tenants).as_dict(with_evidence=True)
            access = verify_access(Session(connection), tenants, CHECKS).as_dict(with_evidence=True)
            _write(f"evidence-{world}", facts["evidence"])
            _write(f"access-evidence-{world}", access["evidence"])
            if world == "demo":
                _write(f"batch-{world}", _batch(lab))


def _batch(lab: Lab) -> Json:
    """Ask for everything at once, of the home tenant, as a stranger would."""
    form = {"client_id": lab["client_id"], "client_secret": lab["client_secret"], "grant_type": "client_credentials"}
    form["scope"] = "https://graph.microsoft.com/.default"
    url = f"{lab['login']}/{lab['home_tenant_id']}/oauth2/v2.0/token"
    token = requests.post(url, data=form, verify=lab["ca_path"], timeout=30).json()["access_token"]
    items = [
        {"id": str(number), "method": "GET", "url": path_of(bound), "headers": {"ConsistencyLevel": "eventual"}}
        for number, bound in enumerate(_READS)
    ]
    headers = {"Authorization": f"Bearer {token}"}
    batch = requests.post(
        f"{lab['graph']}/v1.0/$batch", json={"requests": items}, headers=headers, verify=lab["ca_path"], timeout=30
    )
    answers: Json = batch.json()
    # What the person is missing from is refused: an empty list is as good a seed.
    for item in answers["responses"]:
        if item["status"] >= 400:
            item.update(status=200, body={"value": []})
        item["body"].pop("@odata.nextLink", None)
    return answers


def _write(name: str, value: Json) -> None:
    folder = HERE / "seeds"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")
