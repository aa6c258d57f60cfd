"""Uploaded workbooks: read and kept for a look, applied once and as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from states.errors import Message, Refusal
from states.permissions import SYSTEM
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import ImportPreview
from workflow_app.services.events import record_event
from workflow_app.services.importing.customers import plan_customers, write_customers
from workflow_app.services.importing.employees import plan_employees, write_employees
from workflow_app.services.importing.kpi import plan_kpi, write_kpi
from workflow_app.services.importing.plan import Plan
from workflow_app.services.importing.records import plan_records, write_records
from workflow_app.services.importing.sources import KINDS, in_place, read_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from states.permissions import Actor

    Count = Callable[[int], None]

PLANNERS: dict[str, Callable[..., Plan]] = {
    "employees": plan_employees, "customers": plan_customers, "records": plan_records, "kpi": plan_kpi,
}  # fmt: skip
WRITERS: dict[str, Callable[..., None]] = {
    "employees": write_employees, "customers": write_customers, "records": write_records, "kpi": write_kpi,
}  # fmt: skip
KEPT_DAYS = 7
"""A workbook holds names and scores: one that nobody applied is thrown away after so many days."""


def plan_import(
    kind: str, filename: str, content: bytes, *, year: int | None = None, actor: Actor = SYSTEM
) -> Plan:
    """What a workbook would add, change and why it is refused, imported by this actor; nothing is written.

    `year` is whose figures a workbook of key figures holds. Refuses (invalid, too_large) a file that is no workbook of this kind at all.
    """
    if kind not in KINDS:
        raise Refusal(Message("Choose what the file holds: employees, customers, records or key figures."))
    source = read_source(kind, filename, content)
    asks: dict[str, dict[str, object]] = {"kpi": {"year": year}, "customers": {"actor": actor}}
    plan = PLANNERS[kind](source.rows, source.table, **asks.get(kind, {}))
    faults = sorted({*source.faults, *plan.faults}, key=lambda fault: (fault.row, fault.column))
    refused = {fault.row for fault in faults}
    added, changed = (tuple(one for one in part if one.line not in refused) for part in (plan.added, plan.changed))
    return replace(plan, added=added, changed=changed, faults=tuple(faults))


def keep_workbook(
    kind: str, filename: str, content: bytes, *, actor: Actor, now: datetime, year: int | None = None
) -> ImportPreview:
    """Keep an uploaded workbook so that its preview can be looked at and confirmed."""
    require(actor, "import_data")
    return _keep(plan_import(kind, filename, content, year=year, actor=actor), filename, content, actor=actor, now=now)


def _keep(plan: Plan, filename: str, content: bytes, *, actor: Actor, now: datetime) -> ImportPreview:
    db.session.execute(
        delete(ImportPreview).where(
            ImportPreview.applied_at.is_(None), ImportPreview.created_at < now - timedelta(days=KEPT_DAYS)
        )
    )
    stored = ImportPreview(
        kind=plan.kind, filename=filename[-255:], content=content, created_by_id=actor.account_id, created_at=now,
        summary=plan.summary | {"sha256": hashlib.sha256(content).hexdigest()},
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def find_kept(number: int, *, actor: Actor) -> ImportPreview:
    """A kept workbook. Refuses (not_found) one that was thrown away."""
    require(actor, "import_data")
    stored = db.session.get(ImportPreview, number)
    if stored is None:
        raise Refusal(
            Message("This preview is no longer kept. Choose the file again on the import page."), kind="not_found"
        )
    return stored


def plan_of(stored: ImportPreview, *, actor: Actor) -> Plan:
    """The plan of a kept workbook against the data of this moment, for whoever would apply it."""
    return plan_import(stored.kind, stored.filename, stored.content, year=stored.summary.get("year"), actor=actor)


def apply_kept(
    stored: ImportPreview, *, seen: str, actor: Actor, now: datetime, advance: Count | None = None,
    since: date | None = None,
) -> Plan:
    """Apply a kept workbook as a whole, provided it still does what was `seen` (the plan's digest).

    `since` is the day from which changed places of employees hold (None: today where the company is).

    Refuses (conflict) what was applied before or would now do something else, (invalid) what has faults.
    """
    require(actor, "import_data")
    db.session.execute(select(ImportPreview.id).where(ImportPreview.id == stored.id).with_for_update())
    db.session.refresh(stored)
    if stored.applied_at:
        raise Refusal(Message("This file was imported already. Choose it again to compare it anew."), kind="conflict")
    plan = plan_of(stored, actor=actor)
    if plan.digest != seen:
        raise Refusal(
            Message("The data changed since this preview was made. This is the new preview: please check it again."),
            kind="conflict",
        )
    _refuse_faults(plan)
    _write(plan, stored, actor=actor, now=now, advance=advance or (lambda _count: None), since=since)
    return plan


def import_workbook(
    kind: str, filename: str, content: bytes, *, actor: Actor, now: datetime,
    begin: Count | None = None, advance: Count | None = None, since: date | None = None, year: int | None = None,
) -> Plan:
    """Read and apply a workbook in one go (command line, sample company).

    `begin` is told how many rows will be written, `advance` how many more are. Refuses (invalid) a file
    with faults, each of them named. A file that changes nothing writes nothing.
    """
    require(actor, "import_data")
    plan = plan_import(kind, filename, content, year=year, actor=actor)
    _refuse_faults(plan)
    if not plan.nothing_to_do:
        if begin:
            begin(len(plan.added) + len(plan.changed))
        stored = _keep(plan, filename, content, actor=actor, now=now)
        _write(plan, stored, actor=actor, now=now, advance=advance or (lambda _count: None), since=since)
    return plan


def _refuse_faults(plan: Plan) -> None:
    if plan.faults:
        raise Refusal(
            [
                Message(
                    "The file has faults (%(count)s), so nothing is imported. Correct them in the file and choose it again.",
                    count=len(plan.faults),
                ),
                *(in_place(fault) for fault in plan.faults),
            ]
        )


def _write(
    plan: Plan, stored: ImportPreview, *, actor: Actor, now: datetime, advance: Count, since: date | None
) -> None:
    effective = {"since": since} if plan.kind == "employees" else {}
    WRITERS[plan.kind](plan, actor=actor, now=now, advance=advance, **effective)
    stored.applied_at = now
    stored.summary = plan.summary | {"sha256": hashlib.sha256(stored.content).hexdigest()}
    stored.content = b""
    db.session.flush()
    data = {"kind": plan.kind, **stored.summary} | ({"since": since.isoformat()} if since else {})
    record_event("import", stored.id, "workbook_imported", actor=actor, now=now, data=data)
