"""Every table; importing this package makes them known to the metadata."""

from workflow_app.models.accounts import ROLES, Account, PasswordLink
from workflow_app.models.cycles import Cycle, Review, ReviewStage, SchemeVersion
from workflow_app.models.decisions import Action, Approval, CalibrationMove
from workflow_app.models.events import Event, EventBlock, EventDetail
from workflow_app.models.forms import Assignment, Submission
from workflow_app.models.people import Customer, Employee, ServiceLink
from workflow_app.models.queue import (
    InboxMessage,
    Incident,
    MailMessage,
    OutboxMessage,
    Progress,
    Setting,
    Timer,
)
from workflow_app.models.records import ImportPreview, KpiActual, Record
from workflow_app.models.surveys import Invitation

__all__ = [
    "ROLES",
    "Account",
    "Action",
    "Approval",
    "Assignment",
    "CalibrationMove",
    "Customer",
    "Cycle",
    "Employee",
    "Event",
    "EventBlock",
    "EventDetail",
    "ImportPreview",
    "InboxMessage",
    "Incident",
    "Invitation",
    "KpiActual",
    "MailMessage",
    "OutboxMessage",
    "PasswordLink",
    "Progress",
    "Record",
    "Review",
    "ReviewStage",
    "SchemeVersion",
    "ServiceLink",
    "Setting",
    "Submission",
    "Timer",
]
