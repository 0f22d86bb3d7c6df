# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as a parsed page and as a valid JUnit tree."""

from __future__ import annotations

import pathlib

from lxml import etree
from reports import junit_of, page_of

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"


SCHEMA = etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd"))


def junit(report):
    """The valid tree of a report."""
    tree = etree.fromstring(junit_of(report).encode())
    SCHEMA.assertValid(tree)
    return tree


def body(report):
    """The body of the page, read as strictly as XML is."""
    page = page_of(report)
    return etree.fromstring(page[page.index("<body>") : page.index("</html>")].encode())
