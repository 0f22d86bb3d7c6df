# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Browser recordings from a seed: a portal of their own, with a write request out of a wide grammar.

The portal model is neither the lab's nor the learner's code, and imports neither.
"""

from __future__ import annotations

from recordings.forms import FORMS, Form, file_of, firefox_form, sanitized, without_bodies
from recordings.grammar import FAMILIES, Shape, draw_shape
from recordings.portal import ModelPortal
from recordings.recipe import KINDS, Kind, Recording, generate, unanswerable

__all__ = [
    "FAMILIES",
    "FORMS",
    "KINDS",
    "Form",
    "Kind",
    "ModelPortal",
    "Recording",
    "Shape",
    "draw_shape",
    "file_of",
    "firefox_form",
    "generate",
    "sanitized",
    "unanswerable",
    "without_bodies",
]
