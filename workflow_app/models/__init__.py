"""Every table; importing this package makes them known to the metadata."""

from workflow_app.models.accounts import ROLES, Account, PasswordLink
from workflow_app.models.appeals import Appeal, LegalHold
from workflow_app.models.career import Clearance, Leave, Posting, TestResult
from workflow_app.models.cycles import Cycle, PopulationMerge, Review, ReviewStage
from workflow_app.models.decisions import Action, Approval, CalibrationMove
from workflow_app.models.events import Event, EventBlock, EventDetail
from workflow_app.models.forms import AnswerFile, Assignment, Redaction, Submission
from workflow_app.models.job_descriptions import JobDescription
from workflow_app.models.ledger import EvidenceFile, LedgerEntry
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
from workflow_app.models.schemes import RecurringCycle, SchemeNotice, SchemeVersion
from workflow_app.models.surveys import Campaign, Invitation, SurveyPublication

__all__ = [
    "ROLES",
    "Account",
    "Action",
    "AnswerFile",
    "Appeal",
    "Approval",
    "Assignment",
    "CalibrationMove",
    "Campaign",
    "Clearance",
    "Customer",
    "Cycle",
    "Employee",
    "Event",
    "EventBlock",
    "EventDetail",
    "EvidenceFile",
    "ImportPreview",
    "InboxMessage",
    "Incident",
    "Invitation",
    "JobDescription",
    "KpiActual",
    "Leave",
    "LedgerEntry",
    "LegalHold",
    "MailMessage",
    "OutboxMessage",
    "PasswordLink",
    "PopulationMerge",
    "Posting",
    "Progress",
    "Record",
    "RecurringCycle",
    "Redaction",
    "Review",
    "ReviewStage",
    "SchemeNotice",
    "SchemeVersion",
    "ServiceLink",
    "Setting",
    "Submission",
    "SurveyPublication",
    "TestResult",
    "Timer",
]
