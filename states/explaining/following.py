"""Which condition brought an action, with its figures (scheme §6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from states.actions import HOLDING
from states.distribution import is_among_last, top_places
from states.errors import N_, Message

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    from states.explaining.place import Place
    from states.scheme.model import Scheme
    from states.scheme.results import ActionSpec

OVER, NOT_OVER = N_("The total %(total)s is over %(over)s."), N_("The total %(total)s is not over %(over)s.")
IN_BAND = N_("It goes with band %(bands)s, and band %(band)s was given.")
NOT_IN_BAND = N_("It goes with band %(bands)s; band %(band)s was given.")
PLACES = {
    "top_percent": (
        N_("Place %(place)s is not one of the first %(places)s of %(n)s: the top %(percent)s %%."),
        N_("Place %(place)s is one of the first %(places)s of %(n)s: the top %(percent)s %%."),
    ),
    "last_percent": (
        N_("Place %(place)s is not one of the last %(places)s of %(n)s: the last %(percent)s %%."),
        N_("Place %(place)s is one of the last %(places)s of %(n)s: the last %(percent)s %%."),
    ),
}
"""What is said where the condition is not met, and where it is."""


@dataclass(frozen=True)
class Condition:
    """One condition of an action as the scheme has it, and whether this person meets it.

    `places` is how many places the top or the last `percent` has; only what belongs to the kind is filled in.
    """

    kind: Literal["bands", "top_percent", "last_percent", "over_total"]
    met: bool
    bands: tuple[str, ...] = ()
    band: str | None = None
    percent: Decimal | None = None
    places: int | None = None
    place: int | None = None
    n: int | None = None
    over: Decimal | None = None
    total: Decimal | None = None

    @property
    def words(self) -> Message:
        """The condition with its figures, as a sentence."""
        if self.kind == "bands":
            return _band_words(self)
        if self.kind in PLACES:
            return _place_words(self)
        said = OVER if self.met else NOT_OVER
        return Message(said, total=self.total, over=self.over)


def _band_words(one: Condition) -> Message:
    return Message(IN_BAND if one.met else NOT_IN_BAND, band=one.band or "—", bands="/".join(one.bands))


def _place_words(one: Condition) -> Message:
    return Message(PLACES[one.kind][one.met], place=one.place, places=one.places, n=one.n, percent=one.percent)


@dataclass(frozen=True)
class Following:
    """One action of the scheme: whether it follows, and its conditions; any one that is met is enough.

    `held_back` says why none follows in spite of them: `not_ranked` or a flag such as `excluded`.
    """

    spec: ActionSpec
    follows: bool
    conditions: tuple[Condition, ...]
    held_back: str = ""


def following(
    place: Place | None, band: str | None, total: Decimal | None, flags: Collection[str], scheme: Scheme
) -> tuple[Following, ...]:
    """Every action of the scheme for this person, in the scheme's order. `total` is the one that is shown."""
    if place is None or total is None:
        return tuple(Following(spec, follows=False, conditions=(), held_back="not_ranked") for spec in scheme.actions)
    held = next(iter(sorted(HOLDING & set(flags))), "")
    found = []
    for spec in scheme.actions:
        conditions = tuple(_conditions(spec, place, band, total, scheme))
        met = any(one.met for one in conditions)
        found.append(Following(spec, met and not held, conditions, held))
    return tuple(found)


def _conditions(spec: ActionSpec, place: Place, band: str | None, total: Decimal, scheme: Scheme) -> list[Condition]:
    when = spec.when
    found = []
    if when.over_total:
        over = scheme.composition.outstanding_over
        found.append(Condition("over_total", total > over, over=over, total=total))
    if when.top_percent is not None:
        first = top_places(place.n, when.top_percent)
        met = place.place <= first
        found.append(
            Condition("top_percent", met, percent=when.top_percent, places=first, place=place.place, n=place.n)
        )
    if when.last_percent is not None:
        last, met = top_places(place.n, when.last_percent), is_among_last(place.place, place.n, when.last_percent)
        found.append(
            Condition("last_percent", met, percent=when.last_percent, places=last, place=place.place, n=place.n)
        )
    if when.bands:
        found.append(Condition("bands", band in when.bands, bands=when.bands, band=band))
    return found
