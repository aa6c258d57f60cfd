"""One person's form in one request: what was stored, what was sent, what applies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from forms.builder import SchemeForm, answers_from, build_form, prefill, sent_twice, sound_answers
from workflow_app.i18n import locale_code
from workflow_app.queries.surveys import latest_answer, questionnaire_of
from workflow_app.services.newer_drafts import Beside, stamp_of
from workflow_app.survey_links import nonce_of, read_nonce
from workflow_app.survey_pages.blocks import Block, applying, block_named, blocks_of, following, values

if TYPE_CHECKING:
    from states.scheme.forms import Questionnaire
    from workflow_app.models import Invitation, Submission
    from workflow_app.survey_pages.visits import Visit

HONEYPOT = "website"
FOREIGN_FIELDS = 40
YES = "y"
PAGE_NAME = re.compile(r"[0-9a-z]{1,24}")


@dataclass
class Turn:
    """What every page about one person's form starts from."""

    visit: Visit
    invitation: Invitation

    @cached_property
    def spec(self) -> Questionnaire:
        """The questionnaire that the invitation pins, as it was at the launch."""
        return questionnaire_of(self.invitation.review.cycle, self.invitation.form)

    @cached_property
    def latest(self) -> Submission | None:
        """The newest answer that is in."""
        return latest_answer(self.invitation)

    @property
    def one_by_one(self) -> bool:
        """Whether the scheme shows one question a page."""
        return self.spec.layout == "one_by_one"

    def nonce(self, known: int | None = None) -> str:
        """What a form of this person carries; it knows of the newest answer unless an older page is shown again."""
        return nonce_of(self.invitation, (self.latest.number if self.latest else 0) if known is None else known)

    def stored(self) -> tuple[dict[str, Any], str]:
        """What to show when the page is opened: the draft, else the answer that is in; and the question that was open."""
        draft = self.invitation.draft
        if draft:
            return sound_answers(self.spec, draft.get("answers") or {}), str(draft.get("step") or "")
        return (self.latest.answers if self.latest else {}), ""

    def state_of_draft(self) -> str:
        """Changes whenever the server's copy does: what a browser keeps beside an older one is out of date."""
        saved = self.invitation.draft_saved_at
        return stamp_of(saved) if saved else f"answer {self.latest.number if self.latest else 0}"

    def form_of(self, answers: dict[str, Any]) -> SchemeForm:
        """The form that shows these answers."""
        return build_form(self.spec, locale_code())(data=prefill(self.spec, answers))


class Sent(Turn):
    """A form that was posted."""

    @cached_property
    def known(self) -> int | None:
        """How many answers the page knew of; None where its nonce is not this invitation's."""
        return read_nonce(self.invitation, request.form.get("nonce", ""))

    @cached_property
    def beside(self) -> Beside | None:
        """Beside which draft the page was made; None where it does not say, as pages of earlier versions do not.

        What an older tab of one question a page sends is brought up to date, and so is this.
        """
        said, page = request.form.get("beside", ""), request.form.get("page", "")
        if not said:
            return None
        return Beside(self.state_of_draft() if self._is_older_tab else said, page if PAGE_NAME.fullmatch(page) else "")

    @property
    def shared(self) -> bool:
        """A device of several people: nothing is kept."""
        return request.form.get("shared") == YES

    @property
    def flagged(self) -> str:
        """What stands in the field that people do not see."""
        return request.form.get(HONEYPOT, "")

    @cached_property
    def form(self) -> SchemeForm:
        """The form as it was sent; of an older tab, only the question that it showed."""
        sent = self._brought_up_to_date() if self._is_older_tab else request.form
        return build_form(self.spec, locale_code())(sent)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What was answered to questions that apply; all else is dropped."""
        return answers_from(self.spec, self.form)

    @property
    def shows_questions(self) -> bool:
        """Whether the page that was sent shows questions; otherwise it is the one that shows what will be sent."""
        act = request.form.get("act", "")
        return act.partition(":")[0] not in {"send", "change"} and act != "show:review"

    @property
    def applying(self) -> list[Block]:
        """The questions that apply to what was sent."""
        return applying(self.spec, self.answers)

    @property
    def step(self) -> Block:
        """The question that was shown, where they come one by one."""
        found = block_named(blocks_of(self.spec), request.form.get("step", ""))
        return found or blocks_of(self.spec)[0]

    @cached_property
    def _is_older_tab(self) -> bool:
        """Whether another page has kept a draft since this question was shown; sending takes what it was sent."""
        beside = request.form.get("beside", "")
        if not beside or not self.one_by_one or self.shared or not self.shows_questions:
            return False
        current = self.known == (self.latest.number if self.latest else 0)
        return current and bool(self.invitation.draft) and beside != self.state_of_draft()

    def _brought_up_to_date(self) -> MultiDict[str, str]:
        """The question that was shown as it was sent; the others, which only travelled along, as they are kept."""
        merged = MultiDict(request.form)
        kept = self.form_of(self.stored()[0])
        for block in blocks_of(self.spec):
            if block.code != self.step.code:
                for name in block.names:
                    merged.poplist(name)
                for name, value in values(kept, block):
                    merged.add(name, value)
        return merged

    def unseen(self) -> frozenset[str]:
        """What applies by what was sent, and was not on the page that was shown."""
        return following(self.spec, self.answers) - set(request.form.get("shown", "").split())

    def guard(self) -> None:
        """No browser sends this: a parameter twice, or far more fields than any page has."""
        if len(request.form) > len(self.form._fields) + FOREIGN_FIELDS:
            raise BadRequest
        if request.files or sent_twice(self.form, request.form):
            raise BadRequest
