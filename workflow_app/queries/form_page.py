"""Everything that the page of one form shows, gathered once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forms.builder import build_form, prefill, sound_answers
from forms.validators import written
from states.errors import Message
from states.exact import shown
from states.scheme.forms import DeductionForm, KpiForm
from states.scoring import ScoreRow, score_form
from workflow_app.queries import assignments as reads
from workflow_app.queries import form_questions
from workflow_app.queries.answer_files import file_questions
from workflow_app.queries.ledger import ShownEntry, rows_of, shown_entries
from workflow_app.schemes import scheme_of
from workflow_app.services import filling
from workflow_app.services.entering import keeps_ledger
from workflow_app.survey_pages.blocks import conditional

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal
    from fractions import Fraction

    from forms.builder import SchemeForm
    from forms.kinds.base import Answers
    from states.composition import PartMean
    from states.scheme import Scheme, Text
    from states.scheme.cycles import StageSpec
    from states.scheme.forms import DeductionItem, FormSpec, KpiRow
    from states.scoring import FormScore
    from workflow_app.models import Assignment, Review, Submission
    from workflow_app.survey_pages.blocks import Block

SELF = "self"
TEMPLATES = {
    "deduction": "deduction",
    "kpi_table": "kpi_table",
    "rating_card": "rating",
    "questionnaire": "rating",
    "test": "plain",
    "text": "plain",
}


@dataclass(frozen=True)
class OwnWords:
    """The self review beside a rater's form: its answers by item, its texts, its score."""

    assignment: Assignment
    spec: FormSpec
    answers: Answers
    score: Decimal | None

    def of(self, code: str) -> dict[str, Any]:
        """What was said of one item: deducted, clause, note."""
        answer = self.answers.get(code)
        return answer if isinstance(answer, dict) else {}

    @property
    def texts(self) -> list[tuple[Text, str]]:
        """The texts that were written, with their titles."""
        return [(text.title, self.answers[text.code]) for text in self.spec.texts if self.answers.get(text.code)]


@dataclass(frozen=True)
class ItemLine:
    """One item of a deduction sheet as the page shows it."""

    item: DeductionItem
    row: ScoreRow
    answer: dict[str, Any]
    own: dict[str, Any]
    entries: tuple[ShownEntry, ...] = ()

    @property
    def remaining(self) -> Fraction:
        """The points that are left of the item before what is typed and not entered yet."""
        return max(self.row.full - sum((one.points for one in self.row.entries), self.row.full * 0), self.row.full * 0)

    @property
    def repeats(self) -> bool:
        """Whether a clause of the item counts for every time."""
        return any(clause.each for clause in self.item.clauses)

    @property
    def costs(self) -> dict[str, str]:
        """What each clause takes off where no points are typed."""
        return {clause.code: written(min(clause.points, self.item.points)) for clause in self.item.clauses}

    @property
    def clause_title(self) -> Text | None:
        """The title of the clause that was chosen."""
        clause = self.item.clause(self.answer.get("clause") or "")
        return clause.title if clause else None


@dataclass(frozen=True)
class AreaBlock:
    """One area of a deduction sheet with its items and its sum."""

    code: str
    title: Text
    of: Decimal
    lines: tuple[ItemLine, ...]

    @property
    def got(self) -> Fraction:
        """The points kept in the area."""
        return sum((line.row.value or line.row.full * 0 for line in self.lines), self.lines[0].row.full * 0)


@dataclass(frozen=True)
class KpiLine:
    """One row of a KPI table as the page shows it."""

    spec: KpiRow
    row: ScoreRow
    answer: dict[str, Any]
    source_title: Text | None
    entered: Mapping[str, str]
    """The parts (`actual`, `target`) that HR entered: they are read here, not typed."""


@dataclass
class FormPage:
    """One form with what stands beside it."""

    assignment: Assignment
    submission: Submission | None
    answers: Answers
    scheme: Scheme
    spec: FormSpec
    stage: StageSpec | None
    closed: Message | None = None
    form: SchemeForm | None = None
    refused: list[Message] = field(default_factory=list)
    further: int = 0
    """How many questions the answers lead to that the page did not show when it was submitted."""

    @property
    def review(self) -> Review:
        return self.assignment.review

    @property
    def version(self) -> str:
        return filling.version_of(self.submission)

    @property
    def template(self) -> str:
        return TEMPLATES[self.spec.kind]

    @property
    def about_oneself(self) -> bool:
        """Whether the person rated fills it in."""
        return self.assignment.assignee_id == self.review.employee_id

    @property
    def stage_title(self) -> Text | str:
        return self.stage.title if self.stage else self.assignment.stage

    @cached_property
    def score(self) -> FormScore:
        """The server's score of the answers shown."""
        return filling.score_of(self.assignment, self.answers)

    @cached_property
    def total(self) -> Decimal | None:
        """The score in points of 100, as pages show it."""
        return shown(self.score.value)

    @cached_property
    def kept(self) -> Fraction | None:
        """The points kept on a deduction sheet (of all its points), or None elsewhere."""
        return sum((area.got for area in self.areas), self.areas[0].got * 0) if self.areas else None

    @cached_property
    def areas(self) -> list[AreaBlock]:
        """The areas of a deduction sheet; none for other kinds."""
        if not isinstance(self.spec, DeductionForm):
            return []
        rows = {row.code: row for row in self.score.rows}
        return [
            AreaBlock(area.code, area.title, area.points, tuple(self._line(item, rows) for item in area.items))
            for area in self.spec.areas
        ]

    @property
    def keeps_ledger(self) -> bool:
        """Whether deductions are entered one by one into the ledger: a rater fills the sheet."""
        return keeps_ledger(self.assignment, self.spec)

    @cached_property
    def entries(self) -> dict[str, tuple[ShownEntry, ...]]:
        """The ledger's rows of this form by item, those that are taken back too."""
        if not self.keeps_ledger or self.assignment.state == "waiting":
            return {}
        found: dict[str, tuple[ShownEntry, ...]] = {}
        for one in shown_entries(rows_of(self.assignment), self.scheme):
            found[one.row.item] = (*found.get(one.row.item, ()), one)
        return found

    @cached_property
    def kpi_views(self) -> list[tuple[Text, list[KpiLine]]]:
        """The views of a KPI table with their rows; none for other kinds."""
        if not isinstance(self.spec, KpiForm):
            return []
        rows = {row.code: row for row in self.score.rows}
        return [(view.title, [self._kpi(row, rows[row.code]) for row in view.rows]) for view in self.spec.views]

    @cached_property
    def entered(self) -> Mapping[str, Mapping[str, str]]:
        """The key figures that HR entered for this person."""
        return filling.entered_of(self.assignment)

    @cached_property
    def own(self) -> OwnWords | None:
        """The self review, for whoever scores the person."""
        found = None if self.about_oneself or self._asked_of_colleagues else reads.own_words(self.review)
        if found is None:
            return None
        assignment, submission = found
        spec = self.scheme.forms[assignment.form]
        value = score_form(spec, sound_answers(spec, submission.answers)).value
        return OwnWords(assignment, spec, submission.answers, shown(value))

    @cached_property
    def evidence(self) -> tuple[PartMean, ...] | None:
        """The year's means, for the superior who scores."""
        if self.about_oneself or self.stage is None or self.stage.actor not in {"manager", "department_head"}:
            return None
        return reads.evidence(self.review, self.scheme)

    @cached_property
    def severity(self) -> reads.Severity | None:
        """The rater's own mean beside the others', where scores are given to several people."""
        shown_here = self.evidence is not None and isinstance(self.spec, DeductionForm)
        return reads.severity(self.assignment) if shown_here else None

    @cached_property
    def neighbours(self) -> reads.Neighbours:
        return reads.neighbours(self.assignment)

    @property
    def texts(self) -> list[tuple[Text, str]]:
        """What was written, with its titles: comments, the texts of a form."""
        asked = [(one.code, one.title) for one in self.spec.asked if one.kind in form_questions.TEXTS]
        return [(title, self.answers[code]) for code, title in asked if self.answers.get(code)]

    @property
    def blocks(self) -> list[Block]:
        """The questions to fill in beside what the kind of form has."""
        return form_questions.blocks_to_fill(self.spec)

    @property
    def applying(self) -> frozenset[str]:
        """The codes of the questions that apply to what stands in the fields."""
        return self.form.applicable() if self.form is not None else frozenset()

    @property
    def followed(self) -> list[str]:
        """Those of them that apply only because of an answer: the page says that it shows them."""
        return sorted(self.applying & conditional(self.spec))

    @property
    def takes_files(self) -> bool:
        """Whether the page sends files: evidence beside deductions, or answers."""
        return self.keeps_ledger or bool(file_questions(self.spec))

    @cached_property
    def answered(self) -> list[form_questions.Answered]:
        """The questions with their answers in words, for reading."""
        return form_questions.answered(self.spec, self.answers, self.assignment.id)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Where the review stands: every stage with its state, no figures."""
        kind = self.scheme.cycle_kinds[self.review.cycle.kind]
        return [
            {
                "code": row.stage,
                "title": spec.title if (spec := kind.stage(row.stage)) else row.stage,
                "state": "now" if row.stage == self.review.state else STEP[row.state],
                "due_at": row.due_at,
            }
            for row in self.review.stages
        ]

    @property
    def returnable(self) -> bool:
        """Whether a self review lies before this stage that can be sent back for more."""
        return self.own is not None and self.stage is not None and self.stage.actor == "manager"

    @property
    def _asked_of_colleagues(self) -> bool:
        return confidential(self.stage)

    def _line(self, item: DeductionItem, rows: dict[str, ScoreRow]) -> ItemLine:
        answer = self.answers.get(item.code)
        own = self.own.of(item.code) if self.own else {}
        return ItemLine(
            item, rows[item.code], answer if isinstance(answer, dict) else {}, own, self.entries.get(item.code, ())
        )

    def _kpi(self, spec: KpiRow, row: ScoreRow) -> KpiLine:
        answer = self.answers.get(spec.code)
        source = self.scheme.forms.get(spec.source_form or "")
        entered = {} if source else self.entered.get(spec.code, {})
        return KpiLine(spec, row, answer if isinstance(answer, dict) else {}, source.title if source else None, entered)


STEP = {"waiting": "waiting", "open": "now", "done": "done", "omitted": "omitted"}


def confidential(stage: StageSpec | None) -> bool:
    """Whether a stage asks colleagues, whose answers only HR reads one by one."""
    return stage is not None and stage.is_confidential


def stage_of(assignment: Assignment) -> StageSpec | None:
    """What the scheme says of the assignment's stage."""
    cycle = assignment.review.cycle
    return scheme_of(cycle).cycle_kinds[cycle.kind].stage(assignment.stage)


def page_of(assignment: Assignment) -> FormPage:
    """The page of a form as it was last saved, without fields: for reading."""
    submission = reads.latest_submission(assignment.id)
    scheme = scheme_of(assignment.review.cycle)
    answers = filling.shown_answers(assignment, submission)
    return FormPage(
        assignment=assignment,
        submission=submission,
        answers=answers,
        scheme=scheme,
        spec=scheme.forms[assignment.form],
        stage=stage_of(assignment),
        closed=filling.closed_reason(assignment),
    )


def filling_page(assignment: Assignment, locale: str) -> FormPage:
    """The same with its fields, filled with what was saved."""
    page = page_of(assignment)
    page.form = build_form(page.spec, locale)(data=prefill(page.spec, page.answers))
    form_questions.show_files(page.form, assignment.id)
    return page


def saved_at(page: FormPage) -> datetime | None:
    """When the draft was last saved; None for what was submitted or never saved."""
    submission = page.submission
    return submission.saved_at if submission is not None and submission.state == "draft" else None
