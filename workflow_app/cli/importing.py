"""`kaoping import`: bring a workbook in from the command line, by the same rules as the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.services.importing import Plan

KINDS = ("employees", "customers", "records", "kpi")
FAULTY = 2
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=FILE)
@click.option("--year", type=click.IntRange(2000, 2100), help="Year of the key figures (kpi only).")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Day from which changed places hold (employees only).")
@click.option("--dry-run", is_flag=True, help="Only say what would be added, changed and refused.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the database (KAOPING_DATA).")
def command(
    kind: str, file: Path, year: int | None, since: datetime | None, data: Path | None, *, dry_run: bool
) -> None:
    """Import employees, customers, records or key figures (kpi) from FILE (.xlsx or .csv), all of it or nothing.

    Every fault is reported with file, sheet, row and column; then the exit code is 2 and nothing is written.
    """
    from states.errors import Refusal  # noqa: PLC0415 (`kaoping --help` should not wait for it)
    from workflow_app.cli._database import application  # noqa: PLC0415

    with application(data):
        try:
            plan = _look(kind, file, year) if dry_run else _bring_in(kind, file, year, since)
        except Refusal as refusal:
            for message in refusal.messages:
                click.echo(str(message), err=True)
            raise SystemExit(FAULTY) from None
    _report(plan, dry_run=dry_run)


def _look(kind: str, file: Path, year: int | None) -> Plan:
    from workflow_app.db import unit_of_work  # noqa: PLC0415
    from workflow_app.services import importing  # noqa: PLC0415

    with unit_of_work():
        return importing.plan_import(kind, file.name, file.read_bytes(), year=year)


def _bring_in(kind: str, file: Path, year: int | None, since: datetime | None) -> Plan:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from states.permissions import SYSTEM  # noqa: PLC0415
    from workflow_app.clock import now  # noqa: PLC0415
    from workflow_app.db import unit_of_work  # noqa: PLC0415
    from workflow_app.services import importing  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Reading {file.name}", total=None)

        def begin(total: int) -> None:
            progress.update(task, description=f"Importing {kind}", total=total)

        def advance(count: int) -> None:
            progress.advance(task, count)

        with unit_of_work():
            return importing.import_workbook(
                kind, file.name, file.read_bytes(), actor=SYSTEM, now=now(), begin=begin, advance=advance, year=year,
                since=since.date() if since else None,
            )


def _report(plan: Plan, *, dry_run: bool) -> None:
    from workflow_app.services.importing.sources import in_place  # noqa: PLC0415

    counts = plan.summary
    for change in plan.changed if dry_run else ():
        for one in change.fields:
            click.echo(f"row {change.line}, {change.key}: {one.field}: {one.before or '-'} -> {one.after or '-'}")
    for fault in plan.faults:
        click.echo(str(in_place(fault)), err=True)
    if plan.nothing_to_do:
        click.echo(f"Nothing to change: all {counts['unchanged']} {plan.kind} are in the system already.")
        return
    words = "would be " if dry_run else ""
    click.echo(
        f"{counts['added']} {words}added, {counts['changed']} {words}changed, {counts['unchanged']} unchanged, "
        f"{counts['refused']} refused."
    )
    if plan.links:
        click.echo(f"{plan.links} invitations had gone to addresses that change: their links {'would ' if dry_run else ''}end.")
    if plan.faults:
        click.echo("Nothing can be imported while there are faults.", err=True)
        raise SystemExit(FAULTY)
