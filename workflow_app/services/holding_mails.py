"""Whoever notes what became of a customer's mail holds first the people it is about, and then the mail.

One order for everybody: customer, review, invitation (those of several reviews in the order of the reviews), mail. An
answer that takes a queued mail back and the worker that notes it as sent wait for each other otherwise.
"""

from __future__ import annotations

from sqlalchemy import func, or_, select

from workflow_app.db import db
from workflow_app.models import Customer, Invitation, MailMessage


def hold_mail(mail_id: int, *, customer: bool = False) -> MailMessage | None:
    """The mail as it is now, held until the transaction ends, with the invitations behind its link; None: it is gone.

    With its `customer`, too, for who writes there. Asked for before anything of the transaction is written.
    """
    invitation = db.session.scalar(select(MailMessage.invitation_id).filter_by(id=mail_id))
    if invitation is not None:
        _hold_asked(invitation, customer=customer)
    query = select(MailMessage).filter_by(id=mail_id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def _hold_asked(number: int, *, customer: bool) -> None:
    now = {"populate_existing": True}
    if customer:
        whose = select(Customer).join(Invitation, Invitation.customer_id == Customer.id).where(Invitation.id == number)
        db.session.scalars(whose.with_for_update(of=Customer, key_share=True).execution_options(**now)).all()
    leader = select(func.coalesce(Invitation.leader_id, Invitation.id)).where(Invitation.id == number).scalar_subquery()
    sharing = select(Invitation).where(or_(Invitation.id == leader, Invitation.leader_id == leader))
    ordered = sharing.order_by(Invitation.review_id, Invitation.id)
    db.session.scalars(ordered.with_for_update(of=Invitation, key_share=True).execution_options(**now)).all()
