"""May a running cycle move to a newer version of its scheme? What forbids it, in words.

What is done stays done: a finished step keeps its form, its actor, its weight, its place, whom it is for and
how many answers count, and a form that holds answers keeps its items and points. Everything that is still to come may change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from states.errors import N_, Message
from states.scheme.base import Text
from states.scheme.cycles import CycleKind, StageSpec
from states.scheme.forms import FormSpec, Questionnaire
from states.scheme.model import Scheme

WORDING = frozenset({"title", "help", "instructions", "training_wishes", "layout", "changes"})
"""What may change under answers that are in: it says the same in other words, or shows it otherwise."""
MOVABLE = ("draft", "open", "calibrating")
PAST = Message("This cycle is past calibration: its grades stand by the version that they were made with.")
NO_KIND = Message("The new version has no such kind of cycle any more.")

GONE = N_("Done already in %(count)s of the reviews: “%(stage)s”. The new version leaves it out.")
OTHER_FORM = N_("Done already in %(count)s of the reviews: “%(stage)s”. The new version asks another form there.")
OTHER_ACTOR = N_("Done already in %(count)s of the reviews: “%(stage)s”. In the new version somebody else acts there.")
OTHER_WEIGHT = N_("Done already in %(count)s of the reviews: “%(stage)s”. In the new version it weighs otherwise.")
OTHER_LEAST = N_("Done already in %(count)s of the reviews: “%(stage)s”. The new version counts from another number of answers on.")
OTHER_WHEN = N_("Done already in %(count)s of the reviews: “%(stage)s”. The new version asks for it of other people.")
OTHER_PLACE = N_("Done already in %(count)s of the reviews: “%(stage)s”. The new version puts it at another place.")
BEFORE = N_("Not done in %(count)s of the reviews: “%(stage)s”. The new version puts it before a step that is done.")
CLOSED = N_("Closed, or shown to the person: %(count)s of the reviews. They stand by the version that they were made with.")
FINISHES = N_("No step would be left in %(count)s of the reviews. Let them finish first, or leave a step that is still to come.")
POPULATION = N_("The new version does not know the population “%(stage)s”, to which %(count)s of the people belong.")
BAND = N_("The new version has no band “%(stage)s”, to which %(count)s of the grades were moved.")


@dataclass(frozen=True)
class Standing:
    """What one review has behind it, and the steps that the new version plans for it.

    Forms are chosen by `population` and post; `ranked_as` is the population that the person is ranked in.
    `done` are steps that are finished or hold answers (a survey whose customers were asked counts);
    `skipped` are left out with a reason; `planned` are the new version's steps for this person, in
    order, without those that would not apply. `closed`: over, or shown to the person.
    """

    population: str
    ranked_as: str
    post: str
    stages: tuple[str, ...]
    planned: tuple[str, ...]
    done: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    moved_to: str | None = None
    closed: bool = False


@dataclass(frozen=True)
class Versions:
    """Two versions of a scheme, and the kind of a cycle that is to move from the old to the new."""

    old: Scheme
    new: Scheme
    kind: str
    filled: frozenset[str] = field(default=frozenset())
    """The forms for which answers were handed in."""

    @property
    def kinds(self) -> tuple[CycleKind, CycleKind | None]:
        """The kind as it was, and as it is; None where the new version has none."""
        return self.old.cycle_kinds[self.kind], self.new.cycle_kinds.get(self.kind)


def obstacles(versions: Versions, reviews: Iterable[Standing], *, state: str) -> list[Message]:
    """Everything that forbids the move of a cycle in `state`, in words; nothing where it may move."""
    old, new = versions.kinds
    if state not in MOVABLE:
        return [PAST]
    if new is None:
        return [NO_KIND]
    counted: Counter[tuple[str, str]] = Counter()
    for review in reviews:
        counted.update(set(_of_review(versions, old, new, review, state)))
    of_reviews = [
        Message(sentence, stage=_title(old, new, stage), count=count) for (sentence, stage), count in counted.items()
    ]
    return [*_of_kind(old, new), *_of_forms(versions), *of_reviews]


def same_answers(old: FormSpec, new: FormSpec | None) -> bool:
    """Whether answers to the old form are answers to the new: same items and points, whatever the wording."""
    return new is not None and _bare(old.model_dump()) == _bare(new.model_dump())


def _bare(value: Any) -> Any:
    """A dumped piece of a scheme without its words."""
    if isinstance(value, Mapping):
        kept = {key: _bare(item) for key, item in value.items() if key not in WORDING}
        return None if value and set(value) == {"zh", "en"} else kept
    return [_bare(item) for item in value] if isinstance(value, list | tuple) else value


def _of_kind(old: CycleKind, new: CycleKind) -> Iterator[Message]:
    if old.period != new.period:
        yield Message("The new version runs this kind of cycle over another period.")
    if old.record_kind != new.record_kind:
        yield Message("The new version keeps the scores of this kind of cycle as another kind of record.")
    if old.ranked != new.ranked:
        yield Message("Only one of the two versions ends this kind of cycle in bands.")


def _of_forms(versions: Versions) -> Iterator[Message]:
    for code in sorted(versions.filled & set(versions.old.forms)):
        form = versions.old.forms[code]
        if code not in versions.new.forms:
            yield Message("“%(form)s” holds answers, and the new version has no such form.", form=form.title)
        elif not same_answers(form, versions.new.forms[code]):
            yield Message("“%(form)s” holds answers, and the new version changes its items or points.", form=form.title)


def _of_review(
    versions: Versions, old: CycleKind, new: CycleKind, review: Standing, state: str
) -> Iterator[tuple[str, str]]:
    if review.closed:
        yield CLOSED, ""
        return
    if versions.new.population(review.ranked_as) is None:
        yield POPULATION, review.ranked_as
    if review.moved_to is not None and versions.new.distribution.band(review.moved_to) is None:
        yield BAND, review.moved_to
    done = review.done | ({"calibration"} if state == "calibrating" else frozenset())
    for code in review.stages:
        if code in done:
            yield from ((sentence, code) for sentence in _changed(versions, code, review))
    yield from _out_of_order(old, new, review, done)
    if review.stages and set(review.planned) <= review.done | review.skipped:
        yield FINISHES, ""


def _changed(versions: Versions, code: str, review: Standing) -> Iterator[str]:
    old, new = versions.kinds
    before, after = old.stage(code), new.stage(code) if new else None
    if new is None or before is None or after is None or after.code not in review.planned:
        yield GONE
        return
    rated = {"population": review.population, "post": review.post}
    if before.form_for(**rated) != after.form_for(**rated):
        yield OTHER_FORM
    if before.actor != after.actor:
        yield OTHER_ACTOR
    if before.when != after.when:
        yield OTHER_WHEN
    if _weight(old, code, rated) != _weight(new, code, rated):
        yield OTHER_WEIGHT
    if before.is_group and _least(versions.old, before, rated) != _least(versions.new, after, rated):
        yield OTHER_LEAST


def _weight(kind: CycleKind, code: str, rated: dict[str, str]) -> Decimal | None:
    return next((part.weight for part in kind.parts_for(**rated) if part.stage == code), None)


def _least(scheme: Scheme, stage: StageSpec, rated: dict[str, str]) -> int:
    form = scheme.forms.get(stage.form_for(**rated) or "")
    return scheme.least_to_count(stage, form if isinstance(form, Questionnaire) else None)


def _out_of_order(
    old: CycleKind, new: CycleKind, review: Standing, done: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What runs alongside has no place in the order, before or after."""
    before = [code for code in review.stages if code in done and _blocks(old, code)]
    after = [code for code in review.planned if _blocks(new, code)]
    kept = [code for code in before if code in after]
    for code, other in zip(kept, [code for code in after if code in kept], strict=True):
        if code != other:
            yield OTHER_PLACE, code
    last = max((after.index(code) for code in kept), default=0)
    for code in after[:last]:
        if code not in done | review.skipped:
            yield BEFORE, code


def _blocks(kind: CycleKind, code: str) -> bool:
    stage = kind.stage(code)
    return stage is not None and not stage.alongside


def _title(old: CycleKind, new: CycleKind, code: str) -> Text | str:
    stage = new.stage(code) or old.stage(code)
    return stage.title if stage else code
