# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation that stands in the plugins themselves.

python scripts/plugin_docs.py lint    check it, as ansible-doc and the docsite read it
python scripts/plugin_docs.py html    write it to build/docs/html
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from project_files import BUILD, ROOT
from tool_environment import BIN, tool_environment

SPHINX_SETTINGS = {
    "extensions": "sphinx_antsibull_ext",
    "html_theme": "alabaster",
    "project": "m365.defender",
    "project_copyright": "The m365.defender authors",
    "html_theme_options.page_width": "1200px",
    # Links to the documentation of other collections would need their inventories from the internet.
    "suppress_warnings": "ref.ref",
}


def lint() -> int:
    """References to our own plugins, options and return values, and to those of ansible-core, have to be right.

    On the working tree itself: antsibull-docs asks Git for the files, and would see none in a copy below build/.
    """
    checks = ("--plugin-docs", "--check-extra-docs-refs", "--validate-collection-refs", "dependent")
    return run("antsibull-docs", "lint-collection-docs", *checks, "--disallow-unknown-collection-refs", str(ROOT))


def html() -> int:
    """Pages made with what .venv holds, and nothing from the network."""
    directory = BUILD / "docs"
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "rst").mkdir(parents=True)
    options = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(directory / "rst"))
    code = run("antsibull-docs", "collection", *options, "m365.defender")
    if code:
        return code
    settings = [part for key, value in SPHINX_SETTINGS.items() for part in ("-D", f"{key}={value}")]
    code = run(
        "sphinx-build", "-q", "-W", "-C", *settings, "-b", "html", str(directory / "rst"), str(directory / "html")
    )
    print(f"docs: {directory / 'html' / 'index.html'}")
    return code


def run(name: str, *arguments: str) -> int:
    """The exit code of one of the tools in .venv."""
    return subprocess.run([str(BIN / name), *arguments], env=tool_environment(), check=False).returncode


def main(arguments: list[str]) -> int:
    """The exit code of the work that is named."""
    work = {"lint": lint, "html": html}.get(" ".join(arguments))
    if work is None:
        print(__doc__)
        return 2
    return work()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
