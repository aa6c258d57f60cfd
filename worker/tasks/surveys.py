"""Jobs of the customers' survey: sending, reminding, closing."""

from __future__ import annotations

from datetime import datetime

from worker.registry import handles
from workflow_app.jobs import Job
from workflow_app.services import closing_surveys, inviting, reminding_customers
from workflow_app.services.timing import database_now


@handles(Job.SEND_INVITATIONS)
def send_invitations(cycle_id: int) -> None:
    inviting.send_invitations(cycle_id, now=database_now())


@handles(Job.REMIND_CUSTOMERS)
def remind_customers(cycle_id: int, after: int = 0, since: str = "") -> None:
    reminding_customers.remind_customers(
        cycle_id, after=after, since=datetime.fromisoformat(since) if since else None, now=database_now()
    )


@handles(Job.REMIND_BY_DATE)
def remind_by_date(cycle_id: int, since: str) -> None:
    reminding_customers.remind_by_date(cycle_id, since=datetime.fromisoformat(since), now=database_now())


@handles(Job.CLOSE_SURVEYS)
def close_surveys(review_id: int | None = None) -> None:
    closing_surveys.close_surveys(now=database_now(), review_id=review_id)
