# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation that stands in the plugins themselves.

python scripts/plugin_docs.py lint    check it, as ansible-doc and the docsite read it
python scripts/plugin_docs.py html    write it, with the guides, to build/docs/html
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

from project_files import BUILD, ROOT, project_files
from tool_environment import BIN, tool_environment

SPHINX_SETTINGS = {
    "extensions": "myst_parser,sphinx_antsibull_ext",
    "html_theme": "alabaster",
    "html_theme_options.page_width": "1200px",
    "myst_heading_anchors": "4",
    "project": "m365.defender",
    "project_copyright": "The m365.defender authors",
    # Links to the documentation of other collections would need their inventories from the internet. A page may show
    # a block of code in a language that the highlighter does not know, and may begin a section with a small heading.
    "suppress_warnings": "ref.ref,misc.highlighting_failure,myst.header",
}
# Folders with pages, and with what they link to.
LINKED = {"docs", "lab", "playbooks", "roles"}
FIRST_PAGE = "README.md"
GUIDES = ("docs/", "roles/")
INDEX = """\
# m365.defender

```{{toctree}}
:caption: Guides
:maxdepth: 1

{guides}
```

```{{toctree}}
:caption: Modules, filters and the role
:maxdepth: 1

collection/index
```

```{{toctree}}
:caption: Project
:maxdepth: 1

{project}
```
"""


def lint() -> int:
    """References to our own plugins, options and return values, and to those of ansible-core, have to be right.

    On the working tree itself: antsibull-docs asks Git for the files, and would see none in a copy below build/.
    """
    checks = ("--plugin-docs", "--check-extra-docs-refs", "--validate-collection-refs", "dependent")
    return run("antsibull-docs", "lint-collection-docs", *checks, "--disallow-unknown-collection-refs", str(ROOT))


def html() -> int:
    """The guides and the pages of the plugins in one, with what .venv holds and nothing from the network."""
    directory = BUILD / "docs"
    shutil.rmtree(directory, ignore_errors=True)
    source = directory / "source"
    (source / "collection").mkdir(parents=True)
    copy_guides(source)
    options = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(source / "collection"))
    code = run("antsibull-docs", "collection", *options, "m365.defender")
    if code:
        return code
    settings = [part for key, value in SPHINX_SETTINGS.items() for part in ("-D", f"{key}={value}")]
    code = run("sphinx-build", "-q", "-W", "--keep-going", "-C", *settings, str(source), str(directory / "html"))
    print(f"docs: {directory / 'html' / 'index.html'}")
    return code


def copy_guides(source: pathlib.Path) -> None:
    """Every file of the project that a page may show or link to, and the list of the pages."""
    for path in project_files():
        if path.parts[0] in LINKED or len(path.parts) == 1:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, source / path)
    pages = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.md"))
    guides = [FIRST_PAGE, *(page for page in pages if page.startswith(GUIDES))]
    index = INDEX.format(guides="\n".join(guides), project="\n".join(page for page in pages if page not in guides))
    (source / "index.md").write_text(index, encoding="utf-8")


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
