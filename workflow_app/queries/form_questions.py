"""The questions that any form may ask besides what its kind has, as the pages of staff show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.builder import build_form, prefill
from workflow_app.i18n import locale_code
from workflow_app.queries.answer_files import files_of
from workflow_app.survey_pages.blocks import applying, blocks_of, following
from workflow_app.survey_pages.wording import said_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.builder import SchemeForm
    from forms.kinds.base import Answers
    from states.scheme.forms import FormSpec
    from workflow_app.models import AnswerFile
    from workflow_app.survey_pages.blocks import Block

TEXTS = frozenset({"short_text", "long_text"})


@dataclass(frozen=True)
class Answered:
    """One question with its answer in words, or with its files."""

    title: str
    lines: list[tuple[str, str]]
    files: list[AnswerFile]

    @property
    def is_table(self) -> bool:
        """Whether each line has a title of its own."""
        return len(self.lines) > 1


def blocks_to_fill(spec: FormSpec) -> list[Block]:
    """The questions in the order of the page; a form's own texts have their place on its page."""
    own = {text.code for text in spec.texts}
    return [block for block in blocks_of(spec) if block.code not in own]


def unseen(spec: FormSpec, answers: Answers, shown: str) -> frozenset[str]:
    """What applies by these answers, was not on the page (`shown`: its codes, apart by blanks) and is not answered."""
    return following(spec, answers) - set(shown.split()) - set(answers)


def show_files(form: SchemeForm, assignment_id: int) -> None:
    """Give each field that holds files the rows behind its numbers, for their names."""
    fields: list[Any] = [field for field in form if _takes_files(field)]
    kept = files_of(assignment_id) if fields else ()
    for field in fields:
        field.files = _named(kept, field.data)


def answered(spec: FormSpec, answers: Answers, assignment_id: int) -> list[Answered]:
    """Every question that applied, with what was answered; free texts stand elsewhere on the page."""
    blocks = [block for block in applying(spec, answers) if block.kind not in TEXTS]
    if not blocks:
        return []
    form = build_form(spec, locale_code())(data=prefill(spec, answers))
    kept = files_of(assignment_id) if any(block.kind == "file" for block in blocks) else ()
    return [_answered(form, block, kept) for block in blocks]


def _answered(form: SchemeForm, block: Block, kept: Sequence[AnswerFile]) -> Answered:
    if block.kind == "file":
        field: Any = form[block.names[0]]
        return Answered(block.label(form, block.names[0], numbered=False), [], _named(kept, field.data))
    said = said_in(form, block)
    return Answered(said.title, said.lines, [])


def _takes_files(field: Any) -> bool:
    return getattr(field, "about", None) is not None and field.about.kind == "file"


def _named(kept: Sequence[AnswerFile], numbers: Any) -> list[AnswerFile]:
    wanted = set(numbers or ())
    return [file for file in kept if str(file.id) in wanted]
