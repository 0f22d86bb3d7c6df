# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of a tenant, for writes that are not to be seen."""

from __future__ import annotations

import copy
import dataclasses

from lab.state.directory import Directory, GdapRelationship


def copy_of(directory: Directory) -> Directory:
    """Return a copy of what writes change; everything else is the tenant's own."""
    return dataclasses.replace(
        directory,
        partners=copy.deepcopy(directory.partners),
        users=copy.deepcopy(directory.users),
        deleted_users=copy.deepcopy(directory.deleted_users),
        groups_of=copy.deepcopy(directory.groups_of),
        operator_ids=list(directory.operator_ids),
        tickets=dict(directory.tickets),
        relationships=[_copy_of(row) for row in directory.relationships],
    )


def _copy_of(row: GdapRelationship) -> GdapRelationship:
    kept = copy.deepcopy((row.entity, row.assignments, row.requests, row.operations))
    return GdapRelationship(*kept, version=row.version)
