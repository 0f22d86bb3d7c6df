# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML as plain as JSON: no aliases, anchors, tags, merged or duplicate keys, and bounded in size and depth.

An alias makes a kilobyte grow into gigabytes, and of two equal keys only one would count.
"""

from __future__ import annotations

import traceback
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.text import is_clean
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_text

try:
    import yaml
except ImportError:
    HAS_YAML = False
    YAML_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_YAML = True
    YAML_IMPORT_ERROR = ""

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json

# A contract takes about a kilobyte; PyYAML reads a megabyte in half a minute.
MOST_BYTES: t.Final = 16 * 1024
_MOST_VALUES: t.Final = 1000
DEEPEST: t.Final = 20
_MERGE: t.Final = "tag:yaml.org,2002:merge"


class _Refused(Exception):
    """Something that JSON does not have. The text says what, and in which line."""

    def __init__(self, at: yaml.Node | yaml.Event, problem: str) -> None:
        super().__init__(f"(line {at.start_mark.line + 1}) {problem}" if at.start_mark else problem)


if HAS_YAML:

    class _StrictLoader(yaml.SafeLoader):
        """A loader that refuses what JSON does not have."""

        most_values = _MOST_VALUES
        _depth = _values = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _Refused(event, "uses an alias or an anchor: write the value out")
            if getattr(event, "tag", None):
                raise _Refused(event, "uses a tag: write plain text or a number")
            if not is_clean(getattr(event, "value", "")):
                raise _Refused(event, "holds a character that cannot be shown")
            self._values += 1
            if self._values > self.most_values:
                raise _Refused(event, "holds too many values")
            self._depth += 1
            if self._depth > DEEPEST:
                raise _Refused(event, "is nested too deeply")
            node = super().compose_node(parent, index)
            self._depth -= 1
            return node

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[t.Hashable, Json]:
            seen: set[str] = set()
            for key, _value in node.value:
                if key.tag == _MERGE:
                    raise _Refused(key, "uses a merge key (<<): write the keys out")
                if isinstance(key, yaml.ScalarNode) and key.value in seen:
                    raise _Refused(key, "has the same key twice")
                seen.add(str(key.value))
            return super().construct_mapping(node, deep)


def load_strict(option: str, path: str, way_out: str, *, times: int = 1) -> object:
    """Return the value in a YAML file. Raises OptionError that names the option, the line, and the way out.

    The file may be `times` as large as a contract.
    """
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", YAML_IMPORT_ERROR)
    loader = None
    try:
        loader = _StrictLoader(read_user_text(option, path, way_out, most=times * MOST_BYTES))
        loader.most_values = times * _MOST_VALUES
        value: object = loader.get_single_data()
    except _Refused as error:
        raise OptionError(f"{option}: {path} {error}; {way_out}") from None
    except yaml.YAMLError as error:
        # The library's own words quote the file.
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise OptionError(f"{option}: {path} is not valid YAML{line}; {way_out}") from None
    except ValueError:
        # A date such as 2026-13-45, or a number with thousands of digits.
        raise OptionError(f"{option}: {path} holds a date or a number that is not valid; {way_out}") from None
    finally:
        if loader is not None:
            loader.dispose()
    return value
