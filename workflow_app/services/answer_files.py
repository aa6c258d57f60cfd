"""Files as answers of a staff form: kept as soon as they arrive, so that a mistake elsewhere on the page loses none."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from states.errors import Message, Refusal
from states.evidence import Upload, accepted
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import AnswerFile, Assignment
from workflow_app.queries.answer_files import file_questions, files_of, handed_in
from workflow_app.queries.facts import assignment_facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from forms.kinds.base import Answers
    from states.permissions import Actor
    from states.scheme.forms import FormSpec

MOST_KEPT = 50
FOREIGN = Message("A file that is named here does not belong to this form. Choose it again.")
TOO_MANY = Message("More files were handed in than this form may keep. Save the draft without those you do not need.")


def keep_answer_files(
    assignment: Assignment, spec: FormSpec, uploads: Mapping[str, Sequence[Upload]], *, actor: Actor, now: datetime
) -> dict[str, list[str]]:
    """Keep what was sent, by the code of the question: the numbers of the files, as the form's fields hold them.

    Refuses: forbidden (not the assignee, or the form is not open), too_large or invalid (states/evidence.py,
    or more than a form may keep).
    """
    require(actor, "fill_form", assignment_facts(assignment))
    asked = {one.code for one in file_questions(spec)}
    if len(files_of(assignment.id)) + sum(map(len, uploads.values())) > MOST_KEPT:
        raise Refusal(TOO_MANY)
    made = {
        code: [_row(assignment, code, one, actor, now) for one in sent] for code, sent in uploads.items() if code in asked
    }
    db.session.flush()
    return {code: [str(row.id) for row in rows] for code, rows in made.items()}


def check_answer_files(assignment: Assignment, spec: FormSpec, answers: Answers) -> None:
    """Refuse (invalid) answers that name a file of another form or question; forget files that no version names.

    What a handed-in version names stays, whatever the draft after it says.
    """
    asked = {one.code for one in file_questions(spec)}
    if not asked:
        return
    kept = files_of(assignment.id)
    own = {code: {str(file.id) for file in kept if file.question == code} for code in asked}
    if any(set(answers.get(code) or ()) - own[code] for code in asked):
        raise Refusal(FOREIGN)
    named = {number for said in (*handed_in(assignment.id), answers) for code in asked for number in said.get(code) or ()}
    for file in kept:
        if str(file.id) not in named:
            db.session.delete(file)


def _row(assignment: Assignment, code: str, upload: Upload, actor: Actor, now: datetime) -> AnswerFile:
    taken = accepted(upload)
    row = AnswerFile(
        assignment_id=assignment.id, question=code, filename=taken.filename, media_type=taken.media_type,
        content=taken.content, size=len(taken.content), digest=sha256(taken.content).hexdigest(),
        uploaded_by_id=actor.account_id, uploaded_at=now,
    )  # fmt: skip
    db.session.add(row)
    return row
