"""The files that were handed in with a staff form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.scheme.questions import FileSpec
from workflow_app.db import db
from workflow_app.models import AnswerFile, Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from states.scheme.forms import FormSpec

LARGEST_ID = 2**31 - 1


def file_questions(spec: FormSpec) -> tuple[FileSpec, ...]:
    """The questions of a form that are answered with files."""
    return tuple(one for one in spec.asked if isinstance(one, FileSpec))


def files_of(assignment_id: int) -> Sequence[AnswerFile]:
    """Every file of a form, the earliest first; their contents stay in the database until they are asked for."""
    return db.session.scalars(select(AnswerFile).filter_by(assignment_id=assignment_id).order_by(AnswerFile.id)).all()


def handed_in(assignment_id: int) -> list[dict[str, Any]]:
    """The answers of every version of a form that was handed in; a draft after them is its author's alone."""
    query = select(Submission.answers).where(Submission.assignment_id == assignment_id, Submission.state != "draft")
    return list(db.session.scalars(query))


def is_handed_in(file: AnswerFile) -> bool:
    """Whether a version that was handed in names the file."""
    return any(str(file.id) in (said.get(file.question) or ()) for said in handed_in(file.assignment_id))


def find_answer_file(assignment_id: int, number: int) -> AnswerFile | None:
    """One file of one form, or None."""
    return db.session.scalar(select(AnswerFile).filter_by(id=min(number, LARGEST_ID), assignment_id=assignment_id))
