"""What the customers of a whole cycle said, by department and by language, as far as it may be shown.

Worked out from what was published with the results: nothing here moves any more. Every figure of every filter is
decided on at once, beside all that was published about single persons, so that it does not matter what is asked first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from states.disclosure import WHOLE, Disclosure, decide
from states.questionnaires import questionnaire_score
from states.stages import FINISHED
from states.survey_figures import Line, figures_of, key_of, lines_of, scored_answers
from workflow_app.db import db
from workflow_app.models import Employee, Invitation, Review, ReviewStage, SurveyPublication
from workflow_app.queries.published_answers import BASIS, answers_numbered, figures_in
from workflow_app.queries.surveys import minimum_to_show, questionnaire_of, survey_stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from states.scheme.forms import Questionnaire
    from workflow_app.models import Cycle

EVERYBODY = ""
CHUNK = 500


@dataclass(frozen=True)
class Group:
    """One value of a filter: everybody, a department, a language; with what may be shown of it."""

    kind: str
    name: str
    count: int | None
    value: Fraction | None
    hidden: str
    lines: Sequence[Shown] = ()

    @property
    def key(self) -> str:
        """What names it in an address."""
        return f"{self.kind}:{self.name}" if self.kind else EVERYBODY


@dataclass(frozen=True)
class Shown:
    """One question of a group: its figure, or why there is none."""

    line: Line
    hidden: str
    choices: Sequence[tuple[str, Any, int | None]] = ()


@dataclass(frozen=True)
class Results:
    """All filters of one questionnaire of a cycle."""

    form: Questionnaire
    least: int
    groups: Sequence[Group] = field(default_factory=tuple)

    def group(self, key: str) -> Group:
        """The group of an address; everybody where there is none such."""
        return next((one for one in self.groups if one.key == key), self.groups[0])

    def of(self, kind: str) -> list[Group]:
        """The values of one filter."""
        return [one for one in self.groups if one.kind == kind]


def results_of(cycle: Cycle, form: str = "") -> Results | None:
    """What a questionnaire of the cycle brought (the first one, unless named); None before all results are released."""
    if survey_stage(cycle) is None or not is_over(cycle):
        return None
    published = _published(cycle)
    forms = sorted({one.form for one, _ in published})
    if not forms:
        return None
    code = form if form in forms else forms[0]
    return _results(cycle, code, [(one, department) for one, department in published if one.form == code])


def forms_of(cycle: Cycle) -> list[str]:
    """The questionnaires of the cycle of which there are results."""
    return sorted({one.form for one, _ in _published(cycle)}) if survey_stage(cycle) else []


def is_over(cycle: Cycle) -> bool:
    """Whether every result is out and all that was published is still kept, so that no figure here changes any more.

    While publications come, or go when their time is over, a difference would tell of those that came or went.
    """
    answered = select(Invitation.review_id).where(Invitation.state == "submitted")
    published = select(SurveyPublication.review_id)
    unpublished = Review.id.in_(answered) & Review.id.not_in(published)
    waiting = select(func.count()).select_from(Review).where(
        Review.cycle_id == cycle.id, Review.state != "excluded", Review.released_at.is_(None) | unpublished
    )
    return cycle.state in {"released", "closed"} and not db.session.scalar(waiting)


def _published(cycle: Cycle) -> list[tuple[SurveyPublication, str]]:
    query = (
        select(SurveyPublication, Review.department)
        .join(Review, Review.id == SurveyPublication.review_id)
        .where(Review.cycle_id == cycle.id)
        .order_by(SurveyPublication.review_id, SurveyPublication.number)
    )
    return list(db.session.execute(query).tuples())


def _results(cycle: Cycle, code: str, published: Sequence[tuple[SurveyPublication, str]]) -> Results | None:
    form, least = questionnaire_of(cycle, code), minimum_to_show(cycle)
    newest = {one.review_id: (one, department) for one, department in published}
    members: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one, department in newest.values():
        basis = one.payload.get(BASIS) or {"answers": [], "languages": {}}
        for number in basis["answers"]:
            for place in (("", ""), ("department", department), ("language", basis["languages"].get(str(number), "zh"))):
                members[place].add(number)
    given = _given(members["", ""])
    if len(given) < len(members["", ""]):
        return None  # Earlier versions of changed answers are not kept for ever.
    scored = scored_answers(form, given)
    candidates, lines = [], {}
    for (kind, name), numbers in members.items():
        there = {number: given[number] for number in sorted(numbers)}
        lines[kind, name] = (lines_of(form, there), scored & numbers, there)
        candidates += figures_of(*lines[kind, name][:2], group=f"{kind}:{name}")
    before = [figure for one, _ in published for figure in figures_in(one)]
    made = decide(candidates, least=least, before=before)
    groups = [_group(place, *lines[place], form, made) for place in sorted(members)]
    return Results(form, least, groups)


def _given(numbers: set[int]) -> dict[int, dict[str, Any]]:
    ordered = sorted(numbers)
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ordered), CHUNK):
        found |= answers_numbered(ordered[start : start + CHUNK])
    return found


def _group(
    place: tuple[str, str], lines: Sequence[Line], whole: frozenset[int], given: Mapping[int, Any], form: Questionnaire,
    made: Disclosure,
) -> Group:
    group = f"{place[0]}:{place[1]}"
    why = made.why_not(key_of(WHOLE, group))
    value = None if why else questionnaire_score(form, [given[number] for number in sorted(whole)], minimum=1).value
    return Group(
        *place, None if why else len(whole), value, why, tuple(_shown(line, group, made) for line in lines)
    )


def _shown(line: Line, group: str, made: Disclosure) -> Shown:
    why = made.why_not(key_of(line.code, group))
    choices = tuple(
        (one.code, one.title, None if why or key_of(line.code, group, one.code) not in made.shown else len(one.of))
        for one in line.choices
    )
    return Shown(line, why, choices)


@dataclass(frozen=True)
class Asked:
    """One person of the cycle whose customers were asked, for HR: the survey closed, the free answers to look through."""

    review: Review
    closed: bool


def people_asked(cycle: Cycle) -> list[Asked]:
    """Everybody whose customers were asked, by department and name."""
    spec = survey_stage(cycle)
    if spec is None:
        return []
    asked = select(Invitation.review_id).where(Invitation.state != "revoked")
    query = (
        select(Review, ReviewStage.state)
        .join(ReviewStage, ReviewStage.review_id == Review.id)
        .join(Review.employee)
        .where(Review.cycle_id == cycle.id, ReviewStage.stage == spec.code, Review.id.in_(asked))
        .order_by(Review.department, Employee.name_sort, Employee.employee_no)
    )
    rows = db.session.execute(query).tuples()
    return [Asked(review, state in FINISHED or cycle.state != "open") for review, state in rows]
