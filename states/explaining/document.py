"""One person's year as a document from which a stranger can work out total, band and actions again.

The format is described in docs/explanation.md; figures are exact fractions as text (`169/2`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from states.composition import PoolShare, pool_shares
from states.explaining.following import Condition, Following, following
from states.explaining.place import BandPath, BandSeats, Place, band_path, places_of, seat_table
from states.explaining.rules import figure, rules_of, words
from states.grading import NO_MERGES
from states.periods import span_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from decimal import Decimal

    from states.composition import RecordValue
    from states.grading import Graded, PersonYear
    from states.scheme.composition import CompositionPart
    from states.scheme.model import Scheme

FORMAT = "kaoping-explanation"
FORMAT_VERSION = 1
NOTHING: Mapping[int, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Departure:
    """What happened to the computed band: HR's departure with its reason, the final one, and from which an appeal raised it."""

    calibrated: str | None = None
    reason_code: str = ""
    reason: str = ""
    final: str | None = None
    before_appeal: str | None = None


@dataclass(frozen=True)
class Source:
    """What the figures were worked out by: the scheme, the digest of its text, its number, the year.

    `version` is the number that publishing gave; the file's own counts only where the file is all there is.
    """

    scheme: Scheme
    digest: str
    year: int
    version: int
    rules: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, scheme: Scheme, digest: str, year: int, *, published: int | None = None) -> Source:
        """The rules are written out once for many people. Without a `published` number the file's own is told."""
        return cls(scheme, digest, year, published or scheme.version, rules_of(scheme))


def documents(
    people: Sequence[PersonYear], graded: Sequence[Graded], source: Source, merges: Mapping[str, str] = NO_MERGES
) -> Iterator[dict[str, Any]]:
    """The document of every person, in the order given."""
    for person, one, place in zip(people, graded, places_of(people, graded, merges), strict=True):
        yield document(person, one, place, source)


def document(
    person: PersonYear,
    graded: Graded,
    place: Place | None,
    source: Source,
    *,
    departure: Departure | None = None,
    made_of: Mapping[int, Any] = NOTHING,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """The document of one person. `made_of` tells of a record, by its position, what it came from.

    `only` are the kinds of action that the reader may know of; None is all.
    """
    scheme = source.scheme
    total = graded.total_display
    path = band_path(place, total, scheme.distribution) if place and total is not None else None
    counted = (departure and (departure.final or departure.calibrated)) or graded.band
    follows = following(place, counted, total, graded.flags, scheme)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "year": source.year,
        "scheme": {
            "code": scheme.code, "version": source.version, "digest": source.digest, "title": words(scheme.title),
        },
        "rules": source.rules,
        "person": _person(person),
        "records": [_record(record, made_of.get(index)) for index, record in enumerate(person.records)],
        "total": _total(person, graded, scheme),
        "flags": list(graded.flags),
        "ranking": _ranking(place, scheme),
        "band": _band(graded, path, departure),
        "actions": [_following(one) for one in follows if only is None or one.spec.kind in only],
    }  # fmt: skip


def _person(person: PersonYear) -> dict[str, Any]:
    return {
        "employee_no": person.employee_no,
        "population": person.population,
        "joined": person.joined.isoformat() if person.joined else None,
        "left": person.left.isoformat() if person.left else None,
        "excluded": person.excluded or None,
        "barred": person.barred,
    }


def _record(record: RecordValue, made_of: Any) -> dict[str, Any]:
    span = span_of(record.period)
    held = {
        "kind": record.kind,
        "period": record.period,
        "first_day": span.start.isoformat(),
        "last_day": span.end.isoformat(),
        "score": figure(record.score),
        "bonus": figure(record.bonus),
    }
    return held | ({"made_of": made_of} if made_of else {})


def _total(person: PersonYear, graded: Graded, scheme: Scheme) -> dict[str, Any]:
    return {
        "exact": figure(graded.total),
        "shown": _text(graded.total_display),
        "months_counted": graded.months_counted,
        "parts": [_part(part, person, graded) for part in scheme.composition.parts],
    }


def _part(part: CompositionPart, person: PersonYear, graded: Graded) -> dict[str, Any]:
    made = next(one for one in graded.contributions if one.code == part.code)
    shares = pool_shares(person.records, part, joined=person.joined, left=person.left)
    return {
        "code": part.code,
        "rule": f"composition.parts.{part.code}",
        "value": figure(made.value),
        "shown": _text(graded.part_display(part.code)),
        "weight": figure(made.weight),
        "points": figure(made.points),
        "pools": [_pool(share, person) for share in shares],
    }


def _pool(share: PoolShare, person: PersonYear) -> dict[str, Any]:
    position = {id(record): index for index, record in enumerate(person.records)}
    return {
        "code": share.pool.code,
        "value": figure(share.value),
        "share": figure(share.share),
        "records": [{"record": position[id(record)], "weight": figure(weight)} for record, weight in share.records],
    }


def _ranking(place: Place | None, scheme: Scheme) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "rule": "distribution",
        "ranked_in": place.ranked_in,
        "populations": list(place.together),
        "n": place.n,
        "above": place.above,
        "tied": place.tied,
        "place": place.place,
        "seats": [_seats(one) for one in seat_table(place.n, scheme.distribution)],
    }


def _seats(one: BandSeats) -> dict[str, Any]:
    return {
        "band": one.band.code,
        "share": figure(one.share),
        "ideal": figure(one.ideal),
        "seats": one.given,
        "first_place": one.first,
        "last_place": one.last,
    }


def _band(graded: Graded, path: BandPath | None, departure: Departure | None) -> dict[str, Any]:
    held: dict[str, Any] = {"computed": graded.band}
    if path is not None:
        held["of_place"] = path.seat_band
        held["tie_spans"] = list(path.spans)
        held["steps"] = [
            {"from": step.came_from, "to": step.to, "why": step.why, "line": figure(step.line)} for step in path.steps
        ]
    if departure is not None:
        held["calibrated"] = departure.calibrated
        held["final"] = departure.final
        if departure.calibrated:
            held["departure"] = {"reason_code": departure.reason_code, "reason": departure.reason}
        if departure.before_appeal:
            held["before_appeal"] = departure.before_appeal
    return held


def _following(one: Following) -> dict[str, Any]:
    return {
        "kind": one.spec.kind,
        "rule": f"actions.{one.spec.kind}",
        "follows": one.follows,
        "held_back": one.held_back or None,
        "conditions": [_condition(each) for each in one.conditions],
    }


def _condition(one: Condition) -> dict[str, Any]:
    held = {
        "condition": one.kind,
        "met": one.met,
        "bands": list(one.bands) or None,
        "band": one.band,
        "percent": figure(one.percent),
        "places": one.places,
        "place": one.place,
        "n": one.n,
        "over": figure(one.over),
        "total": _text(one.total),
    }
    return {key: value for key, value in held.items() if value is not None}


def _text(shown: Decimal | None) -> str | None:
    return None if shown is None else str(shown)
