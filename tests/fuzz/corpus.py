# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs that were once read wrongly, as files: corpus/<reader>/<digest>, large ones packed."""

from __future__ import annotations

import gzip
import hashlib
import typing as t

from fuzz.readers import HERE

if t.TYPE_CHECKING:
    import pathlib

CORPUS: t.Final = HERE / "corpus"
_PACKED_FROM: t.Final = 2000


def entries() -> list[tuple[str, pathlib.Path]]:
    """Return the name of the reader and the file of every input."""
    return [(path.parent.name, path) for path in sorted(CORPUS.glob("*/*")) if path.is_file()]


def load(path: pathlib.Path) -> bytes:
    """Return an input."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def keep(reader: str, data: bytes) -> pathlib.Path:
    """Write an input to the corpus."""
    packed = len(data) > _PACKED_FROM
    path = CORPUS / reader / f"{hashlib.sha256(data).hexdigest()[:12]}{'.gz' if packed else '.bin'}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    return path
