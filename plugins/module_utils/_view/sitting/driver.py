# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The browser of a sitting: one that is installed on this machine, driven by Playwright, which is optional.

Playwright brings no browser here. It opens the person's own program with a profile of its own, and listens.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import sys
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import RECORD
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import origin_of
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recording import Exchange

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import BrowserContext, Page, Request, Response

# What Playwright turns off for tests, and a sign-in may need: extensions for single sign-on, and the key store of the
# operating system, which encrypts the cookies in the profile.
_NOT_FOR_TESTS: t.Final = (
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--password-store=basic",
    "--use-mock-keychain",
)
# The path of a socket has 108 bytes at most (unix(7)); Chromium adds `/org.chromium.Chromium.XXXXXX/SingletonSocket`.
_DEEPEST: t.Final = 55
# Answers of the portal are not to be left in the profile.
_ARGUMENTS: t.Final = ("--disk-cache-size=1", "--hide-crash-restore-bubble")
_SIDE_WINDOW: t.Final = "window.open('about:blank', '_blank', 'popup,noopener,width=460,height=720,left=0,top=0')"
_SET_PARTS: t.Final = "parts => { for (const id in parts) document.getElementById(id).innerHTML = parts[id] }"
# As the portal's own page asks.
_ASK: t.Final = """path => {
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith("XSRF-TOKEN="));
  const token = pair ? decodeURIComponent(pair.slice("XSRF-TOKEN=".length)) : "";
  void fetch(path, { headers: { "X-XSRF-TOKEN": token } }).catch(() => {});
}"""
# What a page's script sends. A navigation can carry what a sign-in is about.
_RECORDED: t.Final = frozenset({"fetch", "xhr"})
_LAUNCH: t.Final = 60_000.0
_FEW: t.Final = 300


class BrowserClosed(MtoError):
    """The person has closed the browser, or it has ended."""


class SittingBrowser(t.Protocol):
    """What a sitting needs of a browser. Every call can raise BrowserClosed."""

    def open(self, url: str) -> None:
        """Open the portal. Raise MtoError if the browser gets no answer."""

    def show(self, shell: str, parts: Mapping[str, str]) -> None:
        """Show the side page: `parts` are what changes in it, HTML by the id of its element."""

    def wait(self, seconds: float) -> Sequence[Exchange]:
        """Let the person work, and return what their page and the portal have said meanwhile."""

    def ask(self, path: str) -> None:
        """Let the portal's page send a read."""

    def cookies(self) -> list[dict[str, object]]:
        """Return the cookies of the portal's hosts, as Playwright's storage state has them."""


def require_playwright() -> None:
    """Raise MtoError, which says what to do without it."""
    # To import it takes a moment.
    if importlib.util.find_spec("playwright") is None:
        raise MtoError(
            "The Python package playwright is not installed, which opens the browser. Run"
            f" {sys.executable} -m pip install playwright, or record in any browser without it ({RECORD})."
        )


@contextlib.contextmanager
def open_browser(executable: str, profile: str, hosts: Sequence[str]) -> Iterator[SittingBrowser]:
    """Start the browser, and end it with the body. `hosts` are the addresses of the portal. Raise MtoError."""
    require_playwright()
    # Not at the top: it is optional, and takes half a second.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        try:
            context = playwright.chromium.launch_persistent_context(
                profile,
                executable_path=executable,
                headless=False,
                chromium_sandbox=True,
                no_viewport=True,
                accept_downloads=False,
                # What a service worker sends would not be seen.
                service_workers="block",
                ignore_default_args=list(_NOT_FOR_TESTS),
                args=list(_ARGUMENTS),
                env=_environment(os.environ),
                timeout=_LAUNCH,
            )
        except Error as error:
            raise OptionError(
                f"browser: {executable} could not be started ({_cause(error)}). Close other windows that use the"
                f" profile {profile}, or name another browser; you can also record in any browser ({RECORD})."
            ) from None
        try:
            yield _Window(context, hosts, Error)
        finally:
            with contextlib.suppress(Error):
                context.close()


def _environment(own: Mapping[str, str]) -> dict[str, str | float | bool]:
    """Return the environment of the browser: without credentials, and without a directory too deep for its socket."""
    return {
        name: value
        for name, value in own.items()
        if not name.startswith(("MTO_", "AZURE_")) and not (name == "TMPDIR" and len(value) > _DEEPEST)
    }


def _cause(error: Exception) -> str:
    """Return what the browser wrote about its failure, the fatal line if there is one, or Playwright's own words."""
    text = str(error)
    written = re.findall(r"\[err\] (.+)", text)
    written = [line for line in written if ":FATAL:" in line] or written
    return shortened(one_line(written[-1] if written else text.splitlines()[0]), _FEW)


class _Window:
    """A browser with two windows: the portal's page, and the side page."""

    def __init__(self, context: BrowserContext, hosts: Sequence[str], error: type[Exception]) -> None:
        self._context = context
        self._hosts = list(hosts)
        self._origins = {origin_of(host) for host in hosts}
        self._error = error
        self._heard: list[Exchange] = []
        self._main = context.pages[0] if context.pages else context.new_page()
        with context.expect_page() as opened:
            self._main.evaluate(_SIDE_WINDOW)
        self._side = opened.value
        for event in ("requestfinished", "requestfailed"):
            context.on(event, self._hear)

    def open(self, url: str) -> None:
        """See SittingBrowser."""
        try:
            self._main.goto(url, wait_until="commit", timeout=_LAUNCH)
        except self._error as error:
            self._page()
            raise MtoError(
                f"The browser cannot open {url} ({_cause(error)}). Open it in the same browser by hand."
            ) from None

    def show(self, shell: str, parts: Mapping[str, str]) -> None:
        """See SittingBrowser. The person may have closed the side page: the terminal says the same."""
        with contextlib.suppress(self._error):
            if not self._side.title():
                self._side.set_content(shell)
            self._side.evaluate(_SET_PARTS, dict(parts))

    def wait(self, seconds: float) -> Sequence[Exchange]:
        """See SittingBrowser."""
        page = self._page()
        # The page may be closed meanwhile, in favor of another one.
        with contextlib.suppress(self._error):
            page.wait_for_timeout(seconds * 1000)
        heard, self._heard = self._heard, []
        return heard

    def ask(self, path: str) -> None:
        """See SittingBrowser. A page that is on its way to another address is asked again later."""
        page = next((page for page in self._pages() if self._is_portal(page.url)), None)
        with contextlib.suppress(self._error):
            if page is not None:
                page.evaluate(_ASK, path)

    def cookies(self) -> list[dict[str, object]]:
        """See SittingBrowser."""
        try:
            return [dict(cookie) for cookie in self._context.cookies(self._hosts)]
        except self._error:
            raise _closed() from None

    def _pages(self) -> list[Page]:
        return [page for page in self._context.pages if page is not self._side and not page.is_closed()]

    def _page(self) -> Page:
        pages = self._pages()
        if not pages:
            raise _closed()
        return pages[0]

    def _is_portal(self, url: str) -> bool:
        try:
            return origin_of(url) in self._origins
        except MtoError:
            return False

    def _hear(self, request: Request) -> None:
        """Keep what a script of the portal's page has sent, with its answer."""
        if request.resource_type not in _RECORDED or not self._is_portal(request.url):
            return
        # The page has gone on to another address, or is closed: what it knew is gone with it.
        with contextlib.suppress(self._error):
            exchange = _exchange(request, request.response())
            # Only now: while the body was awaited, `wait` may have handed over the list.
            self._heard.append(exchange)


def _closed() -> BrowserClosed:
    return BrowserClosed(
        "The browser was closed before the sitting was over, and nothing was written. Run again, and leave it open"
        " until Ansible closes it."
    )


def _exchange(request: Request, response: Response | None) -> Exchange:
    timing = request.timing
    return Exchange(
        method=request.method,
        url=request.url,
        started_at=timing["startTime"] / 1000,
        duration=max(0.0, timing["responseEnd"]),
        request_headers=request.all_headers(),
        post_data=request.post_data,
        status=response.status if response else 0,
        response_headers=response.all_headers() if response else {},
        text=response.text() if response else "",
    )
