# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""People in other tenants: the customer who approves a relationship, and the guest who redeems an invitation."""

from __future__ import annotations

import typing as t

from lab.clients.browser import Browser

if t.TYPE_CHECKING:
    from lab.clients.portal import Connection

_APPROVAL: t.Final = "/AdminPortal/Home/partners/invitation/granularAdminRelationships/"


class Customer:
    """A customer's administrator, or a guest, at a browser."""

    def __init__(self, lab: Connection) -> None:
        self._login = str(lab["login"])
        self._browser = Browser(str(lab["ca_path"]))

    def approve(self, relationship: str) -> str:
        """Approve a relationship, by its id or by the partner's link: return the page's text. Raises BrowserError."""
        relationship_id = relationship.rstrip("/").rpartition("/")[2]
        return self._browser.submit(f"{self._login}{_APPROVAL}{relationship_id}", {})

    def redeem(self, url: str, account: str = "operator") -> str:
        """Redeem an invitation: return the text of the page. Raises BrowserError.

        `account` is "operator", "colleague", or the user principal name of a person of the home tenant.
        """
        return self._browser.submit(url, {"account": account})
