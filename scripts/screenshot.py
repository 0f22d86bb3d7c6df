# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the picture of the report that README.md shows, from the page that `make demo` leaves.

python scripts/screenshot.py    docs/images/report.png
"""

from __future__ import annotations

import subprocess
import sys

from playwright.sync_api import sync_playwright
from project_files import BUILD, ROOT

PAGE = BUILD / "demo" / "report.html"
PICTURE = ROOT / "docs" / "images" / "report.png"
# The first screen of a laptop.
WIDTH, HEIGHT = 1100, 760
MOST_BYTES = 200_000


def main() -> int:
    """Exit code 1 if there is no page, or if the picture is too large for a README."""
    if not PAGE.is_file():
        print(f"screenshot: {PAGE.relative_to(ROOT)} is missing; run: make demo")
        return 1
    browser = subprocess.run([ROOT / "scripts" / "browser"], check=True, capture_output=True, text=True).stdout.strip()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser)
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(PAGE.as_uri())
        PICTURE.parent.mkdir(exist_ok=True)
        size = len(page.screenshot(path=PICTURE))
        chromium.close()
    print(f"{PICTURE.relative_to(ROOT)}: {size} bytes")
    return int(size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
