"""Why this figure: one review's total, band and actions, with the trees of the reviews behind its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from states.composition import compose
from states.explaining.document import Departure, Source, document
from states.explaining.following import Following, following
from states.explaining.place import BandPath, Place, band_path
from states.explaining.shielding import shielded
from states.explaining.tree import with_reviews
from states.grading import Graded, PersonYear
from states.permissions import Actor, may
from workflow_app.db import db
from workflow_app.explanations import read_inputs, read_tree
from workflow_app.models import Appeal, Record, Review
from workflow_app.queries.facts import review_facts_of
from workflow_app.queries.published_answers import publication_of
from workflow_app.queries.results import approved_actions, standing_move
from workflow_app.queries.rulebook import were_barred
from workflow_app.queries.scores import ReviewAnswers, answers_of
from workflow_app.queries.surveys import minimum_to_show
from workflow_app.schemes import scheme_of
from workflow_app.services.composing import score_of_review, told_of

if TYPE_CHECKING:
    from states.explain import Node
    from states.scheme import Scheme

RANKING_FLAGS = frozenset(
    {"tied_on_cut", "small_population", "above_line", "below_line", "barred", "left", "too_new", "excluded", "over_100"}
)


@dataclass(frozen=True)
class Behind:
    """A review that a record came from: its score by stage, for a page and as data, as it was recorded."""

    review: Review
    tree: Node
    detail: dict[str, Any]

    @property
    def place(self) -> tuple[str, str]:
        """The kind and the period of its record."""
        cycle = self.review.cycle
        return scheme_of(cycle).cycle_kinds[cycle.kind].record_kind, cycle.period


@dataclass(frozen=True)
class Explained:
    """One review as its page tells it; `person` is None where nothing was worked out, or by an older version."""

    review: Review
    scheme: Scheme
    person: PersonYear | None
    place: Place | None
    behind: Mapping[tuple[str, str], Behind]
    only: frozenset[str] | None = None
    """The kinds of action that the reader may know of; None is all. The person rated knows of what was approved."""

    @cached_property
    def tree(self) -> Node | None:
        """The total's tree as it was kept, its records leading down into the reviews that they came from."""
        kept = read_tree(self.review.explanation)
        return with_reviews(kept, {place: one.tree for place, one in self.behind.items()}) if kept else None

    @property
    def path(self) -> BandPath | None:
        """How the place became the computed band."""
        total = self.review.total
        return band_path(self.place, total, self.scheme.distribution) if self.place and total is not None else None

    @property
    def band(self) -> str | None:
        """The band that counts: the final one, else the calibrated, else the computed."""
        return self.review.final_band or self.review.calibrated_band or self.review.computed_band

    @property
    def following(self) -> tuple[Following, ...]:
        """Every action of the scheme with its conditions."""
        return following(self.place, self.band, self.review.total, self.review.flags, self.scheme)

    @property
    def document(self) -> dict[str, Any] | None:
        """All of it as data (docs/explanation.md), or None where there is nothing to tell."""
        if self.person is None:
            return None
        version = self.review.cycle.scheme_version
        source = Source.of(self.scheme, version.digest, int(self.review.cycle.period[:4]), published=version.version)
        return document(
            self.person, _graded(self.review, self.person, self.scheme), self.place, source,
            departure=_departure(self.review), made_of=self._made_of(), only=self.only,
        )  # fmt: skip

    def _made_of(self) -> dict[int, Any]:
        kind = self.scheme.cycle_kinds[self.review.cycle.kind]
        own = {(kind.record_kind, self.review.cycle.period): self.review.explanation.get("made_of")}
        told = {place: one.detail for place, one in self.behind.items()}
        told |= {place: shielded_of(self.review, one) for place, one in own.items() if one}
        records = self.person.records if self.person else ()
        return {at: told[one.kind, one.period] for at, one in enumerate(records) if told.get((one.kind, one.period))}


def explained(review: Review, *, actor: Actor) -> Explained:
    """The review with what this actor may see of what is behind it."""
    barred = bool(were_barred([review]))
    person = read_inputs(review.explanation, barred=barred)
    mine = actor.employee_id == review.employee_id
    only = frozenset(one.kind for one in approved_actions(review)) if mine else None
    return Explained(review, scheme_of(review.cycle), person, _place(review, barred=barred), _behind(review, actor), only)


def review_document(review: Review) -> dict[str, Any]:
    """A review of a kind without bands: what its one record came from."""
    (one,) = _told([review])
    version = review.cycle.scheme_version
    return {
        "format": "kaoping-review",
        "format_version": 1,
        "scheme": {"code": version.code, "version": version.version, "digest": version.digest},
        "person": {"employee_no": review.employee.employee_no, "population": review.rated_as},
        "made_of": one.detail,
    }


def shielded_of(review: Review, made_of: Mapping[str, Any]) -> dict[str, Any]:
    """What a review's figures came from, for any reader: without what would tell of too few customers."""
    publication = publication_of(review.id)
    lines = publication.payload["lines"] if publication else ()
    shown = {f"{publication.form}:{one['code']}" for one in lines if publication and not one["hidden"]}
    return shielded(
        made_of, shown=shown, least=minimum_to_show(review.cycle), published=publication.form if publication else ""
    )


def _place(review: Review, *, barred: bool) -> Place | None:
    """Where the review stands among those ranked with it: two counts, nobody's total."""
    if review.rank is None:
        return None
    same = (Review.cycle_id == review.cycle_id, Review.rank.is_not(None), Review.ranked_in == review.ranked_in)
    rows = db.session.execute(select(Review.population, func.count()).filter(*same).group_by(Review.population)).tuples()
    sizes = dict(rows.all())
    tied = db.session.scalar(select(func.count()).select_from(Review).filter(*same, Review.rank == review.rank)) or 1
    order = [population.code for population in scheme_of(review.cycle).populations]
    together = tuple(sorted(sizes, key=lambda code: (order.index(code) if code in order else len(order), code)))
    return Place(
        review.population, review.ranked_in or review.population, together or (review.population,),
        max(sum(sizes.values()), review.rank), review.rank - 1, tied, barred,
    )  # fmt: skip


def _behind(review: Review, actor: Actor) -> dict[tuple[str, str], Behind]:
    """The reviews that the year's records came from and whose results the actor may see.

    Several checks of one day cannot be told apart by their place, so none of them is shown.
    """
    query = (
        select(Review).join(Record, Record.review_id == Review.id)
        .filter(Record.employee_id == review.employee_id, Record.year == int(review.cycle.period[:4]), Review.id != review.id)
        .options(joinedload(Review.cycle), joinedload(Review.employee)).order_by(Review.id)
    )  # fmt: skip
    found = list(db.session.scalars(query))
    facts = review_facts_of(found)
    seen = _told([one for one in found if may(actor, "see_result", facts[one.id]).allowed])
    places = Counter(one.place for one in seen)
    return {one.place: one for one in seen if places[one.place] == 1}


def _told(reviews: Sequence[Review]) -> list[Behind]:
    """As kept when the results were recorded; those that have no record, or an older one, are scored from what is there."""
    unkept = [one for one in reviews if "recorded" not in one.explanation]
    scored = _scored(unkept) if unkept else {}
    return [scored[one.id] if one.id in scored else _recorded(one) for one in reviews]


def _recorded(review: Review) -> Behind:
    kept = review.explanation["recorded"]
    tree = read_tree(kept["tree"])
    assert tree is not None
    return Behind(review, tree, shielded_of(review, kept["made_of"]))


def _scored(reviews: Sequence[Review]) -> dict[int, Behind]:
    answers = answers_of(Review.id.in_([one.id for one in reviews]), int(reviews[0].cycle.period[:4]))
    found = {}
    for one in reviews:
        scheme = scheme_of(one.cycle)
        kind = scheme.cycle_kinds[one.cycle.kind]
        score = score_of_review(one, answers.get(one.id, ReviewAnswers()), scheme, kind)
        tree, told = told_of(one, score, scheme, kind)
        found[one.id] = Behind(one, tree, shielded_of(one, told))
    return found


def _graded(review: Review, person: PersonYear, scheme: Scheme) -> Graded:
    """The grade as it stands in the database, its figures exact again from what was kept."""
    rule = scheme.composition
    made = compose(person.records, joined=person.joined, left=person.left, rule=rule)
    flags = sorted({*made.flags, *(RANKING_FLAGS & set(review.flags))})
    return Graded(
        person.employee_no, person.population, made.parts, made.total, review.rank, review.computed_band,
        made.months_counted, tuple(flags), (), 0, made.contributions, review.ranked_in or "", rule.rounding,
    )  # fmt: skip


def _departure(review: Review) -> Departure:
    move, before = standing_move(review), band_before_appeal(review)
    if move is None:
        return Departure(final=review.final_band, before_appeal=before)
    return Departure(review.calibrated_band, move.reason_code, move.reason, review.final_band, before)


def band_before_appeal(review: Review) -> str | None:
    """The band that an upheld appeal raised, or None."""
    raised = select(Appeal.band_before).filter(
        Appeal.review_id == review.id, Appeal.state == "upheld", Appeal.band_after.is_not(None),
        Appeal.band_after != Appeal.band_before,
    )  # fmt: skip
    return db.session.scalar(raised.order_by(Appeal.id).limit(1))
