# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of the recipe: one tenant stays, two are added at once, one is removed, then the other.

`generate` makes one from a seed, `unanswerable` one that does not determine the write. Both know the portal that made
it, and `Recording.judge` gives a portal of the same shape with other tenants, other ids and another version, which
takes only what its own page would send.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import typing as t

from recordings.forms import FORMS, har_of, without_bodies
from recordings.grammar import draw_shape
from recordings.noise import Noise
from recordings.portal import ModelPortal, Person, guid
from recordings.session import HOST, READS, Session, SettingsPage, secret

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from recordings.forms import Form
    from recordings.grammar import Shape
    from recordings.session import Exchange, Sent, Trouble
    from recordings.templates import Json

Kind = t.Literal[
    "only_add",
    "one_tenant",
    "nothing_stays",
    "ambiguous",
    "other_page",
    "no_bodies",
    "two_people",
    "no_readings",
    "refused",
]
KINDS: t.Final[tuple[Kind, ...]] = t.get_args(Kind)
_TROUBLES: t.Final[tuple[Trouble, ...]] = ("unavailable", "throttled", "forbidden", "cut", "conflict", "late")
_TROUBLES_WITHOUT_GUARD: t.Final = tuple(each for each in _TROUBLES if each != "conflict")
_NAMES: t.Final = "Alder Birch Cedar Elder Fir Hazel Juniper Larch Maple Oak Pine Rowan Spruce Willow Yew".split()


@dataclasses.dataclass(frozen=True)
class Recording:
    """A recording, and what is true about it. `writes` are those that took effect, in order.

    `secrets` are cookies, tokens, etags, names of tenants and people: none of them may come out of the learner.
    `ids` are the ids of tenants, group and person, which no contract may hold.
    """

    seed: int
    har: dict[str, Json]
    form: Form
    shape: Shape
    portal: ModelPortal
    writes: tuple[Sent, ...]
    events: tuple[Sent | None, ...]
    view_before: tuple[str, ...]
    view_after: tuple[str, ...]
    added: tuple[str, ...]
    secrets: tuple[str, ...]
    ids: tuple[str, ...]
    troubles: tuple[Trouble, ...] = ()

    def before(self) -> ModelPortal:
        """Return the portal that made the recording, as it was before."""
        return _portal(random.Random(self.seed), self.shape, len(self.portal.offered), kept=self.view_before)

    def replayed(self) -> ModelPortal:
        """Return that portal after everything that happened to it. Raises AssertionError where it refuses a write."""
        portal = self.before()
        for event in self.events:
            if event is None:
                portal.renew()
            else:
                status = portal.apply(*event)
                assert status == 200, (status, event)
        return portal

    def judge(self, seed: int = 0, tenants: int = 9, in_view: int = 3) -> ModelPortal:
        """Return another portal of the same shape."""
        rng = random.Random(f"judge {self.seed} {seed}")
        portal = _portal(rng, self.shape, tenants)
        portal.view = dict.fromkeys(list(portal.offered)[:in_view], "2026-10-01T06:30:00.1234567Z")
        if not self.mixed:
            for row in portal.offered.values():
                row["tenantAadEnvironment"] = 1
        return portal

    @property
    def mixed(self) -> bool:
        """Whether its tenants are in more than one cloud, so that the field cannot be taken for a constant."""
        used = {self.portal.offered[each]["tenantAadEnvironment"] for each in (*self.view_before, *self.added)}
        return len(used) > 1


def generate(seed: int, form: Form | None = None, shape: Shape | None = None) -> Recording:
    """Make the recording of a seed."""
    rng = random.Random(f"recording {seed}")
    return _Recipe(seed, rng, shape or draw_shape(rng), form or _form(rng)).recording()


def unanswerable(seed: int, kind: Kind) -> Recording:
    """Make a recording that does not determine the write."""
    rng = random.Random(f"unanswerable {kind} {seed}")
    return _Recipe(seed, rng, draw_shape(rng), _form(rng), kind).recording()


def _form(rng: random.Random) -> Form:
    return rng.choice(FORMS)


def _portal(rng: random.Random, shape: Shape, tenants: int, kept: Sequence[str] = ()) -> ModelPortal:
    """Return a portal with this many tenants, of which none is in the view yet unless its id is given."""
    person = Person(
        f"{secret(rng, 6).lower()}@northwind-{secret(rng, 5).lower()}.example", guid(rng), guid(rng), "Northwind Home"
    )
    offered = {}
    mixed = rng.random() < 0.3
    for number in range(tenants):
        tenant_id = guid(rng)
        name = f"{rng.choice(_NAMES)} {secret(rng, 4)} {number + 1}"
        environment = number % 2 + 1 if mixed else 1
        offered[tenant_id] = {"name": name, "tenantId": tenant_id, "tenantAadEnvironment": environment}
    home_in_picker = rng.random() < 0.5
    group_id = guid(rng)
    view = dict.fromkeys(kept, "2026-09-14T09:15:00.7654321Z")
    return ModelPortal(shape, person, group_id, offered, view, rng, home_in_picker)


class _Recipe:
    """A person who follows the recipe, or some of it."""

    def __init__(self, seed: int, rng: random.Random, shape: Shape, form: Form, kind: Kind | None = None) -> None:
        self.seed, self.rng, self.shape, self.form, self.kind = seed, rng, shape, form, kind
        self.portal = _portal(random.Random(seed), shape, random.Random(f"tenants {seed}").randrange(5, 9))
        ids = list(self.portal.offered)
        rng.shuffle(ids)
        kept = [] if kind == "nothing_stays" else ids[: rng.choice((1, 1, 2))]
        self.first, self.second = ids[-1], ids[-2]
        self.portal.view = dict.fromkeys(kept, "2026-09-14T09:15:00.7654321Z")
        self.view_before = tuple(kept)
        self.session = Session(rng)
        self.page = SettingsPage(
            self.portal,
            self.session,
            keys_shuffled=rng.random() < 0.5,
            raw_commas=shape.joined_raw,
            charset=rng.random() < 0.3,
        )
        self.noise = Noise(self.session, self.page)
        self.troubles: list[Trouble] = []

    def recording(self) -> Recording:
        """Click, and return what was recorded."""
        self.page.open()
        self.noise.some()
        for add, remove in self._steps():
            self._step(add, remove)
            self.noise.some()
        har = har_of(self._kept(self.session.exchanges), self.form, self.rng)
        people, portal = self._people(), self.portal
        names = [row["name"] for row in portal.offered.values()]
        etags = [value for etag in portal.etags for value in (etag, etag.strip('"'))]
        return Recording(
            seed=self.seed,
            har=without_bodies(har) if self.kind == "no_bodies" else har,
            form=self.form,
            shape=self.shape,
            portal=portal,
            writes=tuple(self.page.writes),
            events=tuple(self.page.events),
            view_before=self.view_before,
            view_after=tuple(portal.view),
            added=(self.first, self.second),
            secrets=(*self.session.secrets, *etags, *names, *people),
            ids=(*portal.offered, portal.group_id, portal.person.user_id, portal.person.home_id),
            troubles=tuple(self.troubles),
        )

    def _people(self) -> list[str]:
        return [self.portal.person.upn, *(["second.person@other.example"] if self.kind == "two_people" else [])]

    def _steps(self) -> list[tuple[list[str], list[str]]]:
        if self.kind == "one_tenant":
            return [([self.first], []), ([], [self.first])]
        both: tuple[list[str], list[str]] = ([self.first, self.second], [])
        if self.kind == "only_add":
            return [both]
        # Whoever is refused tries again.
        return [both, both] if self.kind == "refused" else [both, ([], [self.first]), ([], [self.second])]

    def _step(self, add: list[str], remove: list[str]) -> None:
        trouble: Trouble = "none"
        if self.kind == "refused":
            trouble = "refused_always"
        elif self.kind is None and self.rng.random() < 0.25:
            trouble = self.rng.choice(_TROUBLES if self.shape.guard else _TROUBLES_WITHOUT_GUARD)
        if trouble != "none":
            self.troubles.append(trouble)
        count = len(self.page.writes)
        self.page.change(add, remove, trouble)
        if self.kind == "ambiguous":
            self._echo_writes(count)
        if self.rng.random() < 0.4:
            self.noise.telemetry([*add, *remove], "tenantsAdded" if add else "tenantsRemoved")

    def _echo_writes(self, since: int) -> None:
        """Put another request beside each write that says the same: nobody can tell which of them is the one."""
        written = {(each.method, HOST + each.target) for each in self.page.writes[since:]}
        exchanges: list[Exchange] = []
        for each in self.session.exchanges:
            exchanges.append(each)
            if (each.method, each.url) in written and each.status in (200, 204) and each not in self._echoed():
                exchanges.append(
                    dataclasses.replace(
                        each, at=each.at + 0.01, url=each.url.replace("/apiproxy/", "/apiproxy/mirror/", 1)
                    )
                )
        self.session.exchanges = exchanges

    def _echoed(self) -> list[Exchange]:
        """Return the exchanges that have their mirror already."""
        there = self.session.exchanges
        return [one for one, two in itertools.pairwise(there) if "/apiproxy/mirror/" in two.url]

    def _kept(self, exchanges: list[Exchange]) -> list[Exchange]:
        """Return what is in the recording: all, unless something is missing from it by its kind."""
        reads = {HOST + READS[name] for name in ("picker", "effective", "groups")}
        if self.kind == "no_readings":
            return [each for each in exchanges if each.url not in reads]
        if self.kind == "other_page":
            written = {HOST + each.target for each in self.page.writes}
            return [each for each in exchanges if each.url not in reads | written]
        if self.kind == "two_people":
            other = self.portal.state()["context"]
            other["AuthInfo"] = {
                **other["AuthInfo"],
                "UserName": "second.person@other.example",
                "UserId": guid(self.rng),
            }
            self.session.add("GET", HOST + READS["context"], headers=[("mtoproxyurl", "MTO")], answer=other)
        return exchanges
