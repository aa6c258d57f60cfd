"""`kaoping scheme try`: what a draft would have done with a year's records. Nothing is kept."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console

from states.trial import TrialInput, try_out
from states.trial.telling import as_data
from workflow_app.cli._trial_report import Report
from workflow_app.cli.grade import FILE, progress_on, read_scheme_file, refuse, write_whole
from workflow_app.imports.company import Upload, read_for_both

WIDTH = 120
"""Where there is no terminal that says how wide it is."""


def _language() -> str:
    return "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).lower().startswith("zh") else "en"


@click.command("try")
@click.argument("file", type=FILE)
@click.option("--employees", required=True, type=FILE, help="The roster, .xlsx or .csv.")
@click.option("--records", required=True, type=FILE, help="The year's records, .xlsx or .csv.")
@click.option("--year", required=True, type=click.IntRange(1990, 2200), help="The year of the records.")
@click.option("--against", type=FILE, help="The scheme to stand beside it instead of the built-in one.")
@click.option("--within", type=click.FloatRange(0, 100), default=0.5, show_default=True, help="Points that are close to a cut.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=_language, help="The language of the report.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A JSON file for all of it.")
def command(
    file: Path, employees: Path, records: Path, year: int, against: Path | None, within: float, language: str, out: Path | None
) -> None:
    """Try the draft FILE on past records, side by side with another scheme.

    Who changes band, seats and rounding, ties on the cuts, who is close to one, what the weights do. Nothing is kept.
    """
    draft, beside = read_scheme_file(file)[0], read_scheme_file(against)[0]
    with progress_on(Console(stderr=True)) as progress:
        reading = progress.add_task("Reading", total=None)
        as_draft, as_before, faults = read_for_both(
            Upload(employees, employees.name), Upload(records, records.name), year, draft, beside,
            advance=lambda: progress.advance(reading),
        )  # fmt: skip
        if faults:
            progress.stop()
            refuse([str(fault) for fault in faults])
        progress.add_task("Trying", total=None)
        given = TrialInput(as_draft.people, year, draft, beside, Decimal(str(within)), as_before.people)
        trial = try_out(given)
    if out:
        try:
            write_whole(out, json.dumps(as_data(trial, as_draft.names), ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            refuse([f"{out}: {error.strerror}"])
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    Report(trial, as_draft.names, language).print_on(console)
