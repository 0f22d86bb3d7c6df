# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that come from the code: a row for each read, and one for each AADSTS number."""

from __future__ import annotations

import generate_docs

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import REASON_OF
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS, CATALOGUE


def rows() -> list[list[str]]:
    lines = [line for line in generate_docs.permissions_page().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_every_read_has_a_row_of_seven_cells() -> None:
    assert len(rows()) == len(ALL_READS)
    assert {len(row) for row in rows()} == {7}


def test_the_roles_of_a_person_are_told_by_name() -> None:
    told = {row[2]: row[6] for row in rows()}
    assert told["the licenses (subscribedSkus)"] == (
        "Directory Readers, Global Reader, License Administrator, User Administrator"
    )
    assert told["the first incident of Microsoft Defender XDR"] == "-"


def test_a_read_that_names_no_role_has_a_dash() -> None:
    assert all(
        (row[6] == "-") == (not read.readers) for row, (_check, _side, read) in zip(rows(), ALL_READS, strict=True)
    )


def test_every_number_of_entra_has_a_row_with_its_reason_and_remedy() -> None:
    lines = [line for line in generate_docs.aadsts_page().splitlines() if line.startswith("| AADSTS")]
    assert [int(line.split()[1].removeprefix("AADSTS")) for line in lines] == sorted(REASON_OF)
    row = next(line for line in lines if line.startswith("| AADSTS7000222 "))
    assert "| `sign_in.secret_expired` |" in row
    assert "{mto_}client_secret" in CATALOGUE.reasons["sign_in.secret_expired"].remedy
    assert row.endswith("then store it where mto_client_secret comes from. |")
