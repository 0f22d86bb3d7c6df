# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every test: nothing of the user's gets in, and each run is like the last."""

from __future__ import annotations

import gc
import os
import pathlib
import subprocess
import typing as t

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# A test that passes by the developer's own credentials or settings proves nothing.
USERS_OWN = ("ANSIBLE_", "ARM_", "AZURE_", "MTO_")

# A slow machine is no failure. In the gates, examples are the same in every run, so that more of them find what a
# change has brought, and nothing else; who looks for more mistakes gives pytest --hypothesis-profile=thorough. `lowest`
# asks the same again of other versions.
hypothesis.settings.register_profile("gates", database=None, deadline=None, derandomize=True, max_examples=32)
hypothesis.settings.register_profile("lowest", hypothesis.settings.get_profile("gates"), max_examples=10)
hypothesis.settings.register_profile("thorough", database=None, deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("gates")


def pytest_collection_finish() -> None:
    """Search for garbage less often. Hypothesis looks for references itself, so that none may be hidden (gc.freeze)."""
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True, scope="session")
def _without_the_users_settings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(USERS_OWN)]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def chromium():
    """Chromium as the machine has it; scripts/browser brings it or says how to."""
    # Only this fixture needs it: `make matrix` runs the unit tests without.
    from playwright.sync_api import sync_playwright

    found = subprocess.run([str(ROOT / "scripts" / "browser")], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip())
        yield browser
        browser.close()
