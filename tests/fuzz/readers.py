# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reader of something from outside: how to call it, and inputs that it accepts."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import json
import pathlib
import shutil
import tempfile
import time
import typing as t

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from ansible_collections.m365.defender.plugins.module_utils._assess.access import access_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._assess.assessment import assessment_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import facts_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_certificate import (
    ClientCertificate,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import AppIdentity, OperatorIdentity
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import RefreshTokenFile
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHECKS
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence_file import evidence_options
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Response
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests
from ansible_collections.m365.defender.plugins.module_utils._view.info import view_info
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import cookies_for, read_cookies
from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.merge import Wanted, merge_parts
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import part_body, read_part

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fuzz.mutate import Json

HERE: t.Final = pathlib.Path(__file__).resolve().parent
_ROOT: t.Final = HERE.parent.parent
_HOME: t.Final = "10000000-0000-4000-8000-000000000001"
_TENANT: t.Final = "aaaaaaaa-0000-4000-8000-000000000001"
_CLIENT: t.Final = "5c1f8a86-7f0e-4b8d-9a53-6a8f2f1c7d11"
_ANNA: t.Final = "anna@northwind.example"
_CLOUD: t.Final = CLOUDS["public"]


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """`read` may raise MtoError alone. What it returns has to be fit for a result of Ansible."""

    name: str
    read: Callable[[bytes], Json]
    seeds: Callable[[], Sequence[bytes]]


@functools.cache
def _folder() -> pathlib.Path:
    return pathlib.Path(tempfile.mkdtemp(prefix="fuzz-"))


def _file(name: str, data: bytes) -> str:
    path = _folder() / name
    path.write_bytes(data)
    path.chmod(0o600)
    return str(path)


class _Http:
    """Answers each request with what is next."""

    def __init__(self, *bodies: tuple[int, bytes]) -> None:
        self.deadline = Deadline(0.05)
        self.secrets = Secrets()
        self._bodies = list(bodies)

    def send(self, method: str, url: str, **_more: object) -> Response:
        """Answer; the last body again and again. A status that would be tried again is taken as final."""
        status, body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        return Response(method, url, status, {"content-type": "application/json"}, body)


def _connection(**more: Json) -> Json:
    given = {"home_tenant_id": _HOME, "operator": _ANNA, **more}
    return resolve_connection(given, {}, identity_needed=False, app_needed=False)


def _read_snapshot(data: bytes) -> Json:
    return view_info(PortalOptions(snapshot=_file("view.json", data)), _connection())


def _read_cookies(data: bytes) -> Json:
    return dict(cookies_for(read_cookies(_file("cookies.json", data)), "mto.security.microsoft.com", 1.7e9))


_ROW: t.Final = {"tenantId": _TENANT, "name": "A", "tenantAadEnvironment": 1}
_BODY: t.Final = {"tenantInfoList": [_ROW], "exposedTargetTenantsInfo": [_ROW], "_etag": "etag"}


def _read_contract(data: bytes) -> Json:
    contract = load_contract(_file("contract.yml", data))
    values = PlaceholderValues(_HOME, _BODY, _BODY, {_TENANT: _ROW})
    requests = write_requests(contract, values, full_list=[_TENANT], add=[_TENANT], remove=[_TENANT])
    return [[request.method, request.path, dict(request.headers), request.body] for request in requests]


def _read_evidence(judge: Callable[..., Json]) -> Callable[[bytes], Json]:
    def read(data: bytes) -> Json:
        saved = evidence_options(_file("evidence.json", data))
        return judge(saved.body, saved.tenants, now=saved.now).as_dict(with_evidence=True)

    return read


def _read_part(data: bytes) -> Json:
    part = read_part(pathlib.Path(_file("part-1.json", data)))
    wanted = Wanted(
        home_tenant_id=part.home_tenant_id,
        cloud=part.cloud,
        operator="",
        run_id="",
        checks=part.checks,
        tenants=[*part.tenants.values()],
        now=part.read_at,
        max_age=1.0,
        with_evidence=True,
    )
    merged = merge_parts(wanted, [part])
    return [merged.assessment, *merged.messages]


_READS: t.Final = tuple(
    BoundRead(read, dict.fromkeys(("operator", "account", "tenant_id", "relationship_id", "principal"), _TENANT))
    for read in {
        use.read.key: use.read for check in CHECKS for use in check.reads if use.read.service == "graph"
    }.values()
)[:20]


def _read_batch(data: bytes) -> Json:
    token = BearerToken("t" * 40, "https://graph.microsoft.com:443", _TENANT, "app", {})
    client = Graph(_Http((200, data)), _CLOUD.graph)  # type: ignore[arg-type]
    target = ReadTarget(_TENANT, "A", "https://login.example/consent")
    evidence = EvidenceReader(client, cloud="public").read(_READS, token, target)
    return {key: piece.as_dict() for key, piece in evidence.items()}


_METADATA: t.Final = {
    "issuer": f"https://login.microsoftonline.com/{_TENANT}/v2.0",
    "authorization_endpoint": f"https://login.microsoftonline.com/{_TENANT}/oauth2/v2.0/authorize",
    "token_endpoint": f"https://login.microsoftonline.com/{_TENANT}/oauth2/v2.0/token",
    "device_authorization_endpoint": f"https://login.microsoftonline.com/{_TENANT}/oauth2/v2.0/devicecode",
}


def _token_of(identity: AppIdentity | OperatorIdentity) -> Json:
    return dict(identity.token(_TENANT, "graph").claims)


def _read_token(status: int, *, operator: bool = False) -> Callable[[bytes], Json]:
    def read(data: bytes) -> Json:
        http = _Http((200, json.dumps(_METADATA).encode()), (status, data))
        common: Json = {"http": http, "cloud": _CLOUD, "client_id": _CLIENT}
        credential = ClientSecret({"client_secret": "fuzz-client-secret"})
        if not operator:
            return _token_of(AppIdentity(**common, credential=credential))
        return _token_of(
            OperatorIdentity(
                **common, credential=credential, home_tenant_id=_TENANT, refresh_token="0.fuzz-refresh-token"
            )
        )

    return read


def _read_metadata(data: bytes) -> Json:
    credential = ClientSecret({"client_secret": "fuzz-client-secret"})
    http: Json = _Http((200, data), (200, json.dumps(_token_answer()).encode()))
    return _token_of(AppIdentity(http=http, cloud=_CLOUD, client_id=_CLIENT, credential=credential))


def _read_description(data: bytes) -> Json:
    """Read the text of a refusal, without the JSON around it."""
    text = data.decode("utf-8", errors="surrogateescape")
    body = json.dumps({"error": "invalid_client", "error_description": text})
    return _read_token(401)(body.encode())


def _read_token_cache(data: bytes) -> Json:
    directory = _folder() / "cache"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    path = directory / f"{_CLIENT}-{_TENANT}.json"
    path.write_bytes(data)
    path.chmod(0o600)
    http: Json = _Http((200, json.dumps(_METADATA).encode()), (200, json.dumps(_token_answer()).encode()))
    credential = ClientSecret({"client_secret": "fuzz-client-secret"})
    return _token_of(
        AppIdentity(http=http, cloud=_CLOUD, client_id=_CLIENT, credential=credential, token_cache=str(directory))
    )


def _read_certificate(data: bytes) -> Json:
    values = {"client_certificate_path": _file("certificate.pem", data), "client_certificate_password": "fuzz-password"}
    http: Json = _Http((200, json.dumps(_METADATA).encode()), (200, json.dumps(_token_answer()).encode()))
    return _token_of(AppIdentity(http=http, cloud=_CLOUD, client_id=_CLIENT, credential=ClientCertificate(values)))


def _read_federated(data: bytes) -> Json:
    values = {"federated_token_file": _file("assertion", data)}
    http: Json = _Http((200, json.dumps(_METADATA).encode()), (200, json.dumps(_token_answer()).encode()))
    return _token_of(AppIdentity(http=http, cloud=_CLOUD, client_id=_CLIENT, credential=FederatedToken(values)))


def _read_refresh_token(data: bytes) -> Json:
    return len(RefreshTokenFile(_file("refresh-token", data)).load())


def _jwt(**claims: Json) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "c2ln"]
    )


def _token_answer() -> dict[str, Json]:
    return {
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": _jwt(tid=_TENANT, roles=["Organization.Read.All"], exp=int(time.time()) + 3599),
    }


def _dump(*values: Json) -> list[bytes]:
    return [json.dumps(value, indent=1).encode() for value in values]


def _token_seeds() -> list[bytes]:
    answer = _token_answer()
    claims = {
        "tid": _TENANT,
        "oid": _TENANT,
        "sub": "s",
        "aud": _CLIENT,
        "iss": "x",
        "exp": 9e9,
        "iat": 1,
        "ver": "2.0",
    }
    info = base64.urlsafe_b64encode(json.dumps({"uid": _TENANT, "utid": _TENANT}).encode()).decode().rstrip("=")
    whole = {
        **answer,
        "refresh_token": "0.a",
        "scope": "https://graph.microsoft.com/.default",
        "id_token": _jwt(**claims),
    }
    return _dump(answer, {**whole, "client_info": info, "foci": "1"})


def _refusal_seeds() -> list[bytes]:
    description = (
        "AADSTS7000215: Invalid client secret provided. Trace ID: 0f5c4b1e-0000-4000-8000-000000000001 Correlation ID:"
        " 0f5c4b1e-0000-4000-8000-000000000002 Timestamp: 2026-11-27 12:00:00Z"
    )
    refusal = {"error": "invalid_client", "error_description": description, "error_codes": [7000215]}
    more = {"timestamp": "2026-11-27 12:00:00Z", "trace_id": "0", "error_uri": "https://login.example/error?code=1"}
    return _dump({**refusal, **more}, {"error": "interaction_required", "claims": "{}", "suberror": "basic_action"})


def _description_seeds() -> list[bytes]:
    first = json.loads(_refusal_seeds()[0])["error_description"]
    inner = '{"error":"x","error_description":"AADSTS50034: The user account does not exist.\\r\\nTrace ID: 1"}'
    return [str(first).encode(), f"AADSTS50000: There was an error: {inner}".encode()]


def _cache_seeds() -> list[bytes]:
    key = f"-login.microsoftonline.com-accesstoken-{_CLIENT}-{_TENANT}-https://graph.microsoft.com/.default"
    times = {"cached_at": "1700000000", "expires_on": "4000000000", "extended_expires_on": "4000000000"}
    entry = {
        "credential_type": "AccessToken",
        "secret": _jwt(tid=_TENANT),
        "home_account_id": None,
        "environment": "login.microsoftonline.com",
        "client_id": _CLIENT,
        "target": "https://graph.microsoft.com/.default",
        "realm": _TENANT,
        "token_type": "Bearer",
        **times,
    }
    return _dump({"AccessToken": {key: entry}}, {})


@functools.cache
def _certificate_seeds() -> tuple[bytes, ...]:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fuzz")])
    pem, text = serialization.Encoding.PEM, []
    keys = (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1()))
    protected = serialization.BestAvailableEncryption(b"fuzz-password")
    for key in keys:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        certificate = builder.not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.UTC)).sign(key, hashes.SHA256())
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        encoded = certificate.public_bytes(pem)
        text += [key.private_bytes(pem, form, plain) + encoded, encoded + key.private_bytes(pem, form, protected)]
        text += [pkcs12.serialize_key_and_certificates(b"fuzz", key, certificate, None, protected)]
    return tuple(text)


def _snapshot_seeds() -> list[bytes]:
    row = {"name": "A", "tenantId": _TENANT, "selected": True, "lostAccess": False, "tenantAadEnvironment": 1}
    added = {"addedOn": "2026-05-03T10:11:12.1234567Z"}
    picker = {
        "tenantInfoList": [{**row, **added}],
        "responseTypes": {"B2B": "Success", "GDAP": "Success", "TGov": "Success"},
    }
    effective = {
        "entityType": "EffectiveGroup",
        "name": "My private group",
        "type": 0,
        "allTenantsCount": 1,
        "exposedTargetTenantsInfo": [{**row, **added}],
    }
    groups = [{"tenantGroupId": _TENANT, "name": "G", "targetTenantsInfo": [row], "exposedTargetTenantsInfo": [row]}]
    context = {"AuthInfo": {"TenantId": _HOME, "UserName": _ANNA}}
    now = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
    own = {"mto_snapshot": 1, "taken_at": now, "operator": _ANNA, "home_tenant_id": _HOME, "picker": picker}
    paths = {
        "/apiproxy/mtoapi/tenants/TenantPicker": picker,
        "/apiproxy/mtoapi/tenantGroups/effective/": {"result": effective, "isMtoResponse": True, "metadata": {}},
        "/apiproxy/mtoapi/tenantGroups": groups,
        "/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true": context,
    }
    entries = [_har_entry(path, body, now) for path, body in paths.items()]
    return _dump(
        {**own, "effective": effective, "tenant_groups": groups}, {"log": {"version": "1.2", "entries": entries}}
    )


def _har_entry(path: str, body: Json, now: str) -> Json:
    content = {"mimeType": "application/json", "text": json.dumps(body), "size": 1}
    if "Picker" in path:
        content |= {"text": base64.b64encode(json.dumps(body).encode()).decode(), "encoding": "base64"}
    url = f"https://mto.security.microsoft.com{path}"
    return {
        "startedDateTime": now,
        "request": {"method": "GET", "url": url, "headers": []},
        "response": {"status": 200, "headers": [], "content": content},
    }


def _cookie_seeds() -> list[bytes]:
    names = ("sccauth", "XSRF-TOKEN")
    host = ".security.microsoft.com"
    rows = [
        {"name": name, "value": f"value-of-{name}", "domain": host, "path": "/", "expires": 1.9e9} for name in names
    ]
    lines = [f"{host}\tTRUE\t/\tTRUE\t1900000000\t{name}\tvalue-of-{name}" for name in names]
    extension = [{**row, "hostOnly": False, "expirationDate": 1.9e9} for row in rows]
    return [
        *_dump({"cookies": rows, "origins": []}, extension),
        "\n".join(("# Netscape HTTP Cookie File", *lines)).encode(),
    ]


def _contract_seeds() -> list[bytes]:
    files = sorted((_ROOT / "lab" / "data" / "contracts").glob("*.yml"))
    texts = [path.read_bytes() for path in files]
    return [*texts, *_dump(*(yaml.safe_load(text) for text in texts))]


def _part_seeds() -> list[bytes]:
    bodies = []
    for world in ("demo", "methods"):
        requirements, access = (
            json.loads((HERE / "seeds" / f"{kind}-{world}.json").read_bytes())
            for kind in ("evidence", "access-evidence")
        )
        body = {**requirements, "access": access["access"]}
        result: Json = assessment_from_evidence(body).as_dict(with_evidence=True)
        tenants = [{"tenant_id": row["tenant_id"], "name": row["name"]} for row in result["tenants"]]
        run = {"operator": _ANNA, "run_id": "42", "slice_number": 2, "slice_count": 4}
        bodies.append(part_body(run, tenants, result))
    return _dump(*bodies)


def _recorded(name: str) -> Callable[[], list[bytes]]:
    """Return seeds that `python -m fuzz --record` took from the lab."""
    return lambda: [path.read_bytes() for path in sorted((HERE / "seeds").glob(f"{name}-*.json"))]


READERS: t.Final[dict[str, Reader]] = {
    reader.name: reader
    for reader in (
        Reader("snapshot", _read_snapshot, _snapshot_seeds),
        Reader("cookies", _read_cookies, _cookie_seeds),
        Reader("contract", _read_contract, _contract_seeds),
        Reader("evidence", _read_evidence(facts_from_evidence), _recorded("evidence")),
        Reader("access-evidence", _read_evidence(access_from_evidence), _recorded("access-evidence")),
        Reader("part", _read_part, _part_seeds),
        Reader("batch", _read_batch, _recorded("batch")),
        Reader("metadata", _read_metadata, lambda: _dump(_METADATA)),
        Reader("token", _read_token(200), _token_seeds),
        Reader("operator-token", _read_token(200, operator=True), _token_seeds),
        Reader("refusal", _read_token(400), _refusal_seeds),
        Reader("description", _read_description, _description_seeds),
        Reader("token-cache", _read_token_cache, _cache_seeds),
        Reader("certificate", _read_certificate, _certificate_seeds),
        Reader("federated", _read_federated, lambda: [_jwt(sub="x").encode(), f"{_jwt(sub='y')}\n".encode()]),
        Reader("refresh-token", _read_refresh_token, lambda: [b"0.AAAA-refresh-token", b"1.x\n"]),
    )
}
