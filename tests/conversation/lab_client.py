# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain HTTPS client of the lab, which knows nothing of our own."""

from __future__ import annotations

import contextlib
import typing as t

import requests

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.process import Lab

GRAPH = "https://graph.microsoft.com/.default"
ARM = "https://management.azure.com/.default"
EVENTUAL = {"ConsistencyLevel": "eventual"}


class Client:
    """Signs in and asks. Tokens are kept per identity and tenant."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.session = requests.Session()
        # The machine's own certificate bundle would win over the lab's, and its netrc over our token.
        self.session.trust_env = False
        self.session.verify = lab["ca_path"]
        self._tokens: dict[tuple[str, str], str] = {}

    def post_token(self, tenant: str, **form: str | None) -> requests.Response:
        """A token request; None takes a parameter away."""
        base = {"client_id": self.lab["client_id"], "client_secret": self.lab["client_secret"], "scope": GRAPH}
        sent = {name: value for name, value in {**base, **form}.items() if value is not None}
        return self.session.post(f"{self.lab['login']}/{tenant}/oauth2/v2.0/token", data=sent)

    def sign_in(self, identity: str, tenant: str) -> requests.Response:
        """A token request as the app or as the operator; `writer` and `writer_operator` are those of the writer."""
        writer = "writer_" if identity.startswith("writer") else ""
        form = {name: self.lab[writer + name] for name in ("client_id", "client_secret")}
        if identity in ("app", "writer"):
            return self.post_token(tenant, grant_type="client_credentials", **form)
        return self.post_token(
            tenant, grant_type="refresh_token", refresh_token=self.lab[f"{writer}refresh_token"], **form
        )

    def token(self, identity: str = "app", tenant: str | None = None) -> str:
        """An access token."""
        key = (identity, tenant or self.lab["home_tenant_id"])
        if key not in self._tokens:
            answer = self.sign_in(*key)
            assert answer.status_code == 200, answer.text
            self._tokens[key] = answer.json()["access_token"]
        return self._tokens[key]

    def get(
        self,
        path: str,
        identity: str = "app",
        tenant: str | None = None,
        headers: dict[str, str] | None = None,
        version: str = "v1.0",
    ) -> requests.Response:
        """A GET of Graph; a path that begins with https is used as it is."""
        url = path if path.startswith("https://") else f"{self.lab['graph']}/{version}{path}"
        bearer = {"Authorization": f"Bearer {self.token(identity, tenant)}"}
        return self.session.get(url, headers={**bearer, **(headers or {})})

    def post(
        self, path: str, body: t.Any, identity: str = "app", tenant: str | None = None, **headers: str
    ) -> requests.Response:
        """A POST of JSON to Graph."""
        bearer = {"Authorization": f"Bearer {self.token(identity, tenant)}"}
        return self.session.post(f"{self.lab['graph']}/v1.0{path}", json=body, headers={**bearer, **headers})

    def write(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        tenant: str | None = None,
        identity: str = "writer",
        **headers: str,
    ) -> requests.Response:
        """A write of Graph. A header's name has underscores for hyphens; a body of text is sent as it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = {"Authorization": f"Bearer {self.token(identity, tenant)}"}
        return self.session.request(method, f"{self.lab['graph']}/v1.0{path}", json=body, headers={**bearer, **sent})

    def batch(
        self, items: list[dict[str, t.Any]], identity: str = "app", tenant: str | None = None
    ) -> dict[str, t.Any]:
        """The responses of a batch by id."""
        answer = self.post("/$batch", {"requests": items}, identity, tenant)
        assert answer.status_code == 200, answer.text
        return {row["id"]: row for row in answer.json()["responses"]}

    def pages(self, path: str, tenant: str | None = None, headers: dict[str, str] | None = None) -> list[t.Any]:
        """All rows of a collection, page by page."""
        rows: list[t.Any] = []
        following: str | None = path
        while following:
            answer = self.get(following, tenant=tenant, headers=headers)
            assert answer.status_code == 200, answer.text
            rows += answer.json()["value"]
            following = answer.json().get("@odata.nextLink")
        return rows


@contextlib.contextmanager
def client_of(lab: Lab) -> Iterator[Client]:
    """A client while the body runs."""
    client = Client(lab)
    try:
        yield client
    finally:
        client.session.close()


def code(answer: requests.Response) -> tuple[int, str]:
    """Status and Graph's code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


def item(number: int | str, url: str, **more: t.Any) -> dict[str, t.Any]:
    """A GET for a batch."""
    return {"id": str(number), "method": "GET", "url": url, **more}
