"""The year-end appraisal of 2024, from the launch in January 2025 to the closed cycle in the spring."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.evidence import Upload
from workflow_app.db import db
from workflow_app.models import Action, Cycle, Review, Timer
from workflow_app.sample.errands import run_errands
from workflow_app.sample.figures import enter_figures
from workflow_app.sample.journey import Travel, Turnout, ask_customers, travel
from workflow_app.sample.people import DEPUTY, GENERAL_MANAGER, HR, SECOND_HR
from workflow_app.sample.steps import launched_year
from workflow_app.sample.words import MOVES
from workflow_app.schemes import scheme_of
from workflow_app.services import acting, approving, calibrating, closing_surveys, papers, releasing
from workflow_app.services.calibrating import MoveReason
from workflow_app.services.calibration_opening import open_calibration
from workflow_app.services.inviting import REMINDING
from workflow_app.services.overdue import close_finished_cycle, close_overdue
from workflow_app.services.reminding import DAILY
from workflow_app.services.timing import cancel_timer

if TYPE_CHECKING:
    from states.permissions import Actor
    from workflow_app.models import SchemeVersion
    from workflow_app.sample.journey import Year
    from workflow_app.sample.people import Cast
    from workflow_app.sample.progress import Progress
    from workflow_app.sample.workbooks import Workbooks

LAUNCHED_ON = date(2025, 1, 2)
WORKING_DAYS = 60
WHOLE_WAY = Travel(
    {"self_review": (1, 5), "manager_scoring": (5, 12), "vp_feedback": (12, 17), "internal_survey": (2, 15)}
)
SURVEY_OVER, CALIBRATED, SUBMITTED, APPROVED, SIGNED, RELEASED = 21, 21, 23, 24, 25, 27
INTERVIEWS, UNSIGNED_OVER, DECIDED = (28, 33), 40, 42
PAIRS = {"front_line": (("B", "C"), ("C", "D")), "office": (("B", "C"),)}
"""The dividing lines across which two people change places, by population."""
HR_DEPARTMENT = "人力资源部"
DECISIONS = (("approve", "start", "finish"), ("approve", "start"), ("approve",), (), ("approve", "start", "finish"), ("decline",))
"""What becomes of one proposal after another: done, under way, approved, not decided yet, declined."""
WHY = {
    "approve": "同意，已与部门负责人沟通，改进计划与依据见附件。",
    "decline": "本年度名额已满，明年优先考虑。",
    "start": "已通知本人和部门。",
    "finish": "已完成，结果记入个人档案。",
}


EVIDENCE = "全年四次面谈记录；两次改进约定均未完成，有签字记录。"
PLAN = "三个月重点培训：每周一次案例复盘，由部门负责人带教，期满复核。"
CONSENT = "本人已阅读审议意见与改进计划，同意调整。（样本文件）"


def make_last_year(version: SchemeVersion, books: Workbooks, cast: Cast, progress: Progress) -> Cycle:
    """The whole cycle of 2024; returns it closed."""
    year = score_last_year(version, books, cast, progress)
    calibrate_last_year(year)
    _sign_and_release(year)
    _talk_and_sign(year, progress)
    _decide(year)
    return year.cycle


def score_last_year(version: SchemeVersion, books: Workbooks, cast: Cast, progress: Progress) -> Year:
    """Launch, forms, customers: up to where everybody is ready for calibration."""
    year = launched_year(version, "2024", LAUNCHED_ON, WORKING_DAYS, books, cast)
    enter_figures(2024)
    for review in year.reviews:
        travel(year, review, WHOLE_WAY)
        ask_customers(year, review, Turnout(answer=0.78, days=(1, 17)))
    progress.begin("2024: forms and customers", len(year.diary.entries))
    year.diary.play(progress.advance)
    over = year.days.at(SURVEY_OVER, time(2, 30))
    closing_surveys.close_surveys(now=over)
    close_overdue(year.cycle, now=over, limit=10_000)
    return year


def calibrate_last_year(year: Year) -> None:
    """Totals, bands, and HR's departures from them, each with its reason."""
    now = year.days.at(CALIBRATED, time(10))
    open_calibration(year.cycle, actor=year.cast.named(HR), now=now)
    run_errands(now)
    for number, (review, band, code) in enumerate(_moves(year)):
        calibrating.move_to_band(
            review, band, reason=MoveReason(code, MOVES[code]), actor=year.cast.named(HR),
            now=year.days.at(CALIBRATED, time(14)) + timedelta(minutes=7 * number),
        )  # fmt: skip


def _moves(year: Year) -> list[tuple[Review, str, str]]:
    """Pairs across a dividing line change places; one at the end of the ranking is lifted."""
    found: list[tuple[Review, str, str]] = []
    for population, pairs in PAIRS.items():
        ranked = [
            review for review in year.reviews
            if review.population == population and review.rank and review.department != HR_DEPARTMENT
        ]  # fmt: skip
        ranked.sort(key=lambda review: review.rank or 0)
        for better, worse in pairs:
            upper = [review for review in ranked if review.computed_band == better]
            lower = [review for review in ranked if review.computed_band == worse]
            if upper and lower:
                found += [(lower[0], better, "rater_strict"), (upper[-1], worse, "rater_lenient")]
        found += [(review, "B", "evidence") for review in ranked if review.computed_band == "C"][3:4]
        found += [(review, "D", "absolute") for review in ranked if review.computed_band == "E"][:1]
    return found


def _sign_and_release(year: Year) -> None:
    cast, days, cycle = year.cast, year.days, year.cycle
    calibrating.submit_for_approval(cycle, actor=cast.named(HR), now=days.at(SUBMITTED, time(16)))
    approving.approve_cycle(cycle, actor=cast.named(GENERAL_MANAGER), now=days.at(APPROVED, time(9, 40)))
    approving.approve_cycle(cycle, actor=cast.named(DEPUTY), now=days.at(SIGNED, time(11, 10)))
    released = days.at(RELEASED, time(9, 30))
    releasing.release_cycle(cycle, actor=cast.named(HR), now=released)
    run_errands(released)


def _talk_and_sign(year: Year, progress: Progress) -> None:
    """Interviews, signatures; whoever never signed is closed by the deadline."""
    year.diary.entries.clear()
    for review in year.reviews:
        travel(year, review, Travel({"feedback_interview": INTERVIEWS}))
        rng = year.rng("signature", review.employee.employee_no)
        if rng.random() < 0.93:
            signing = partial(_sign_for, review, year.cast.actor(review.employee_id))
            year.diary.note(year.days.moment(rng.randint(*INTERVIEWS), rng), signing)
    progress.begin("2024: interviews and signatures", len(year.diary.entries))
    year.diary.play(progress.advance)
    over = year.days.at(UNSIGNED_OVER, time(9))
    close_overdue(year.cycle, now=over, limit=10_000)
    close_finished_cycle(year.cycle, now=over)
    _no_more_timers(year)


def _sign_for(review: Review, actor: Actor, now: datetime) -> None:
    releasing.acknowledge(review, actor=actor, now=now)


def _no_more_timers(year: Year) -> None:
    for kind in (DAILY, REMINDING):
        cancel_timer("cycle", year.cycle.id, kind)
    query = select(Timer.subject_id, Timer.kind).where(Timer.subject_type == "review", Timer.fired_at.is_(None))
    for number, kind in db.session.execute(query).all():
        cancel_timer("review", number, kind)


def _decide(year: Year) -> None:
    actions = db.session.scalars(
        select(Action).join(Review).where(Review.cycle_id == year.cycle.id).order_by(Action.kind, Action.id)
    ).all()
    for place, action in enumerate(actions):
        hr = HR if action.review.employee_id != year.cast.numbers[HR] else SECOND_HR
        ways = DECISIONS[place % len(DECISIONS)]
        spec = scheme_of(year.cycle).action(action.kind)
        if spec is not None and len(spec.needs) > 1:
            _keep_papers(year, action, hr, consented="start" in ways)
        for step, decision in enumerate(ways):
            acting.decide_action(
                action, decision, reason=WHY[decision], actor=year.cast.named(hr),
                now=year.days.at(DECIDED + 6 * step, time(10)) + timedelta(minutes=place),
            )  # fmt: skip


def _keep_papers(year: Year, action: Action, hr: str, *, consented: bool) -> None:
    """What such a decision rests on; the consent only where the person gave it."""
    moment = year.days.at(DECIDED - 1, time(10))
    typed = papers.Typed(
        evidence=EVIDENCE, plan=PLAN,
        consented_on=moment.date() if consented else None,
        consent_file=Upload("同意书.txt", CONSENT.encode()) if consented else None,
    )  # fmt: skip
    papers.keep_papers(action, typed, actor=year.cast.named(hr), now=moment)


def begins() -> datetime:
    """Before anything of the sample happens: the company's people are taken in."""
    return datetime(2024, 12, 16, 1, 30, tzinfo=UTC)
