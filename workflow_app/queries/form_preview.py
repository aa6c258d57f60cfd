"""A form of a draft as its rater will see it: the real fields and templates, about nobody, sent nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from forms.builder import build_form, sound_answers
from states.errors import Message
from states.scheme.alone import form_alone
from states.scheme.base import Text
from states.scheme.checks import at, entries
from states.scoring import score_form
from workflow_app.i18n import t
from workflow_app.queries.form_page import FormPage
from workflow_app.survey_pages.blocks import conditional

if TYPE_CHECKING:
    from states.scheme.forms import FormSpec
    from states.scoring import FormScore

CLOSED = Message("This is a preview: nothing can be sent.")


@dataclass(frozen=True)
class Use:
    """A stage in which a form is filled in, by whom and for whom."""

    kind: str
    kind_title: Any
    stage: str
    stage_title: Any
    actor: str
    form: str
    form_title: Any
    posts: tuple[str, ...]
    populations: tuple[Any, ...]

    @property
    def by_customers(self) -> bool:
        """Whether people without an account fill it in, on pages of their own."""
        return self.actor == "customers"


def uses(values: Any) -> list[Use]:
    """Every form of every stage, in the order of the file."""
    titles = {at(group, "code"): at(group, "title") for _, group in entries(values, "populations")}
    found = []
    for kind, entry in entries(values, "cycle_kinds"):
        for _, stage in entries(entry, "stages"):
            for _, use in entries(stage, "forms"):
                form = str(at(use, "form"))
                found.append(
                    Use(
                        str(kind), at(entry, "title"), str(at(stage, "code")), at(stage, "title"), str(at(stage, "actor")),
                        form, at(values, "forms", form, "title"), tuple(str(one) for _, one in entries(use, "posts")),
                        tuple(titles.get(one, one) for _, one in entries(use, "populations")),
                    )
                )
    return found


@dataclass
class PreviewPage(FormPage):
    """The page of a form without an assignment behind it."""

    @cached_property
    def score(self) -> FormScore:
        return score_form(self.spec, sound_answers(self.spec, {}))

    @property
    def keeps_ledger(self) -> bool:
        return False

    @cached_property
    def entered(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def own(self) -> None:
        return None

    @cached_property
    def evidence(self) -> None:
        return None

    @cached_property
    def severity(self) -> None:
        return None

    @property
    def applying(self) -> frozenset[str]:
        """Everything: whoever writes a scheme looks at what hangs on an answer as well, with nothing answered."""
        return super().applying | conditional(self.spec)


def preview_of(values: Any, code: str, use: Use | None, locale: str) -> PreviewPage | None:
    """The page of one form, empty; None while the form has faults."""
    spec = form_alone(values, code)
    if spec is None:
        return None
    nobody = SimpleNamespace(name=t(Message("the person rated")), employee_no="", id=0)
    rater = SimpleNamespace(name=t(Message("the rater")), id=1)
    own = use is not None and use.actor == "self"
    review = SimpleNamespace(
        employee=nobody, employee_id=0, department="", post="", population="", stages=[], cycle=SimpleNamespace(kind="")
    )
    assignment: Any = SimpleNamespace(
        id=0, review=review, assignee=rater, assignee_id=0 if own else 1, form=code, stage=use.stage if use else "",
        due_at=None, returned_reason=None, state="open",
    )
    page = PreviewPage(
        assignment=assignment, submission=None, answers={}, scheme=_forms_beside(values, spec), spec=spec, stage=None,
        closed=CLOSED,
    )
    page.form = build_form(spec, locale)()
    return page


def _forms_beside(values: Any, spec: FormSpec) -> Any:
    """What a form's page asks of its scheme: the titles of other forms, and no more."""
    titles = {
        str(code): SimpleNamespace(title=Text.model_construct(**at(form, "title")))
        for code, form in entries(values, "forms")
        if isinstance(at(form, "title"), dict)
    }
    return SimpleNamespace(forms={**titles, spec.code: spec}, version=0, population=lambda _code: None)
