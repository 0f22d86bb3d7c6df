# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab as a program: what it prints, how it stops, and what bad input gets."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time
import typing as t

import pytest
from lab_client import client_of, item
from worlds import HOME_ID, OPERATOR, tenant, tenant_id, write_world

from lab.__main__ import main
from lab.process import ROOT, LabError, start_lab
from lab.worlds.loading import load_world

KEYS = {
    "login",
    "graph",
    "arm",
    "portal",
    "mto",
    "ca_path",
    "world",
    "pid",
    "home_tenant_id",
    "client_id",
    "client_secret",
    "refresh_token",
    "colleague_refresh_token",
    "writer_client_id",
    "writer_client_secret",
    "writer_refresh_token",
    "operator",
    "portal_cookies_file",
    "colleague_cookies_file",
    "portal_contract",
}


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., str]:
    """Give the command arguments that it refuses; the one sentence of the refusal."""

    def refuse(*arguments: str) -> str:
        try:
            code: t.Any = main(list(arguments))
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        assert (code, told.out) == (2, "")
        return told.err.strip().splitlines()[-1]

    return refuse


def test_connection(tmp_path):
    world = write_world(tmp_path, tenant(1))
    with start_lab(world=world) as lab:
        assert lab.connection.keys() == KEYS
        assert (lab["world"], lab["home_tenant_id"], lab["operator"]) == ("test", HOME_ID, OPERATOR)
        assert lab.connection["pid"] == lab.process.pid
        assert all(lab[host].startswith("https://127.0.0.1:") for host in ("login", "graph", "arm", "portal", "mto"))
        folder = pathlib.Path(lab["ca_path"]).parent
    assert not folder.exists(), "a temporary state directory is removed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clean_stop(tmp_path, number):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab, client_of(lab) as client:
        client.get("/organization")
        os.kill(lab.connection["pid"], number)
        lab.process.join(timeout=60)
        assert lab.process.exitcode == 0


def test_command_tells_where_it_is_and_stops_cleanly(tmp_path):
    command = [sys.executable, "-m", "lab", "--world", str(write_world(tmp_path, tenant(1)))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        connection = json.loads(process.stdout.readline())
        assert (connection.keys(), connection["pid"]) == (KEYS, process.pid)
        process.terminate()
        assert process.wait(timeout=60) == 0
        assert process.stdout.read() == ""
    assert not pathlib.Path(connection["ca_path"]).parent.exists()


ORPHAN = """
import os, signal, sys
from lab.process import start_lab
with start_lab(world=sys.argv[1]) as lab:
    print(lab.connection["ca_path"], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_lab_ends_with_whoever_started_it(tmp_path):
    """Nobody can clean up after SIGKILL, but the lab, which then also removes its files."""
    command = [sys.executable, "-c", ORPHAN, str(write_world(tmp_path, tenant(1)))]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    folder = pathlib.Path(done.stdout.strip()).parent
    wait_until(lambda: not folder.exists())


def wait_until(is_so: t.Callable[[], bool]) -> None:
    """Fail after a minute in which it is not so."""
    ends = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_secrets_are_new_at_every_start_and_ids_are_not(tmp_path):
    world = write_world(tmp_path, tenant(1))
    found = []
    for _start in range(2):
        with start_lab(world=world) as lab, client_of(lab) as client:
            found.append((lab.connection, client.get(f"/users/{OPERATOR}").json()["id"]))
    (first, one), (second, other) = found
    assert one == other
    assert all(first[name] != second[name] for name in ("client_secret", "refresh_token", "ca_path"))


def test_state_directory_stays(tmp_path):
    folder = tmp_path / "state"
    with start_lab(world=write_world(tmp_path, tenant(1)), state_dir=folder) as lab, client_of(lab) as client:
        client.get("/organization")
    names = ["ca.pem", "colleague_cookies_file.json", "portal_cookies_file.json", "requests.jsonl", "writes.jsonl"]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_request_log_tells_no_secret(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab, client_of(lab) as client:
        client.get("/users?$filter=mail eq 'secret-in-a-query'", tenant=tenant_id(1))
        client.batch([item(1, "/organization")], "operator")
        rows = lab.requests()
        text = json.dumps(rows)
        assert not [
            word
            for word in (lab["client_secret"], lab["refresh_token"], lab["writer_client_secret"], "secret-in-a-query")
            if word in text
        ]
    assert [(row["host"], row["identity"], row["tenant"]) for row in rows] == [
        ("login", "app", tenant_id(1)),
        ("graph", "app", tenant_id(1)),
        ("login", "operator", HOME_ID),
        ("graph", "operator", HOME_ID),
    ]
    assert [(row["status"], row["items"]) for row in rows] == [(200, None), (200, None), (200, None), (200, 1)]


def test_latency_is_per_request_and_not_per_item(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1)), latency_ms=500) as lab, client_of(lab) as client:
        client.token()
        started = time.monotonic()
        client.batch([item(number, "/organization") for number in range(20)])
        assert 0.5 <= time.monotonic() - started < 8


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls(tmp_path, version):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab:
        context = ssl.create_default_context(cafile=lab["ca_path"])
        context.minimum_version = context.maximum_version = version
        port = int(lab["graph"].rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            assert wrapped.version()


def free_ports() -> int:
    """The first of five ports that are free."""
    for first in range(23000, 60000, 7):
        try:
            for port in range(first, first + 5):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no five free ports")


def test_ports_in_a_row(tmp_path):
    first = free_ports()
    with start_lab(world=write_world(tmp_path, tenant(1)), port=first) as lab:
        ports = [int(lab[host].rpartition(":")[2]) for host in ("login", "graph", "arm", "portal", "mto")]
    assert ports == list(range(first, first + 5))


def test_port_in_use(tmp_path, refused):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = refused("--world", str(write_world(tmp_path, tenant(1))), "--port", str(min(port, 65531)))
    assert "cannot be used" in sentence or port > 65531


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--world"),
        (("--tenants", "0"), "--tenants"),
        (("--tenants", "1", "--port", "70000"), "--port"),
        (("--tenants", "1", "--latency-ms", "-1"), "--latency-ms"),
        (("--world", "x.yml", "--calm"), "--calm"),
        (("--world", "no-such-world.yml"), "no-such-world.yml"),
        (("--tenants", "1", "--state-dir", "/dev/null/x"), "state directory"),
    ],
)
def test_bad_option(refused, arguments, told):
    assert told in refused(*arguments)


def test_bad_world(tmp_path, refused):
    path = write_world(tmp_path, tenant(1, licences=["SPE_E5"]))
    sentence = refused("--world", str(path))
    assert all(word in sentence for word in (str(path), "Customer 1", "licences", "did you mean 'licenses'?"))


def test_lab_that_does_not_start(tmp_path):
    with pytest.raises(LabError, match="exit code 2"), start_lab(world=tmp_path / "missing.yml"):
        raise AssertionError("it must not start")


def test_generated_world_is_declared(tmp_path):
    with start_lab(tenants=3, seed=4) as lab:
        assert [row["tenant_id"] for row in lab.tenants()] == [row.tenant_id for row in lab.world.tenants]


def test_generated_tenants_around_a_home(tmp_path):
    path = write_world(tmp_path, tenant(1))
    with start_lab(world=path, tenants=3) as lab:
        assert lab["operator"] == OPERATOR
        assert len(lab.tenants()) == 3
    assert len(load_world(path).tenants) == 1


def test_right_answers_stay_out_of_the_server(tmp_path):
    """A server that is asked everything never says what a test expects."""
    marked: dict[str, t.Any] = {"expect": {"first_broken": "license", "reason": "license.canary"}}
    with start_lab(world=write_world(tmp_path, tenant(1, **marked))) as lab, client_of(lab) as client:
        for path in ("/organization", "/subscribedSkus", "/users", "/policies/crossTenantAccessPolicy/default"):
            assert "canary" not in client.get(path, tenant=tenant_id(1)).text
