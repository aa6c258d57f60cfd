"""What a desk says of schemes: a published one to read and sign for; drafts that wait for HR."""

from __future__ import annotations

from states.errors import Message
from states.scheme import Text
from workflow_app.queries.desk import Task
from workflow_app.queries.scheme_notices import to_read


def reading_tasks(employee_id: int) -> list[Task]:
    """The schemes in force that rate this person, who has not signed to have read them."""
    return [
        Task(
            Message("Read the scheme I am rated by, and sign for it"),
            (
                Text(zh=version.title_zh, en=version.title_en), Message("version %(number)s", number=version.version),
                Message("signing says that you have read it, not that you agree"),
            ),
            "schemes.whole", {"version": version.id}, Message("Read the scheme"),
        )
        for version in to_read(employee_id)
    ]  # fmt: skip
