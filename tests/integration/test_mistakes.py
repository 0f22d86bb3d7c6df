# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of mistakes: each gets one sentence that names the variable and the way out, before any request.

Most rows run the role's first task in this process, where a socket that is opened fails the test. A few are real
ansible-playbook runs: exit code, and nothing but the sentence.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import socket
import stat
import types

import pytest
from ansible.parsing.vault import EncryptedString
from certificates import CURVE, LEAF, NOW, ROOT, pem_of
from pages.report_rows import NO_LICENSE, report_of
from playbook_runs import ROOT as PROJECT
from playbook_runs import Ansible
from preflight import CLIENT, GOOD, HOME, OTHER, TENANT, preflight
from sentences import faults_of

REPORTED = json.dumps(report_of(("Contoso", {"license": NO_LICENSE}))).encode()
CONTRACT = str(PROJECT / "lab/data/contracts/per_tenant.yml")
SESSION = {"sccauth": "a-session-cookie", "xsrf_token": "an-xsrf-token"}
VIEW = {"mto_register": True}
# The second credential or token would be one too many.
NO_SECRET = {"mto_client_secret": None}
TOKEN = {"mto_refresh_token_file": "new token"}
FILE = {"mto_snapshot_file": "view.json"}


def tenant(**fields):
    return {"mto_tenants": [{"tenant_id": TENANT, "name": "Contoso", **fields}]}


# What is given instead of what is right, and what the sentence says. `DIR` is a directory of the test.
ONBOARD = [
    # The connection.
    (
        {"mto_home_tenant_id": None},
        "mto_home_tenant_id: missing; set it, or the environment variable MTO_HOME_TENANT_ID",
    ),
    ({"mto_home_tenant_id": "contoso"}, "mto_home_tenant_id: 'contoso' is not a GUID such as"),
    ({"mto_home_tenant_id": [HOME]}, "mto_home_tenant_id: a list is not text; give text."),
    ({"mto_client_id": ""}, "mto_client_id: missing; set it, or the environment variable MTO_CLIENT_ID"),
    ({"mto_client_id": CLIENT[:-1]}, "is not a GUID such as"),
    ({"mto_client_id": 5}, "mto_client_id: '5' is not a GUID"),
    ({"mto_operator": None}, "mto_operator: missing. Give the user principal name"),
    (
        {"mto_operator": "Anna Berg"},
        "mto_operator: 'Anna Berg' is neither a user principal name nor an object ID; give",
    ),
    ({"mto_operator": "anna@"}, "mto_operator: 'anna@' is neither a user principal name nor an object ID; give"),
    ({"mto_operator": True}, "mto_operator: true is not text; put it in quotes."),
    ({"mto_operator": {"upn": "a"}}, "mto_operator: a dictionary is not text; give text."),
    ({"mto_operator": "anna\u202e@x"}, "mto_operator: the value has characters that cannot be shown; write it without"),
    ({"mto_cloud": "mars"}, "mto_cloud: 'mars' is not a choice; choose among public, gcc, gcc_high, dod."),
    ({"mto_cloud": "gcc-high"}, "mto_cloud: 'gcc-high' is not a choice (did you mean 'gcc_high'?)"),
    (
        {"mto_endpoints": "https://x"},
        "mto_endpoints: 'https://x' is not a dictionary; give a dictionary with login, graph",
    ),
    ({"mto_endpoints": {"grahp": "https://x"}}, "mto_endpoints: 'grahp' is not a known key (did you mean 'graph'?)"),
    ({"mto_endpoints": "endpoints.yml"}, "mto_endpoints: 'endpoints.yml' is the name of a file; on a command line"),
    ({"mto_endpoints": {"graph": "graph.microsoft.us"}}, "mto_endpoints.graph: 'graph.microsoft.us' must begin with h"),
    ({"mto_endpoints": {"graph": "http://x"}}, "mto_endpoints.graph: 'http://x' must begin with https://."),
    ({"mto_ca_path": "none.pem"}, "mto_ca_path: 'DIR/none.pem' does not exist; set mto_ca_path to a file or directory"),
    ({"mto_ca_path": "text"}, "mto_ca_path: 'DIR/text' cannot be read as CA certificates in PEM format"),
    ({"mto_concurrency": 0}, "mto_concurrency: '0' is out of range; give a whole number from 1 to 256."),
    ({"mto_concurrency": "many"}, "mto_concurrency: 'many' is not a whole number; write one such as 32."),
    ({"mto_timeout": "soon"}, "mto_timeout: 'soon' is not a duration of more than 0 and at most 1d; give seconds"),
    ({"mto_timeout": True}, "mto_timeout: true is not text; put it in quotes."),
    ({"mto_deadline": 0}, "mto_deadline: '0' is not a duration of more than 0"),
    ({"mto_deadline": "2d"}, "mto_deadline: '2d' is not a duration of more than 0 and at most 1d"),
    ({"mto_token_cache": "none/cache"}, "mto_token_cache: DIR/none does not exist; create it first"),
    # The credential of the app.
    ({"mto_client_secret": None}, "mto_client_secret: no identity is given. Give the app's mto_client_secret"),
    ({"mto_client_secret": "short"}, "mto_client_secret: the value has fewer than 8 characters"),
    ({"mto_client_secret": "two words of it"}, "mto_client_secret: the value has white space or characters"),
    ({"mto_client_secret": "'a-long-client-secret'"}, "mto_client_secret: the value is in quotes; pass it without"),
    ({"mto_client_secret": "DIR/text"}, "mto_client_secret: the value is the path of a file; pass what the file holds"),
    ({"mto_client_secret": "text"}, "mto_client_secret: the value is the path of a file; pass what the file holds"),
    ({"mto_client_secret": "********"}, "mto_client_secret: the value was masked by Ansible (no_log); pass the secret"),
    (
        {"mto_client_secret": "$ANSIBLE_VAULT;1.1;AES256\n61"},
        "mto_client_secret: the value is encrypted with ansible-vault",
    ),
    ({"mto_client_certificate_path": "app.pem"}, "mto_client_secret: give only one credential for the app"),
    (
        {**NO_SECRET, "mto_client_certificate_path": "none"},
        "mto_client_certificate_path: DIR/none cannot be read (No such",
    ),
    (
        {**NO_SECRET, "mto_client_certificate_path": "DIR"},
        "mto_client_certificate_path: DIR cannot be read (Is a directory); name",
    ),
    (
        {**NO_SECRET, "mto_client_certificate_path": "text"},
        "mto_client_certificate_path: DIR/text is neither PEM nor PFX",
    ),
    (
        {**NO_SECRET, "mto_client_certificate_path": "ca.pem"},
        "mto_client_certificate_path: DIR/ca.pem holds no private key; name",
    ),
    (
        {**NO_SECRET, "mto_client_certificate_path": "mixed.pem"},
        "no certificate in DIR/mixed.pem belongs to the private key",
    ),
    ({**NO_SECRET, "mto_client_certificate_path": "curve.pem"}, "is not an RSA key; make one"),
    (
        {**NO_SECRET, "mto_client_certificate_path": "app.pem", "mto_client_certificate_password": "a-long-password"},
        "mto_client_certificate_password: the private key in DIR/app.pem is not encrypted; leave the password out.",
    ),
    (
        {**NO_SECRET, "mto_federated_token_file": "none"},
        "mto_federated_token_file: DIR/none cannot be read (No such file",
    ),
    (
        {**NO_SECRET, "mto_federated_token_file": "text"},
        "mto_federated_token_file: DIR/text holds no JSON web token; name",
    ),
    ({**NO_SECRET, "mto_federated_token_file": "empty"}, "mto_federated_token_file: DIR/empty is empty; name a file"),
    # The operator's token.
    (
        {"mto_refresh_token": "token"},
        "mto_refresh_token: the value is the path of a file; pass what the file holds, or",
    ),
    ({"mto_refresh_token": "0.short"}, "mto_refresh_token: the value has fewer than 8 characters"),
    ({"mto_refresh_token": '"0.in-quotes"'}, "mto_refresh_token: the value is in quotes; pass it without them."),
    ({"mto_refresh_token": "0.a-token", "mto_refresh_token_file": "token"}, "mto_refresh_token: give only one of"),
    ({"mto_refresh_token_file": "none"}, "mto_refresh_token_file: 'DIR/none' cannot be read (No such file"),
    ({"mto_refresh_token_file": "open"}, "mto_refresh_token_file: 'DIR/open' has mode 0644, so that other users can"),
    ({"mto_refresh_token_file": "empty"}, "mto_refresh_token_file: 'DIR/empty' is empty; name a file with one refresh"),
    ({"mto_refresh_token_file": "words"}, "mto_refresh_token_file: 'DIR/words' has fewer than 8 characters, or white"),
    ({"mto_refresh_token_file": "seven"}, "mto_refresh_token_file: 'DIR/seven' has fewer than 8 characters, or white"),
    # The tenants.
    (
        {"mto_tenants": None},
        "mto_tenants: missing. Set the variable to a list of tenants (m365.defender.adopt writes one)",
    ),
    ({"mto_tenants": []}, "mto_tenants: the list is empty, so that there is nothing to check; declare a tenant."),
    (
        {"mto_tenants": "@tenants.yml"},
        "mto_tenants: '@tenants.yml' is the name of a file; on a command line, give a file",
    ),
    ({"mto_tenants": "inv/tenants.yaml"}, "mto_tenants: 'inv/tenants.yaml' is the name of a file; on a command line"),
    ({"mto_tenants": {"Contoso": {"tenant_id": TENANT}}}, "mto_tenants: a dictionary is not a list; give a list of"),
    ({"mto_tenants": [tenant()["mto_tenants"]]}, "mto_tenants[0]: a list is not a dictionary; give a dictionary with"),
    (tenant(tenant_id={TENANT: None}), "mto_tenants[0].tenant_id: a dictionary is not text; put it in quotes."),
    (tenant(roles=[{"name": "Security Reader"}]), "mto_tenants[0].roles[0]: a dictionary is not text; give text."),
    (tenant(roles="Security Reader; Global Reader"), "role 'Security Reader; Global Reader' is not a known role name"),
    (tenant(access=["gdap", "b2b"]), "mto_tenants[0].access: a list is not text; give text."),
    (tenant(domain="contoso.example"), "mto_tenants[0]: 'domain' is not a known key; use tenant_id, name, access"),
    ({"mto_tenants": "contoso"}, "mto_tenants: 'contoso' is not a list; give a list of dictionaries with tenant_id"),
    (
        {"mto_tenants": f'[{{"tenant_id": "{TENANT}"}}]'},
        "mto_tenants: the value is text that looks like JSON; on a command",
    ),
    ({"mto_tenants": {"tenant_id": TENANT}}, "mto_tenants: a dictionary is not a list; give a list of dictionaries"),
    ({"mto_tenants": [TENANT]}, f"mto_tenants[0]: '{TENANT}' is not a dictionary; give a dictionary with tenant_id"),
    ({"mto_tenants": [None]}, "mto_tenants[0]: the entry is empty; remove it"),
    ({"mto_tenants": [{"name": "Contoso"}]}, "mto_tenants[0] (Contoso): tenant_id is missing; give the directory"),
    (
        {"mto_tenants": [{"tenantid": TENANT}]},
        "mto_tenants[0]: 'tenantid' is not a known key (did you mean 'tenant_id'?)",
    ),
    (tenant(tenant_id="contoso.example"), "mto_tenants[0] (Contoso): tenant_id 'contoso.example' is not a GUID"),
    (tenant(tenant_id=HOME), "mto_tenants[0] (Contoso): this is the home tenant; remove this row"),
    (
        {"mto_tenants": [*tenant()["mto_tenants"], {"tenant_id": f"{{{TENANT}}}"}]},
        "is already in mto_tenants[0] (Contoso)",
    ),
    (tenant(access="gdpa"), "access 'gdpa' is not an access method (did you mean 'gdap'?); choose one of"),
    (
        tenant(roles=["Securty Reader"]),
        "role 'Securty Reader' is not a known role name (did you mean 'Security Reader'?)",
    ),
    (tenant(roles=5), "mto_tenants[0].roles: '5' is not a list; give a list."),
    (tenant(licenses=["WINDEFTAP"]), "license 'windeftap' is not a known plan or product (did you mean 'windefatp'?)"),
    (tenant(cloud="gcchigh"), "cloud 'gcchigh' is not a known cloud (did you mean 'gcc_high'?); choose one of"),
    (tenant(name=["Contoso"]), "mto_tenants[0].name: a list is not text; give text."),
    # The run and the report.
    ({"mto_checks": ["portal"]}, "mto_checks: 'portal' is not a choice; choose among listed, sign_in, defender."),
    ({"mto_checks": []}, "mto_checks: the list is empty, so that nothing would be verified; choose among"),
    (
        {"mto_expiry_warning_days": 731},
        "mto_expiry_warning_days: '731' is out of range; give a whole number from 0 to 730.",
    ),
    ({"mto_register": "maybe"}, "mto_register: 'maybe' is neither true nor false; write true or false."),
    ({"mto_fail_on": ["requird"]}, "mto_fail_on: 'requird' is not a choice (did you mean 'required'?); choose among"),
    ({"mto_fail_on": True}, "mto_fail_on: true is not a list; give a list."),
    ({"mto_report_formats": "pdf"}, "mto_report_formats: 'pdf' is not a choice; choose among json"),
    ({"mto_report_mode": 600}, "mto_report_mode: '600' is not the mode of a file; give it in quotes"),
    ({"mto_report_mode": "rw"}, "mto_report_mode: 'rw' is not the mode of a file"),
    ({"mto_report_dir": "none"}, "mto_report_dir: DIR/none does not exist; create it first: mkdir -m 700 'DIR/none'."),
    ({"mto_report_dir": "text"}, "mto_report_dir: DIR/text is not a directory; name a directory for the files."),
    ({"mto_report_dir": "/proc/none"}, "mto_report_dir: /proc/none does not exist; create it first"),
    (
        {"mto_report_previous": "none"},
        "mto_report_previous: DIR/none cannot be read (No such file or directory); name a",
    ),
    ({"mto_report_previous": "text"}, "mto_report_previous: DIR/text is not valid JSON; name a report.json of onboard"),
    ({"mto_report_previous": "other.json"}, "mto_report_previous: DIR/other.json is not a report that can be compared"),
    ({"mto_baseline": "none"}, "mto_baseline: DIR/none cannot be read (No such file or directory); correct it, as"),
    ({"mto_baseline": "text"}, "mto_baseline: DIR/text is not a dictionary with only the list accepted; correct it"),
    ({"mto_baseline": "tab.yml"}, "mto_baseline: DIR/tab.yml is not valid YAML (line 2); correct it, as"),
    ({"mto_baseline": "baseline.yml"}, "entry 1: 'ownr' is not a key (did you mean 'owner'?); correct it, as"),
    ({"mto_fail_on": ["news"]}, "mto_fail_on: 'news' is not a choice (did you mean 'new'?); choose among"),
    ({"mto_evidence_dir": "none"}, "mto_evidence_dir: DIR/none does not exist; create it first"),
    ({"mto_evidence_dir": ["."]}, "mto_evidence_dir: a list is not the path of a file or directory; give the path"),
    # The view.
    (
        {**VIEW, "mto_registration": "aply"},
        "mto_registration: 'aply' is not a choice (did you mean 'apply'?); choose among",
    ),
    (
        {**VIEW, "mto_registration": "apply"},
        "mto_registration: apply needs mto_portal_contract and a live session (mto_portal_cookies_file",
    ),
    (
        {**VIEW, "mto_registration": "apply", "mto_portal_contract": CONTRACT},
        "mto_registration: apply needs mto_portal_contract and a live session (mto_portal_cookies_file",
    ),
    ({**VIEW, "mto_portal_contract": "none.yml"}, "mto_portal_contract: DIR/none.yml cannot be read (No such file"),
    ({**VIEW, "mto_portal_contract": "tab.yml"}, "mto_portal_contract: DIR/tab.yml is not valid YAML (line 2)"),
    (
        {**VIEW, "mto_portal_session": SESSION, "mto_portal_snapshot": "view.json"},
        "mto_portal_session: give only one of mto_portal_cookies_file, mto_portal_session, mto_portal_snapshot",
    ),
    ({**VIEW, "mto_portal_session": {"sccauth": "a-session"}}, "mto_portal_session: give both sccauth and xsrf_token"),
    (
        {**VIEW, "mto_portal_session": "a-session-cookie"},
        "mto_portal_session: the value is not a dictionary; give a dict",
    ),
    (
        {**VIEW, "mto_portal_session": {**SESSION, "sccauth": "short"}},
        "mto_portal_session.sccauth: the value has fewer",
    ),
    ({**VIEW, "mto_portal_cookies_file": "none"}, "mto_portal_cookies_file: DIR/none cannot be read (No such file"),
    (
        {**VIEW, "mto_portal_cookies_file": "text"},
        "mto_portal_cookies_file: 'DIR/text' holds no cookies; give a Playwright",
    ),
    ({**VIEW, "mto_portal_snapshot": "text"}, "mto_portal_snapshot: DIR/text is not valid JSON; give a file that"),
    ({**VIEW, "mto_snapshot_max_age": "a day"}, "mto_snapshot_max_age: 'a day' is not a duration of more than 0"),
    ({**VIEW, "mto_wait_timeout": -1}, "mto_wait_timeout: '-1' is not a duration of 0 or more"),
    ({**VIEW, "mto_max_tenants": 0}, "mto_max_tenants: '0' is out of range; give a whole number from 1"),
    ({**VIEW, "mto_max_removals": -1}, "mto_max_removals: '-1' is out of range; give a whole number from 0"),
    ({**VIEW, "mto_purge": "perhaps"}, "mto_purge: 'perhaps' is neither true nor false; write true or false."),
    (
        {**VIEW, "mto_backup": True, "mto_backup_dir": "none"},
        "mto_backup_dir: 'DIR/none' is not a directory that can be",
    ),
    # Templates.
    (
        {"mto_operator": "{{ nobody }}"},
        "mto_operator: its template cannot be resolved ('nobody' is undefined); correct it.",
    ),
    (
        {"mto_tenants": [{"tenant_id": "{{ nothing }}"}]},
        "mto_tenants: its template cannot be resolved ('nothing' is und",
    ),
]
MENDING = {
    "mto_remedies": ["gdap_assignment"],
    "mto_journal": "journal.jsonl",
    "mto_writer_client_id": OTHER,
    "mto_writer_client_secret": "another-long-secret",
}


def gdap(**terms):
    return {**MENDING, **tenant(gdap=terms)}


REMEDY = [
    ({}, "mto_remedies: none is named, so that there is nothing to do; name some"),
    ({**MENDING, "mto_remedies": []}, "mto_remedies: none is named, so that there is nothing to do; name some"),
    ({**MENDING, "mto_remedies": "all"}, "mto_remedies: 'all' is not a choice; choose among gdap_auto_extend,"),
    ({**MENDING, "mto_remedies": ["gdap_auto_extnd"]}, "mto_remedies: 'gdap_auto_extnd' is not a choice (did you mean"),
    ({**MENDING, "mto_remedies": {"gdap_request": True}}, "mto_remedies: a dictionary is not a list; give a list."),
    ({**MENDING, "mto_remedies": True}, "mto_remedies: true is not a list; give a list."),
    ({**MENDING, "mto_journal": None}, "mto_journal: missing; name a file in which each write is written down,"),
    (
        {**MENDING, "mto_journal": "none/journal.jsonl"},
        "mto_journal: DIR/none does not exist; create it first: mkdir -m 700",
    ),
    ({**MENDING, "mto_journal": "DIR"}, "mto_journal: DIR is a directory; name a file in it."),
    ({**MENDING, "mto_journal": "text/journal.jsonl"}, "mto_journal: DIR/text is not a directory; name a file in one."),
    ({**MENDING, "mto_journal": "open"}, "mto_journal: other users can access DIR/open; run chmod 600 'DIR/open'."),
    (
        {**MENDING, "mto_journal": ["journal.jsonl"]},
        "mto_journal: a list is not the path of a file or directory; give the",
    ),
    (
        {**MENDING, "mto_invitations_dir": "none"},
        "mto_invitations_dir: DIR/none does not exist; create it first: mkdir -m",
    ),
    (
        {**MENDING, "mto_invitations_dir": "text"},
        "mto_invitations_dir: DIR/text is not a directory; name a directory for",
    ),
    ({**MENDING, "mto_max_writes": "all"}, "mto_max_writes: 'all' is not a whole number; write one such as 10."),
    ({**MENDING, "mto_max_writes": -1}, "mto_max_writes: '-1' is out of range; give a whole number from 0 to"),
    (
        {**MENDING, "mto_remedy_wait": "a while"},
        "mto_remedy_wait: 'a while' is not a duration of more than 0 and at most",
    ),
    (
        {**MENDING, "mto_remedy_create_partner": "perhaps"},
        "mto_remedy_create_partner: 'perhaps' is neither true nor false; write",
    ),
    (
        {**MENDING, "mto_remedy_confirm": [OTHER]},
        "mto_remedy_confirm[0]: aaaaaaaa-0000-4000-8000-000000000002 is not in",
    ),
    (
        {**MENDING, "mto_remedy_confirm": ["contoso"]},
        "mto_remedy_confirm[0]: 'contoso' is not a GUID; give the directory",
    ),
    (
        {**MENDING, "mto_remedy_confirm": "all"},
        "mto_remedy_confirm[0]: 'all' is not a GUID; give the directory (tenant)",
    ),
    ({**MENDING, "mto_remedy_confirm": True}, "mto_remedy_confirm: true is not a list; give a list."),
    ({**MENDING, "mto_writer_client_id": None}, "mto_writer_client_id: missing. Remedies are written by an app"),
    (
        {**MENDING, "mto_writer_client_id": CLIENT.upper()},
        "mto_writer_client_id: this is the app that reads, which is to stay",
    ),
    (
        {**MENDING, "mto_writer_client_id": "writer"},
        "mto_writer_client_id: 'writer' is not a GUID; give the client ID of the",
    ),
    (
        {**MENDING, "mto_writer_client_secret": None},
        "mto_writer_client_secret: the app that writes has no credential; give",
    ),
    (
        {**MENDING, "mto_writer_client_secret": "short"},
        "mto_writer_client_secret: the value has fewer than 8 characters, so",
    ),
    (
        {**MENDING, "mto_writer_client_secret": "two words of it"},
        "mto_writer_client_secret: the value has white space or characters that",
    ),
    (
        {**MENDING, "mto_writer_client_secret": "text"},
        "mto_writer_client_secret: the value is the path of a file; pass what",
    ),
    (
        {**MENDING, "mto_writer_federated_token_file": "token"},
        "mto_writer_client_secret: give only one credential for the app;",
    ),
    (
        {**MENDING, "mto_writer_client_secret": None, "mto_writer_client_certificate_path": "none"},
        "mto_writer_client_certificate_path: DIR/none cannot be read (No such",
    ),
    (
        {**MENDING, "mto_writer_client_secret": None, "mto_writer_client_certificate_path": "ca.pem"},
        "mto_writer_client_certificate_path: DIR/ca.pem holds no private key;",
    ),
    (
        gdap(assignments=[{"group": "SOC analysts", "roles": ["Security Reader"]}]),
        "mto_tenants[0] (Contoso): gdap.assignments[0]: group 'SOC analysts' is",
    ),
    (gdap(assignments=[{"group": OTHER}]), "mto_tenants[0] (Contoso): gdap.assignments[0]: roles is missing; name"),
    (gdap(assignments=[{"groups": OTHER}]), "mto_tenants[0].gdap.assignments[0]: 'groups' is not a known key (did"),
    (gdap(assignments=OTHER), "mto_tenants[0].gdap.assignments: 'aaaaaaaa-0000-4000-8000-000000000002'"),
    (gdap(assignments=[OTHER]), "mto_tenants[0].gdap.assignments[0]:"),
    (gdap(assignment=[]), "mto_tenants[0].gdap: 'assignment' is not a known key (did you mean"),
    (gdap(roles=["Securty Reader"]), "mto_tenants[0] (Contoso): gdap: role 'Securty Reader' is not a known"),
    (gdap(roles=["Global Administrator"]), "mto_tenants[0] (Contoso): gdap: a relationship with Global"),
    (
        gdap(roles=["Security Reader"], duration="2 years"),
        "mto_tenants[0] (Contoso): gdap: duration '2 years' is not a time from",
    ),
    (
        gdap(roles=["Security Reader"], duration="P3Y"),
        "mto_tenants[0] (Contoso): gdap: duration 'P3Y' is not a time from P1D",
    ),
    (
        gdap(roles=["Security Reader"], auto_extend="perhaps"),
        "mto_tenants[0].gdap.auto_extend: 'perhaps' is neither true nor false;",
    ),
    (
        gdap(roles=["Security Reader"], assignments=[{"group": OTHER, "roles": ["Security Operator"]}]),
        "mto_tenants[0] (Contoso): gdap.assignments[0]: a group cannot get a",
    ),
    ({**MENDING, **tenant(gdap="yes")}, "mto_tenants[0].gdap: 'yes' is not a dictionary; give a dictionary with"),
    ({**MENDING, **tenant(gdpa={})}, "mto_tenants[0]: 'gdpa' is not a known key (did you mean 'gdap'?); use"),
]
UNDO = [
    ({}, "mto_remedies: none is named, so that there is nothing to do; name some"),
    ({**MENDING, "mto_journal": None}, "mto_journal: missing; name a file in which each write is written down,"),
    (MENDING, "journal.jsonl does not exist, so that nothing is known to take back; name"),
    ({**MENDING, "mto_remedies": "all"}, "mto_remedies: 'all' is not a choice; choose among gdap_auto_extend,"),
    ({**MENDING, "mto_tenants": None}, "mto_tenants: missing. Set the variable to a list of tenants"),
    (
        {**MENDING, "mto_journal": "none/journal.jsonl"},
        "mto_journal: DIR/none does not exist; create it first: mkdir -m 700",
    ),
]
OFFBOARD = [
    ({}, "mto_offboard: missing; give a list."),
    ({"mto_offboard": []}, "mto_offboard: the list is empty; give the IDs of the tenants to remove from the view."),
    ({"mto_offboard": "contoso"}, "mto_offboard[0]: 'contoso' is not a GUID; give the directory (tenant) ID."),
    ({"mto_offboard": "all"}, "mto_offboard[0]: 'all' is not a GUID; give the directory (tenant) ID."),
    ({"mto_offboard": "@leaving.yml"}, "mto_offboard: '@leaving.yml' is the name of a file; on a command line, give a"),
    ({"mto_offboard": f"[{OTHER}]"}, "mto_offboard: the value is text that looks like JSON; on a command line"),
    ({"mto_offboard": {OTHER: None}}, "mto_offboard: a dictionary is not a list; give a list."),
    ({"mto_offboard": [{OTHER: None}]}, "mto_offboard[0]: a dictionary is not text; put it in quotes."),
    ({"mto_offboard": [{"tenant_id": OTHER}]}, "mto_offboard[0]: a dictionary is not text; give text."),
    ({"mto_offboard": [HOME]}, "mto_offboard[0]: this is the home tenant, which is always in the view; leave it out."),
    (
        {"mto_offboard": [TENANT.upper()]},
        f"mto_offboard: still declared: {TENANT}. Remove these tenants from mto_tenants",
    ),
    ({"mto_offboard": [OTHER], "mto_registration": "apply"}, "mto_registration: apply needs mto_portal_contract"),
    ({"mto_offboard": [OTHER], "mto_max_removals": "all"}, "mto_max_removals: 'all' is not a whole number; write one"),
]
REPORT = [
    ({}, "mto_report_file: missing; give the path of a file or directory."),
    ({"mto_report_file": ["report.json"]}, "mto_report_file: a list is not the path of a file or directory"),
    ({"mto_report_file": {"src": "report.json"}}, "mto_report_file: a dictionary is not the path of a file"),
    ({"mto_report_file": "report.json", "mto_report_dir": "text"}, "mto_report_dir: DIR/text is not a directory"),
    ({"mto_report_file": "report.json", "mto_report_formats": "all"}, "mto_report_formats: 'all' is not a choice"),
    (
        {"mto_report_file": "report.json", "mto_report_mode": "644 "},
        "mto_report_mode: '644 ' is not the mode of a file",
    ),
    ({"mto_report_file": "report.json", "mto_fail_on": ["all"]}, "mto_fail_on: 'all' is not a choice"),
]
ACCEPTED = {
    "mto_accept": ["license.none"],
    "mto_accept_why": "It ends.",
    "mto_accept_owner": "Anna",
    "mto_accept_until": "2999-01-31",
    "mto_baseline": "new.yml",
    "mto_report_file": "report.json",
}
ACCEPT = [
    ({}, "mto_accept: missing; give a list."),
    ({**ACCEPTED, "mto_accept": []}, "mto_accept: the list is empty; give IDs or reasons of findings."),
    ({**ACCEPTED, "mto_accept": ["license"]}, "mto_accept[0]: 'license' is neither the ID nor the reason of a finding"),
    ({**ACCEPTED, "mto_accept_why": None}, "mto_accept_why: missing; give text."),
    ({**ACCEPTED, "mto_accept_owner": "A: B"}, "mto_accept_owner: it must be a person or a team, in at most 100"),
    ({**ACCEPTED, "mto_accept_until": None}, "mto_accept_until: missing; give a value."),
    ({**ACCEPTED, "mto_accept_until": "soon"}, "mto_accept_until: it must be a day such as 2027-01-31."),
    ({**ACCEPTED, "mto_accept_until": "2026-01-31"}, "mto_accept_until: 2026-01-31 is over; give a later day."),
    ({**ACCEPTED, "mto_baseline": "baseline.yml"}, "entry 1: 'ownr' is not a key (did you mean 'owner'?)"),
    ({**ACCEPTED, "mto_baseline": "none/new.yml"}, "mto_baseline: DIR/none does not exist; create it first"),
    ({**ACCEPTED, "mto_report_file": None}, "mto_report_file: missing; set it to a report.json, or mto_report_dir to"),
    (
        {**ACCEPTED, "mto_report_file": "other.json"},
        "mto_report_file: DIR/other.json is not a report that can be compar",
    ),
]
# What the playbooks that do without the role are given. The connection is checked as for onboard.
ADOPT = [
    ({"mto_adopt_dir": "none"}, "mto_adopt_dir: DIR/none does not exist; create it first: mkdir -m 700 'DIR/none'."),
    ({"mto_adopt_dir": "text"}, "mto_adopt_dir: DIR/text is not a directory; name a directory for the files."),
    ({"mto_adopt_dir": "inv/tenants.yml"}, "mto_adopt_dir: DIR/inv/tenants.yml does not exist; create it first"),
    ({**NO_SECRET, "mto_refresh_token": "token"}, "mto_refresh_token: the value is the path of a file; pass what"),
    ({"mto_adopt_dir": ["."]}, "mto_adopt_dir: a list is not the path of a file or directory; give the path"),
    ({"mto_adopt_overwrite": "perhaps"}, "mto_adopt_overwrite: 'perhaps' is neither true nor false; write true or"),
    ({"mto_home_tenant_id": "contoso"}, "mto_home_tenant_id: 'contoso' is not a GUID such as"),
    ({"mto_client_id": None}, "mto_client_id: missing; set it, or the environment variable MTO_CLIENT_ID"),
    ({"mto_operator": "Anna Berg"}, "mto_operator: 'Anna Berg' is neither a user principal name nor an object ID"),
    (NO_SECRET, "mto_client_secret: no identity is given. Give the app's mto_client_secret"),
    ({"mto_client_secret": "two words of it"}, "mto_client_secret: the value has white space or characters"),
    ({"mto_refresh_token_file": "none"}, "mto_refresh_token_file: 'DIR/none' cannot be read (No such file"),
    ({"mto_cloud": "mars"}, "mto_cloud: 'mars' is not a choice; choose among public, gcc, gcc_high, dod."),
    ({"mto_timeout": "soon"}, "mto_timeout: 'soon' is not a duration of more than 0"),
    ({"mto_endpoints": ["https://x"]}, "mto_endpoints: a list is not a dictionary; give a dictionary with login"),
]
LOGIN = [
    ({}, "mto_refresh_token_file: missing; give the path of a file or directory."),
    ({"mto_refresh_token_file": ""}, "mto_refresh_token_file: missing; give the path of a file or directory."),
    ({"mto_refresh_token_file": "."}, "mto_refresh_token_file: DIR is a directory; name a file in it."),
    (
        {"mto_refresh_token_file": "none/token"},
        "mto_refresh_token_file: DIR/none does not exist; create it first: mkdir",
    ),
    ({"mto_refresh_token_file": "text/token"}, "mto_refresh_token_file: DIR/text is not a directory; name a file in"),
    ({**TOKEN, "mto_login_method": "brower"}, "mto_login_method: 'brower' is not a choice (did you mean 'browser'?)"),
    ({**TOKEN, "mto_login_method": "device-code"}, "mto_login_method: 'device-code' is not a choice (did you mean 'de"),
    ({**TOKEN, "mto_login_port": "localhost:8400"}, "mto_login_port: 'localhost:8400' is not a whole number; write"),
    (
        {**TOKEN, "mto_client_secret": '"in-double-quotes"'},
        "mto_client_secret: the value is in quotes; pass it without",
    ),
    ({**TOKEN, "mto_login_wait": 0}, "mto_login_wait: '0' is out of range; give a whole number from 1 to 3600."),
    ({**TOKEN, "mto_login_wait": "5m"}, "mto_login_wait: '5m' is not a whole number; write one such as 300."),
    ({**TOKEN, "mto_login_port": 70000}, "mto_login_port: '70000' is out of range; give a whole number from 0 to"),
    ({**TOKEN, "mto_login_renew": "never"}, "mto_login_renew: 'never' is neither true nor false; write true or false."),
    ({**TOKEN, "mto_login_browser": "firefox"}, "mto_login_browser: 'firefox' is neither true nor false; write true"),
    ({**TOKEN, "mto_client_id": "app"}, "mto_client_id: 'app' is not a GUID such as"),
    (
        {**TOKEN, **NO_SECRET, "mto_client_certificate_path": "none"},
        "mto_client_certificate_path: DIR/none cannot be read (No such",
    ),
]
SNAPSHOT = [
    ({}, "mto_snapshot_file: missing; give the path of a file or directory."),
    ({"mto_snapshot_file": "."}, "mto_snapshot_file: DIR is a directory; name a file in it."),
    ({"mto_snapshot_file": "none/x"}, "mto_snapshot_file: DIR/none does not exist; create it first: mkdir -m 700"),
    (FILE, "mto_portal_snapshot: no source of the view is given. Give mto_portal_cookies_file, mto_portal_session or"),
    ({**FILE, "mto_operator": None}, "mto_operator: missing. Give the user principal name of the person whose view"),
    ({**FILE, "mto_portal_cookies_file": "text"}, "mto_portal_cookies_file: 'DIR/text' holds no cookies; give a"),
    ({**FILE, "mto_portal_snapshot": "text"}, "mto_portal_snapshot: DIR/text is not valid JSON; give a file that"),
    ({**FILE, "mto_portal_session": SESSION, "mto_portal_snapshot": "x"}, "mto_portal_session: give only one of mto_"),
    ({"mto_snapshot_file": ["view.json"]}, "mto_snapshot_file: a list is not the path of a file or directory"),
    ({**FILE, "mto_portal_snapshot": "ca.pem"}, "mto_portal_snapshot: DIR/ca.pem is not valid JSON; give a file that"),
    ({**FILE, "mto_portal_snapshot": "none.har"}, "mto_portal_snapshot: DIR/none.har cannot be read (No such file"),
    (
        {**FILE, "mto_portal_session": {"sccauth": "text", "xsrf_token": "x"}},
        "mto_portal_session.sccauth: the value is",
    ),
    ({**FILE, "mto_snapshot_max_age": "a day"}, "mto_snapshot_max_age: 'a day' is not a duration of more than 0"),
    ({**FILE, "mto_home_tenant_id": None}, "mto_home_tenant_id: missing; set it, or the environment variable"),
]
TABLES = {
    "onboard": ONBOARD,
    "remedy": REMEDY,
    "undo": UNDO,
    "offboard": OFFBOARD,
    "report": REPORT,
    "accept": ACCEPT,
    "adopt": ADOPT,
    "login": LOGIN,
    "snapshot": SNAPSHOT,
}
ROWS = [(entry_point, *row) for entry_point, rows in TABLES.items() for row in rows]
# In the environment: the variables, and what the sentence says.
ENVIRONMENT = [
    ({"MTO_HOME_TENANT_ID": "contoso"}, {"mto_home_tenant_id": None}, "mto_home_tenant_id: 'contoso' is not a GUID"),
    ({"AZURE_CLIENT_ID": "app"}, {"mto_client_id": None}, "mto_client_id: 'app' is not a GUID"),
    ({"MTO_CLIENT_SECRET": "short"}, NO_SECRET, "mto_client_secret: the value has fewer than 8 characters"),
    ({"MTO_CLOUD": "mars"}, {}, "mto_cloud: 'mars' is not a known cloud; choose one of public, gcc, gcc_high, dod."),
    ({"MTO_CA_PATH": "/none.pem"}, {}, "mto_ca_path: '/none.pem' does not exist; set mto_ca_path"),
    (
        {"REQUESTS_CA_BUNDLE": "/none.pem"},
        {},
        "REQUESTS_CA_BUNDLE in the environment: '/none.pem' does not exist; set mto",
    ),
    ({"MTO_CLIENT_SECRET": '"in-double-quotes"'}, NO_SECRET, "mto_client_secret: the value is in quotes; pass it"),
    ({"MTO_OPERATOR": "Anna Berg"}, {"mto_operator": None}, "mto_operator: 'Anna Berg' is neither a user principal"),
    ({"MTO_REFRESH_TOKEN": "two words"}, {}, "mto_refresh_token: the value has white space or characters"),
    ({"MTO_REFRESH_TOKEN_FILE": "/none"}, {}, "mto_refresh_token_file: '/none' cannot be read (No such file"),
    ({"MTO_REFRESH_TOKEN_FILE": "none"}, {}, "mto_refresh_token_file: 'DIR/none' cannot be read (No such file"),
    ({"MTO_REFRESH_TOKEN_FILE": "~/no~"}, {}, "mto_refresh_token_file: 'HOME/no~' cannot be read (No such file"),
    ({"MTO_PORTAL_SNAPSHOT": "/none"}, VIEW, "mto_portal_snapshot: /none cannot be read (No such file"),
]
# What is set in vain or misspelt does not stop a run, and is told.
WARNINGS = [
    (
        {"mto_fail_onn": []},
        {},
        "mto_fail_onn: this variable is not known (did you mean 'mto_fail_on'?) and has no effect",
    ),
    (
        {"MTO_CLIENT_SECRET": "x"},
        {},
        "MTO_CLIENT_SECRET: this variable is not known (did you mean 'mto_client_secret'?)",
    ),
    (
        {},
        {"MTO_WRITER_CLIENT_SERCET": "a-client-secret"},
        "MTO_WRITER_CLIENT_SERCET: this environment variable is not read (did you mean 'MTO_WRITER_CLIENT_SECRET'?)",
    ),
    ({"mto_remedy": ["mfa_trust"]}, {}, "mto_remedy: this variable is not known (did you mean 'mto_remedies'?)"),
    ({"mto_jornal": "j.jsonl"}, {}, "mto_jornal: this variable is not known (did you mean 'mto_journal'?)"),
    ({"mto_login_timeout": 9}, {}, "mto_login_timeout: this variable is not known"),
    ({"mto_adopt_file": "x"}, {}, "mto_adopt_file: this variable is not known (did you mean 'mto_adopt_dir'?)"),
    ({"mto_reportdir": "."}, {}, "mto_reportdir: this variable is not known (did you mean 'mto_report_dir'?)"),
    (tenant(licenses=["NEW_PLAN"]), {}, "mto_tenants[0] (Contoso): license 'new_plan' is not a known name"),
    ({}, {"MTO_CLIENT_CERTIFICATE_PASSWORD": "a-password"}, "MTO_CLIENT_CERTIFICATE_PASSWORD is set but not used"),
    (
        {},
        {"MTO_TIMEOUT": "30"},
        "MTO_TIMEOUT: this environment variable is not read; correct its name, set mto_timeout",
    ),
    (
        {},
        {"MTO_CLIENT_SERCET": "a-client-secret"},
        "MTO_CLIENT_SERCET: this environment variable is not read (did you mean 'MTO_CLIENT_SECRET'?)",
    ),
    (
        {},
        {"MTO_CLIENT_SECRET": "another-secret"},
        "MTO_CLIENT_SECRET is set but not used: the app signs in with mto_client_secret.",
    ),
    (
        {"mto_client_certificate_password": "a-password"},
        {},
        "mto_client_certificate_password is set but not used: it counts only beside mto_client_certificate_path.",
    ),
]


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    """The files that the rows name, in the directory of the shell, with nothing of the user's environment."""
    for name in [name for name in os.environ if name.startswith(("MTO_", "AZURE_", "REQUESTS_", "CURL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    files = {
        "text": b"some text\n",
        "empty": b"",
        "words": b"two words",
        "open": b"0.a-refresh-token",
        "seven": b"0.short",
        "token": b"0.a-refresh-token",
        "ca.pem": pem_of(ROOT.certificate),
        "app.pem": pem_of(ROOT.key) + pem_of(ROOT.certificate),
        "mixed.pem": pem_of(ROOT.key) + pem_of(LEAF.certificate),
        "curve.pem": pem_of(CURVE.key) + pem_of(CURVE.certificate),
        "tab.yml": b"version: 1\n\twrite: 2\n",
        "report.json": REPORTED,
        "other.json": b"{}",
        "baseline.yml": b"accepted:\n- id: a\n  why: It ends.\n  ownr: Anna\n  until: 2999-01-31\n",
        "evidence.json": b"{}",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o644 if name == "open" else 0o600)
    # Reading all authorities of the system takes long.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return tmp_path


@pytest.fixture(autouse=True)
def no_request(monkeypatch):
    """Fail whatever opens a socket."""
    opened = []
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, address: opened.append(address) or 1 / 0)
    yield
    assert opened == []


@pytest.fixture(autouse=True)
def nothing_lost(directory):
    """Compare all files before and after."""
    before = contents_of(directory)
    yield
    assert contents_of(directory).items() >= before.items()


def contents_of(directory):
    return {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), stat.S_IMODE(path.stat().st_mode))
        for path in directory.iterdir()
        if path.is_file()
    }


def in_directory(value, directory):
    """Put the directory of the test in the place of DIR."""
    return json.loads(json.dumps(value).replace("DIR", str(directory)))


def test_table_is_long_enough():
    assert len(ROWS) + len(ENVIRONMENT) + len(WARNINGS) >= 200


@pytest.mark.parametrize(("entry_point", "changes", "sentence"), ROWS, ids=[f"{row[0]}-{row[2][:48]}" for row in ROWS])
def test_mistake_gets_one_sentence(directory, entry_point, changes, sentence):
    result, _warnings = preflight({**GOOD, **in_directory(changes, directory)}, entry_point)
    assert result.get("failed"), "it was accepted"
    assert in_directory(sentence, directory) in result["msg"]
    assert faults_of(result["msg"], result["msg"].split(":")[0].split("[")[0].split(".")[0]) == []
    assert GOOD["mto_client_secret"] not in str(result)


@pytest.mark.parametrize(("environment", "changes", "sentence"), ENVIRONMENT)
def test_mistake_in_the_environment_gets_one_sentence(directory, environment, changes, sentence):
    sentence = in_directory(sentence, directory).replace("HOME/", f"{pathlib.Path.home()}/")
    result, _warnings = preflight({**GOOD, **changes}, environment=environment)
    assert result.get("failed"), "it was accepted"
    assert result["msg"].startswith(sentence)
    assert result["msg"].endswith(".")


@pytest.mark.parametrize(("changes", "environment", "warning"), WARNINGS)
def test_what_has_no_effect_is_told(changes, environment, warning):
    result, warnings = preflight({**GOOD, **changes}, environment=environment)
    assert not result.get("failed"), result
    assert [text.startswith(warning) for text in warnings] == [True]


@pytest.mark.parametrize("entry_point", ["onboard", "adopt"])
def test_vaulted_value_without_a_password_says_what_to_give(entry_point):
    secret = EncryptedString(ciphertext="$ANSIBLE_VAULT;1.1;AES256\n3134")
    result, _warnings = preflight({**GOOD, "mto_adopt_dir": ".", "mto_client_secret": secret}, entry_point)
    assert result["msg"].startswith(
        "mto_client_secret: the value is encrypted with ansible-vault and cannot be decrypted"
    )
    assert result["msg"].endswith("; give the password of the vault, such as with --ask-vault-pass.")


def test_expired_certificate_is_told(directory):
    (directory / "app.pem").write_bytes(
        pem_of(ROOT.key) + pem_of(ROOT.renewed(NOW.replace(year=2020), NOW.replace(year=2021)))
    )
    result, warnings = preflight({**GOOD, **NO_SECRET, "mto_client_certificate_path": "app.pem"})
    assert not result.get("failed"), result
    assert "expired" in warnings[0]
    (directory / "app.pem").write_bytes(pem_of(ROOT.key) + pem_of(ROOT.certificate))


@pytest.mark.parametrize(
    "changes",
    [
        {"mto_home_tenant_id": f" {{{HOME.upper()}}} ", "mto_client_id": CLIENT.upper()},
        {"mto_operator": " anna@northwind.example\n", "mto_client_secret": "a-long-client-secret\n"},
        {"mto_operator": "{AAAAAAAA-0000-4000-8000-00000000000A}"},
        {"mto_timeout": "30s", "mto_deadline": "5m", "mto_concurrency": "8"},
        {"mto_timeout": 30, "mto_deadline": 600.5},
        {
            "mto_fail_on": "required,unknown",
            "mto_checks": "listed",
            "mto_register": "no",
            "mto_report_formats": ["json"],
        },
        {"mto_fail_on": [], "mto_report_mode": "0640", "mto_report_dir": ".", "mto_evidence_dir": "~"},
        {"mto_endpoints": json.dumps(GOOD["mto_endpoints"]), "mto_operator": "", "mto_client_secret": None}
        | {"mto_refresh_token_file": "token"},
        tenant(roles="Security Reader", licenses="SPE_E5,MTP", access="GDAP", cloud=""),
    ],
)
def test_harmless_forms_are_accepted(changes, monkeypatch, directory):
    monkeypatch.setenv("HOME", str(directory))
    result, warnings = preflight({**GOOD, **changes})
    assert not result.get("failed"), result
    assert warnings == []


def test_both_sources_of_tenants_are_one_too_many():
    result, _warnings = preflight(GOOD, groups={"mto_tenants": {"contoso": {"mto_tenant_id": TENANT}}})
    assert result["msg"].startswith(
        "mto_tenants: both the variable and the inventory group of that name are given; keep"
    )


def test_host_without_an_id_is_named():
    result, _warnings = preflight({**GOOD, "mto_tenants": None}, groups={"mto_tenants": {"contoso": {}}})
    assert result["msg"].startswith("mto_tenant_id: the host 'contoso' of the group mto_tenants has none; set it to")


def test_empty_group_is_an_empty_list():
    result, _warnings = preflight({**GOOD, "mto_tenants": None}, groups={"mto_tenants": {}})
    assert result["msg"].startswith("mto_tenants: the list is empty")


ONE_SENTENCE = "mto_fail_on: 'requird' is not a choice (did you mean 'required'?); choose among"
ROLE = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "roles": ["m365.defender.mto"]}]


@pytest.fixture
def shell(tmp_path):
    """ansible-playbook with what a run needs, without a lab: a request would go nowhere."""
    lab = types.SimpleNamespace(connection={"client_secret": GOOD["mto_client_secret"], "refresh_token": ""})
    found = Ansible(tmp_path, lab)
    found.variables = lambda: {name: value for name, value in GOOD.items() if name != "mto_client_secret"}
    (tmp_path / "role.yml").write_text(json.dumps(ROLE), encoding="utf-8")
    (tmp_path / "hosts.yml").write_text(json.dumps({"mto_tenants": {"hosts": {"contoso": {}}}}), encoding="utf-8")
    return found


PLAYS = ["adopt", "drift", "login", "offboard", "onboard", "remedy", "snapshot", "undo"]


@pytest.mark.parametrize("play", PLAYS)
def test_every_play_begins_with_the_check(shell, play):
    """Whatever else is missing, the connection is looked at before anything is read or written."""
    own = {"mto_refresh_token_file": "token", "mto_snapshot_file": "view.json", "mto_offboard": [OTHER]}
    run = shell.play(f"m365.defender.{play}", **own, mto_cloud="mars", mto_opertor="anna")
    assert run.code == 2, run.output
    (error,) = [line for line in run.output.splitlines() if line.startswith("[ERROR]")]
    assert "mto_cloud: 'mars' is not a choice; choose among" in error
    assert "mto_opertor: this variable is not known (did you mean 'mto_operator'?)" in run.output
    tasks = [line for line in run.output.splitlines() if line.startswith("TASK [")]
    assert "Check all variables" in tasks[-1]
    # A play with the role has the task that includes it.
    assert len(tasks) <= 2


@pytest.mark.parametrize("play", ["m365.defender.onboard", "m365.defender.drift", "role.yml"])
def test_mistake_ends_the_run_in_its_first_task(shell, play):
    path = str(shell.directory / play) if play.endswith(".yml") else play
    run = shell.play(path, mto_fail_on=["requird"], mto_failon=[])
    assert run.code == 2, run.output
    (error,) = [line for line in run.output.splitlines() if line.startswith("[ERROR]")]
    assert ONE_SENTENCE in error
    assert "mto_failon: this variable is not known (did you mean 'mto_fail_on'?)" in run.output
    assert "mto_requirement_facts" not in run.output
    assert "argument_spec" not in run.output


NOTHING = "The tags of this run leave out every task of this play, so that nothing would be done."


@pytest.mark.parametrize(
    ("play", "flags", "sentence"),
    [
        (
            "onboard",
            ["--limit", "contoso"],
            "--limit leaves out localhost, where this play runs, so that nothing would be",
        ),
        ("drift", ["--tags", "nothing"], NOTHING),
        ("offboard", ["--skip-tags", "untagged"], NOTHING),
        (
            "remedy",
            ["--limit", "contoso"],
            "--limit leaves out localhost, where this play runs, so that nothing would be",
        ),
        ("undo", ["--tags", "nothing"], NOTHING),
    ],
)
def test_run_that_would_do_nothing_fails(shell, play, flags, sentence):
    shell.inventory = str(shell.directory / "hosts.yml")
    run = shell.play(f"m365.defender.{play}", *flags)
    assert run.code == 4, run.output
    assert sentence in run.output


def test_role_whose_tasks_are_left_out_says_so_at_the_end(shell):
    run = shell.play(str(shell.directory / "role.yml"), "--tags", "nothing")
    assert run.code == 0, run.output
    assert "No tenant was checked: the tags of this run leave out every check." in run.output.split("PLAY RECAP")[0]


def test_a_tab_in_yaml_is_named_with_its_line(shell):
    (shell.directory / "tenants.yml").write_text("mto_tenants:\n\t- tenant_id: x\n", encoding="utf-8")
    run = shell.play("m365.defender.onboard", "-e", f"@{shell.directory}/tenants.yml")
    assert run.code != 0
    assert "tenants.yml:2:1" in run.output
    assert "tab" in run.output.lower()
