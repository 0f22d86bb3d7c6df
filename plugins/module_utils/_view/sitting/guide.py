# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person is told in a sitting: each step with what is done, what is to do now, and what comes next. Pure."""

from __future__ import annotations

import dataclasses
import html
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import named_list

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recipe import Change, Recipe

State = t.Literal["done", "now", "next"]
_TITLES: t.Final = {
    "add": ("Add two tenants at once", "Remove one of the two", "Remove the other one"),
    "remove": ("Remove one tenant", "Remove another one", "Add both at once"),
}
_STATES: t.Final[dict[State, str]] = {"done": "Done", "now": "Now", "next": "Next"}
_CHECK: t.Final = "Wait a moment: what the portal was sent is being checked."

SHELL: t.Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Ansible: what to do in the portal</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem; max-width: 40rem }
h1 { font-size: 1.25rem } ol { padding-left: 1.5rem } li { margin: .75rem 0 }
li[aria-current] { font-weight: 600 } b { font-weight: 600 } small { display: block; font-weight: 400 }
#now { border: 2px solid; border-radius: .5rem; padding: .75rem }
</style></head>
<body><h1>What to do in the portal</h1>
<p id="now" role="status" aria-live="polite"></p>
<ol id="steps"></ol>
<p>Leave this window open; Ansible closes it. If a step does not go on although the portal shows the change, reload the
portal's page.</p>
</body></html>
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A step. `text` says what was seen if it is done, and what to do if it is to be done now."""

    title: str
    state: State
    text: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a sitting is. `recipe` is None where nothing is recorded; `note` says why it does not go on."""

    operator: str
    settings_url: str
    signed_in: bool
    shown: bool
    recipe: Recipe | None
    name_of: Callable[[str], str]
    note: str = ""
    finished: bool = False

    def names(self, tenant_ids: Iterable[str], most: int = 10) -> str:
        """Return the names of tenants as a list in a sentence."""
        return named_list(map(self.name_of, tenant_ids), most)


class _Row(t.NamedTuple):
    title: str
    done: bool
    seen: str
    to_do: str


def steps_of(progress: Progress) -> tuple[Step, ...]:
    """Return the steps. The first that is not done is to be done now."""
    rows = [*_session_rows(progress), *(_change_rows(progress, progress.recipe) if progress.recipe else ())]
    last = "Save what was recorded" if progress.recipe else "Save the session"
    rows.append(_Row(last, progress.finished, "The browser is closed now.", _CHECK if progress.recipe else ""))
    now = next((index for index, row in enumerate(rows) if not row.done), len(rows))
    return tuple(_step(row, index, now, progress) for index, row in enumerate(rows))


def _step(row: _Row, index: int, now: int, progress: Progress) -> Step:
    if index < now:
        return Step(row.title, "done", row.seen)
    if index > now:
        return Step(row.title, "next")
    return Step(row.title, "now", progress.note or row.to_do)


def _session_rows(progress: Progress) -> list[_Row]:
    operator, recipe = progress.operator, progress.recipe
    wait = f"Wait until the portal shows your tenants. If it does not, open {progress.settings_url}."
    seen = "The portal shows the view."
    ready = progress.shown
    if recipe is not None and progress.shown:
        ready = bool(recipe.tenants)
        wait = (
            "No tenant is in your view, and the recording needs one that stays there. Choose Add tenants, select one"
            " tenant, and choose Add."
        )
        stays = "stays" if len(recipe.staying) == 1 else "stay"
        seen = f"{progress.names(recipe.staying, most=3)} {stays} in the view until the end."
    return [
        _Row(f"Sign in as {operator}", progress.signed_in, f"{operator} is signed in.", "Sign in to the portal."),
        _Row("Look at the view", ready, seen, wait),
    ]


def _change_rows(progress: Progress, recipe: Recipe) -> list[_Row]:
    rows = []
    for index, title in enumerate(_TITLES[recipe.order[0]]):
        done = index < len(recipe.made)
        seen = _change_words(recipe.made[index], progress) if done else ""
        rows.append(_Row(title, done, seen, _to_do(recipe, index, progress)))
    return rows


def _to_do(recipe: Recipe, index: int, progress: Progress) -> str:
    """Return what to click for a change of the recipe. Only the next one is asked for."""
    again = ""
    if recipe.strayed and not recipe.made:
        again = f"This was another change than needed: {_change_words(recipe.strayed, progress)} Begin again here. "
    if recipe.order[index] == "remove":
        return f"{again}Select {_to_remove(recipe, progress)} in the list of tenants, and choose Remove."
    examples = f", such as {progress.names(recipe.addable[:2])}" if recipe.addable[2:] else ""
    which = progress.names(recipe.moved) if recipe.moved else f"two tenants other than your own{examples}"
    return f"{again}Choose Add tenants, select {which}, and choose Add once."


def _to_remove(recipe: Recipe, progress: Progress) -> str:
    """Return which tenant may leave the view for a moment."""
    left = [each for each in recipe.moved if each in (recipe.tenants or ())]
    if recipe.order[0] == "add" and left:
        names = progress.names(left)
        return names if len(left) == 1 else f"{names.replace(' and ', ' or ')}, only one of them,"
    movable = [each for each in recipe.tenants or () if each not in recipe.moved]
    return f"one tenant{' more' if recipe.made else ''}, such as {progress.names(movable[-1:])},"


def _change_words(change: Change, progress: Progress) -> str:
    """Return what changed as sentences."""
    return " ".join(
        f"{progress.names(sorted(ids))} {'was' if len(ids) == 1 else 'were'} {verb}."
        for ids, verb in ((change.added, "added"), (change.removed, "removed"))
        if ids
    )


def page_parts(steps: Sequence[Step]) -> dict[str, str]:
    """Return what changes in the side page: HTML by the id of its element."""
    now = next((step for step in steps if step.state == "now"), None)
    return {
        "now": html.escape(f"{now.title}: {now.text}" if now and now.text else now.title if now else "All is done."),
        "steps": "".join(_item(step) for step in steps),
    }


def _item(step: Step) -> str:
    current = ' aria-current="step"' if step.state == "now" else ""
    text = f"<small>{html.escape(step.text)}</small>" if step.text and step.state == "done" else ""
    return f"<li{current}><b>{_STATES[step.state]}:</b> {html.escape(step.title)}{text}</li>"


def lines_of(steps: Sequence[Step]) -> list[str]:
    """Return what the terminal shows of the steps that are done or to be done now."""
    return [
        f"{_STATES[step.state]}: {step.title}.{f' {step.text}' if step.text else ''}"
        for step in steps
        if step.state != "next"
    ]
