"""Importing workbooks: a preview first, then all of it or nothing; the same file twice changes nothing."""

from workflow_app.services.importing.plan import Change, FieldChange, Plan
from workflow_app.services.importing.sources import KINDS
from workflow_app.services.importing.storing import (
    apply_kept,
    find_kept,
    import_workbook,
    keep_workbook,
    plan_import,
    plan_of,
)

__all__ = [
    "KINDS", "Change", "FieldChange", "Plan", "apply_kept", "find_kept", "import_workbook", "keep_workbook",
    "plan_import", "plan_of",
]
