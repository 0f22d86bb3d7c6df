# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the families identity, check and read: anything that could not be read."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

REASONS: t.Final[dict[str, pages.Reason]] = {
    "identity.app_needed": pages.Page(pages.LEARN + "graph/auth/auth-concepts").unknown(
        "{what} in {tenant} can be read only with an app identity, and none was given.",
        pages.ANSIBLE_ADMIN + "set {mto_}client_id, and one of {mto_}client_secret, {mto_}client_certificate_path or"
        " {mto_}federated_token_file.",
    ),
    "identity.operator_needed": pages.Page(pages.LEARN + "graph/auth/auth-concepts").unknown(
        "{what} in {tenant} can be read only as the operator, and no refresh token was given.",
        "{operator}: sign in once: run ansible-playbook m365.defender.login. "
        + pages.ANSIBLE_ADMIN
        + "then set {mto_}refresh_token_file or {mto_}refresh_token, or leave the check out of `{mto_}checks`.",
    ),
    "check.not_chosen": pages.MTO_REQUIREMENTS.unknown(
        "This check was left out of `{mto_}checks`.",
        "No action needed. To run the check, add it to `{mto_}checks`.",
    ),
    "read.forbidden": pages.GRAPH_ERRORS.unknown(
        "In {where}, {identity} was refused {what} (HTTP {status}): {said}",
        "Administrator of {where}: {hint}",
    ),
    "read.role_missing": pages.GRAPH_ERRORS.unknown(
        "In {where}, {identity} was refused {what}. A person needs one of the roles {roles} to read it, and the"
        " sign-in names none of them: {said}",
        pages.ANSIBLE_ADMIN
        + pages.APP_IDENTITY
        + " for this read. Or Administrator of {where}: assign the operator one of the roles {roles}.",
    ),
    "read.maybe_hidden": pages.GRAPH_ERRORS.unknown(
        "{what} in {where} came back empty to the operator, who may not be allowed to see more.",
        pages.ANSIBLE_ADMIN + pages.APP_IDENTITY + " for this read.",
    ),
    "read.throttled": pages.GRAPH_THROTTLING.unknown(
        "Microsoft kept throttling the requests for {what} in {where} until the task gave up.",
        pages.ANSIBLE_ADMIN + "run again later, or lower `{mto_}concurrency`.",
    ),
    "read.failed": pages.GRAPH_ERRORS.unknown(
        "{what} in {where} could not be read: {said}",
        pages.ANSIBLE_ADMIN
        + "run again. If this persists, check Microsoft's service health and give the request id to Microsoft support.",
    ),
    "read.evidence_damaged": pages.MTO_REQUIREMENTS.unknown(
        "The saved evidence of {tenant} is damaged and was not judged: {said}.",
        pages.ANSIBLE_ADMIN + "read {tenant} again without from_evidence, and save the evidence anew.",
    ),
    "read.foreign_answer": pages.GRAPH_ERRORS.unknown(
        "{what} in {where} could not be read. A refusal arrived without an error code of Microsoft's, so a proxy or"
        " gateway may have sent it: {said}",
        "Network administrator of the home tenant: let requests of the machine that runs this reach Microsoft"
        " unchanged. " + pages.ANSIBLE_ADMIN + "run again. If this persists, give the request id to Microsoft support.",
    ),
    "read.unreachable": pages.GRAPH_ERRORS.unknown(
        "{what} in {where} could not be read: {said}",
        pages.ANSIBLE_ADMIN
        + "resolve the cause that the message names, on the machine that runs this or in its network, then run again.",
    ),
    "read.deadline": pages.GRAPH_THROTTLING.unknown(
        "The time allowed for the task ran out before {what} in {where} was read.",
        pages.ANSIBLE_ADMIN + "raise `{mto_}deadline` or `{mto_}concurrency`, or split the tenant list.",
    ),
    "read.partial": pages.GRAPH_ERRORS.unknown(
        "{what} in {where} was read only in part: {said}",
        pages.ANSIBLE_ADMIN + "run again.",
    ),
    "read.wrong_tenant": pages.GRAPH_ERRORS.unknown(
        "Microsoft answered for tenant {answered} instead of tenant {tenant_id}, so the answer was not used.",
        pages.ANSIBLE_ADMIN + "check `{mto_}endpoints` and the proxy between this machine and Microsoft.",
    ),
    "read.no_part": pages.MTO_REQUIREMENTS.unknown(
        "No slice has left a result for {tenant} that can be used: {said}.",
        pages.ANSIBLE_ADMIN + "run the slice of {tenant} again (m365.defender.slice), then m365.defender.merge.",
    ),
    "read.not_offered": pages.GRAPH_ERRORS.unknown(
        "Microsoft Graph does not offer {what} in {where} (tried {versions}): {said}",
        pages.ANSIBLE_ADMIN + "wait until Microsoft offers this preview there, or check it by hand in the portal.",
    ),
    "read.not_in_cloud": pages.Page(pages.LEARN + "graph/deployments").unknown(
        "{what} in {where} could not be read: Microsoft Graph does not offer it in cloud {cloud}.",
        pages.ANSIBLE_ADMIN
        + "declare an access method for {where} that cloud {cloud} supports (access: b2b where there is no GDAP), or"
        " check this by hand in the portal of that cloud. It cannot be fixed within cloud {cloud}.",
    ),
    "read.other_cloud": pages.MTO_REQUIREMENTS.unknown(
        "{tenant} is in cloud {cloud}, which a sign-in to cloud {run_cloud} cannot read.",
        pages.ANSIBLE_ADMIN
        + "check {tenant} by hand in its own cloud. The multitenant portal adds it with 'add from another cloud'.",
    ),
}
