# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reader of the documentation's pages finds in them, and what it complains about."""

from __future__ import annotations

import dataclasses

import documentation
import pytest
from documentation import Block, ByHand, Command, Page

TEXT = """# Title

Prose with a [link](other.md#part) and ![a picture](images/x.svg).

## First step

`some/file.yml`:

```yaml
mto_operator: anna
```

<!-- by hand: press the button -->
```console
first one   # exit code 2: a reason
# a comment
second \\
  --option '#hash'
```

1. In a list:

   ```console
   third
   ```
"""


def block(text: str, language: str = "console") -> Block:
    return Block("page.md", 1, language, text, ())


def complaints(text: str) -> list[str]:
    page = Page("docs/page.md", text)
    looks = (documentation.complaints_about_links, documentation.complaints_about_names)
    return [line for look in (*looks, documentation.complaints_about_blocks) for line in look(page)]


def test_page_gives_its_files_acts_and_commands_in_order() -> None:
    page = Page("docs/page.md", TEXT)
    file, act, commands, last = page.items
    assert isinstance(file, Block)
    assert (file.file_name, file.text) == ("some/file.yml", "mto_operator: anna\n")
    assert act == ByHand("press the button", ("Title", "First step"))
    assert isinstance(commands, Block)
    assert commands.file_name is None
    assert commands.commands() == [Command("first one", 2), Command("second --option '#hash'")]
    assert isinstance(last, Block)
    assert last.commands() == [Command("third")]
    assert page.links() == ["other.md#part", "images/x.svg"]
    assert page.anchors == {"title", "first-step"}


@pytest.mark.parametrize(
    ("text", "language", "lines"),
    [
        ("job:\n  script:\n    - one\n    - two\n", "yaml", ["one", "two"]),
        ("steps:\n  - run: |\n      one\n      two\n  - bash: three\n", "yaml", ["one", "two", "three"]),
        ("steps:\n  - with:\n      script: |\n        const x = 1;\n", "yaml", []),
        ("- hosts: localhost\n  tasks:\n    - run: no command\n", "yaml", []),
        ("steps {\n  sh 'one'\n}\n", "groovy", ["one"]),
        ("not a command\n", "text", []),
    ],
)
def test_commands_of_a_ci_system_are_found(text: str, language: str, lines: list[str]) -> None:
    assert [command.line for command in block(text, language).commands()] == lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[x](nowhere.md)", "docs/nowhere.md: nowhere.md is not in the artifact", id="link"),
        pytest.param("[x](lab.md#nowhere)", "lab.md#nowhere names no heading", id="anchor"),
        pytest.param("[x](../Makefile)", "../Makefile is not in the artifact", id="developers"),
        pytest.param("`mto_operater`", "nothing is called mto_operater", id="variable"),
        pytest.param("`MTO_OPERATER`", "no option is set by MTO_OPERATER", id="environment"),
        pytest.param("`access.gdap_expird`", "there is no reason access.gdap_expird", id="reason"),
        pytest.param("```\nx\n```", "a block needs one of the languages", id="language"),
        pytest.param("```yaml\na: b: c\n```", "not YAML", id="yaml"),
        pytest.param("```yaml\n- hosts: localhost\n```", "a playbook needs the name of a file", id="playbook"),
        pytest.param("```console\nmake demo\n```", "make works in a clone only", id="make"),
        pytest.param("Text\n\n    ansible --version\n", "fence a block", id="indented"),
    ],
)
def test_mistake_is_named_with_its_page(text: str, words: str) -> None:
    (complaint,) = complaints(text)
    assert words.rpartition(": ")[2] in complaint
    assert complaint.startswith("docs/page.md")


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://example.org/nowhere) and [y](#title)\n\n# Title",
        "`mto_login_*`, `mto_…`, `MTO_<OPTION>`, `mto_tenants`, `m365.defender.mto_report`",
        "`access.gdap_expired`, `files.yml`",
        "In a clone:\n\n```console\nmake demo\n```",
        "- a list\n    - in a list",
    ],
)
def test_harmless_text_is_not_complained_about(text: str) -> None:
    assert complaints(text) == []


def test_exception_that_no_page_needs_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(documentation.NOT_RUN, "fdisk ", "is dangerous")
    assert list(documentation.stale_exceptions()) == ["NOT_RUN: no page has a command that starts with 'fdisk '"]


def test_command_is_an_exception_by_its_beginning_only() -> None:
    assert dataclasses.replace(Command("make"), line="make demo").not_run == "make "
    assert Command("cmake x").not_run is None
