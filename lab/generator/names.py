# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of made-up companies."""

from __future__ import annotations

import re
import typing as t
import unicodedata

NAMES: t.Final = (
    "Adler Birkmann Cascade Dunmore Elbtal Falkner Granit Hartwell Isar Juniper Kanto Lakeside Møller Norrland"
    " Orchard Pinewood Quarry Ravensburg Sørensen Tamarack Uferlos Vesterholm Wexford Zephyr"
).split()
TRADES: t.Final = (
    "Logistics",
    "Hospitals",
    "Insurance Group",
    "Machine Works",
    "Foods",
    "Law Partners",
    "Energy",
    "Schools Trust",
    "Retail",
    "Pharma",
    "Shipping",
    "Media",
)
COUNTRIES: t.Final = ("DE", "AT", "CH", "NL", "BE", "DK", "SE", "NO", "FI", "GB", "IE", "FR", "US", "CA", "AU", "NZ")


def ascii_name(name: str) -> str:
    """Return a name in the form that a domain takes."""
    plain = unicodedata.normalize("NFKD", name.replace("ø", "o")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
