# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family identity, read and check: what could not be read, whatever it was."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    GRAPH_ERRORS,
    GRAPH_THROTTLING,
    LEARN,
    MTO_REQUIREMENTS,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "identity.app_needed": Reason(
        "unknown",
        "{what} in {tenant} can be read only by an app identity, and none is given.",
        "Give client_id with client_secret, client_certificate_path or federated_token_file.",
        LEARN + "graph/auth/auth-concepts",
    ),
    "identity.operator_needed": Reason(
        "unknown",
        "{what} in {tenant} can be read only as the operator, and no refresh token is given.",
        "{operator} signs in once (ansible-playbook m365.defender.login); then give refresh_token_file or"
        " refresh_token, or leave the check out of `checks`.",
        LEARN + "graph/auth/auth-concepts",
    ),
    "check.not_chosen": Reason(
        "unknown",
        "This check was left out of `checks`.",
        "Add it to `checks` to have it made.",
        MTO_REQUIREMENTS,
    ),
    "read.forbidden": Reason(
        "unknown",
        "In {where}, {identity} was refused {what} (HTTP {status}): {said}",
        "{hint}",
        GRAPH_ERRORS,
    ),
    "read.role_missing": Reason(
        "unknown",
        "In {where}, {identity} was refused {what}: a person needs one of the roles {roles} for it, and the sign-in"
        " names none of them: {said}",
        "Give an app identity (client_secret, client_certificate_path or federated_token_file) for this read, or an"
        " administrator of {where} assigns the operator one of the roles {roles}.",
        GRAPH_ERRORS,
    ),
    "read.throttled": Reason(
        "unknown",
        "Microsoft throttled the reading of {what} in {where} until we gave up.",
        "Run again later, or lower `concurrency`.",
        GRAPH_THROTTLING,
    ),
    "read.failed": Reason(
        "unknown",
        "{what} in {where} could not be read: {said}",
        "Run again; if it stays, look at Microsoft's service health and give the request id to support.",
        GRAPH_ERRORS,
    ),
    "read.unreachable": Reason(
        "unknown",
        "{what} in {where} could not be read: {said}",
        "Check the network, the proxy and `ca_path` of the machine that runs this, then run again.",
        GRAPH_ERRORS,
    ),
    "read.deadline": Reason(
        "unknown",
        "The time for the task was used up before {what} in {where} was read.",
        "Raise `deadline` or `concurrency`, or split the tenant list.",
        GRAPH_THROTTLING,
    ),
    "read.partial": Reason(
        "unknown",
        "{what} in {where} was read only in part: {said}",
        "Run again.",
        GRAPH_ERRORS,
    ),
    "read.wrong_tenant": Reason(
        "unknown",
        "Microsoft answered for tenant {answered} where {tenant_id} was asked: nothing of it is used.",
        "Check `endpoints` and the proxy between here and Microsoft.",
        GRAPH_ERRORS,
    ),
    "read.not_offered": Reason(
        "unknown",
        "Microsoft Graph does not offer {what} in {where} (asked at {versions}): {said}",
        "Wait until Microsoft offers this preview there, or look by hand in the portal.",
        GRAPH_ERRORS,
    ),
    "read.not_in_cloud": Reason(
        "unknown",
        "{what} in {where} could not be read: Microsoft Graph of cloud {cloud} does not have it.",
        "Nobody can mend this in cloud {cloud}: declare for {where} what that cloud has (access: b2b where there is no"
        " GDAP), or look at it by hand in the portal of that cloud.",
        LEARN + "graph/deployments",
    ),
    "read.other_cloud": Reason(
        "unknown",
        "{tenant} is in cloud {cloud}; a sign-in of cloud {run_cloud} cannot read it.",
        "Check {tenant} by hand in its own cloud; the multitenant portal takes it by 'add from another cloud'.",
        MTO_REQUIREMENTS,
    ),
}
