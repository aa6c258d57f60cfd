"""What the person rated may read of the customers' answers is frozen with the result (scheme §2.5).

Figures and texts as they may be shown (states/disclosure), the texts in an order that says nothing, no day and no
customer. A later publication differs from the earlier by nobody, or by as many answers as may be shown.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from states.disclosure import TOO_FEW, WHOLE, Disclosure, decide, may_follow
from states.explaining.rules import figure, words
from states.questionnaires import questionnaire_score
from states.survey_figures import Line, figures_of, key_of, lines_of, scored_answers, words_of
from workflow_app.db import db
from workflow_app.models import Review, SurveyPublication
from workflow_app.queries.published_answers import (
    BASIS,
    answers_numbered,
    figures_in,
    form_asked,
    given_to,
    languages_of,
    publications_of,
    redactions_of,
    texts_published,
)
from workflow_app.queries.surveys import asked_about, minimum_of, minimum_to_show, questionnaire_of
from workflow_app.services.events import record_review_event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from states.scheme.forms import Questionnaire
    from states.survey_figures import Given, Words

FEW_ASKED = 2
"""With so many customers asked, or fewer, everybody knows whose the answers are."""
shuffler = random.SystemRandom()


def publish_answers(review: Review, *, actor: Actor, now: datetime) -> SurveyPublication | None:
    """Freeze what may be read of the customers' answers, at the release of a result; None where nobody was asked.

    The same answers again are the publication that is there. So are others, as long as the difference would tell of
    too few people: the person rated then reads on what was published.
    """
    code = form_asked(review)
    if code is None:
        return None
    earlier = publications_of(review.id)
    form, given = questionnaire_of(review.cycle, code), given_to(review.id)
    least = minimum_to_show(review.cycle)
    if earlier and not _may_follow(given, earlier, least):
        return earlier[-1]
    before = [one for publication in earlier for one in figures_in(publication)]
    payload = _payload(review, form, given, decide(_candidates(review, form, given), least=least, before=before))
    return _publish(review, code, payload, earlier, actor=actor, now=now)


def publish_redacted(review: Review, *, actor: Actor, now: datetime) -> SurveyPublication | None:
    """Publish the texts anew after a redaction: every figure and the order stay as they were published.

    A text that nothing was hidden in stays as it stands, also where the answer behind it is kept no longer. What is
    not published needs no new publication: None, as where there is none at all.
    """
    earlier = publications_of(review.id)
    if not earlier:
        return None
    last = earlier[-1]
    stands = texts_published(last)
    hidden = redactions_of({number for number, _ in stands})
    shown = {place: hidden[place].shown if place in hidden else text for place, text in stands.items()}
    if shown == stands:
        return None
    order = last.payload[BASIS]["texts"]
    texts = [held | {"texts": [shown[number, held["code"]] for number in order[held["code"]]]} for held in last.payload["texts"]]
    return _publish(review, last.form, last.payload | {"texts": texts}, earlier, actor=actor, now=now)


def standing_answers(review: Review) -> list[tuple[str, Mapping[str, Any]]] | None:
    """The answers (form, answers) that a result counts which is recorded anew: those published, as long as newer ones may not follow.

    Otherwise the score, beside the published one, would tell what a few changed. None where the newest count: nothing
    is published, or what changed may be; and where an earlier version of an answer is no longer kept.
    """
    earlier = publications_of(review.id)
    if not earlier or _may_follow(given_to(review.id), earlier, minimum_to_show(review.cycle)):
        return None
    numbers = earlier[-1].payload.get(BASIS, {}).get("answers", ())
    found = answers_numbered(numbers)
    return [(earlier[-1].form, one) for one in found.values()] if len(found) == len(numbers) else None


def _may_follow(given: Given, earlier: Sequence[SurveyPublication], least: int) -> bool:
    old = frozenset(earlier[-1].payload.get(BASIS, {}).get("answers", ()))
    new = frozenset(given)
    return new != old and may_follow([new], [old], least=least)


def _candidates(review: Review, form: Questionnaire, given: Given) -> list[Any]:
    # Below its own minimum there is no score, though there may be enough answers to show.
    return figures_of(lines_of(form, given), scored_answers(form, given), least=minimum_of(review.cycle, form.code))


def _payload(review: Review, form: Questionnaire, given: Given, made: Disclosure) -> dict[str, Any]:
    least, lines = minimum_to_show(review.cycle), lines_of(form, given)
    score = questionnaire_score(form, given.values(), minimum=minimum_of(review.cycle, form.code))
    shown = key_of(WHOLE) in made.shown
    told = words_of(form, given) if len(given) >= least else []
    order = {one.code: shuffler.sample(sorted(one.texts), len(one.texts)) for one in told}
    wide = shown and score.count >= least and score.interval is not None
    return {
        "least": least, "least_to_count": minimum_of(review.cycle, form.code), "few_asked": asked_about(review.id) <= FEW_ASKED,
        "count": score.count if shown else None, "value": figure(score.value) if shown else None,
        "hidden": made.why_not(key_of(WHOLE)),
        "interval": [f"{edge:.2f}" for edge in score.interval] if wide and score.interval else None,
        "lines": [_line(one, made) for one in lines],
        "texts": [{"code": one.code, "title": words(one.title), "texts": _shown(one, order[one.code])} for one in told if one.texts],
        "texts_hidden": "" if len(given) >= least else TOO_FEW,
        BASIS: _basis(lines, scored_answers(form, given), given, order),
    }  # fmt: skip


def _line(line: Line, made: Disclosure) -> dict[str, Any]:
    why = made.why_not(key_of(line.code))
    return {
        "code": line.code, "title": words(line.title), "hidden": why, "count": None if why else len(line.of),
        "value": None if why else figure(line.value), "lowest": figure(line.lowest), "best": figure(line.best),
        "choices": [
            {
                "code": one.code, "title": words(one.title) if one.title else None,
                "count": len(one.of) if not why and key_of(line.code, "", one.code) in made.shown else None,
            }
            for one in line.choices
        ],
    }  # fmt: skip


def _shown(one: Words, order: Sequence[int]) -> list[str]:
    """The texts in this order as redacted; one that is hidden whole stands as an empty one."""
    hidden = redactions_of(one.texts.keys())
    return [redaction.shown if (redaction := hidden.get((number, one.code))) else one.texts[number] for number in order]


def _basis(lines: Sequence[Line], scored: frozenset[int], given: Given, order: Mapping[str, list[int]]) -> dict[str, Any]:
    return {
        "answers": sorted(given), "score": sorted(scored), "texts": order,
        "lines": {
            line.code: {"of": sorted(line.of), "choices": {one.code: sorted(one.of) for one in line.choices}} for line in lines
        },
        "languages": {str(number): language for number, language in languages_of(given.keys()).items()},
    }  # fmt: skip


def _publish(
    review: Review, form: str, payload: dict[str, Any], earlier: Sequence[SurveyPublication], *, actor: Actor, now: datetime
) -> SurveyPublication:
    made = SurveyPublication(review_id=review.id, number=len(earlier) + 1, form=form, payload=payload, published_at=now)
    db.session.add(made)
    db.session.flush()
    record_review_event(review, "answers_published", actor=actor, now=now, data={"number": made.number})
    return made
