"""The band in sentences, for a page: each says one fact with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.errors import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from states.explaining.place import BandPath, Place, Step
    from states.scheme.model import Scheme


def band_sentences(place: Place, path: BandPath, scheme: Scheme) -> list[Message]:
    """From the number of people ranked to the band, in the order in which one leads to the next."""
    return [*_standing(place, scheme), *_of_place(place, path, scheme), *(_step(one) for one in path.steps)]


def _standing(place: Place, scheme: Scheme) -> Iterator[Message]:
    yield Message(
        "%(n)s people were ranked together; %(above)s of them have a better total: place %(place)s.",
        n=place.n, above=place.above, place=place.place,
    )  # fmt: skip
    if len(place.together) > 1:
        titles = [found.title if (found := scheme.population(code)) else code for code in place.together]
        yield Message("They come from several populations, ranked as one: %(populations)s.", populations=titles)
    if place.tied > 1:
        yield Message("%(tied)s people have this very total and stand at this place together.", tied=place.tied)


def _of_place(place: Place, path: BandPath, scheme: Scheme) -> Iterator[Message]:
    if scheme.distribution.mode == "off":
        yield Message("This scheme gives no bands.")
        return
    if len(path.spans) > 1:
        yield Message(
            "Together they reach over the bands %(bands)s, and all of them get %(band)s.",
            bands="/".join(path.spans), band=path.seat_band,
        )  # fmt: skip
    else:
        yield Message("Place %(place)s is one of the seats of band %(band)s.", place=place.place, band=path.seat_band)
    if "small_population" in path.flags:
        yield Message(
            "Fewer than %(least)s people were ranked, so the bands are advice.", least=scheme.distribution.small_under
        )


def _step(one: Step) -> Message:
    if one.why == "above_line":
        return Message(
            "Band %(band)s is for totals below %(line)s, which this total is not: %(to)s.",
            band=one.came_from, line=one.line, to=one.to,
        )  # fmt: skip
    if one.why == "below_line":
        return Message(
            "Band %(band)s asks for a total of at least %(line)s: %(to)s.", band=one.came_from, line=one.line, to=one.to
        )
    return Message("A standing sanction bars band %(band)s: %(to)s.", band=one.came_from, to=one.to)
