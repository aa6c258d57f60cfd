"""`kaoping grade`: totals, bands and actions straight from workbooks, without a database."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from states.errors import Refusal
from states.explaining.document import Source, documents
from states.grading import Graded, PersonYear, grade
from states.scheme import Scheme, SchemeErrors, builtin_scheme_text, load_scheme
from workflow_app.cli._explaining import check_folder, file_names, write_folder
from workflow_app.imports.company import Upload, read_company

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

BEFORE, AFTER = ("employee_no", "population"), ("total", "rank", "band", "months_counted", "flags", "actions")
"""The columns before and after those of the total's parts, which are called by the scheme's codes."""
FAULTY = 2
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("grade")
@click.option("--employees", required=True, type=FILE, help="The roster, .xlsx or .csv.")
@click.option("--records", required=True, type=FILE, help="The year's records, .xlsx or .csv.")
@click.option("--year", required=True, type=click.IntRange(1990, 2200), help="The year to grade.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The CSV to write.")
@click.option("--scheme", "scheme_file", type=FILE, help="A scheme file instead of the built-in scheme.")
@click.option(
    "--explain", type=click.Path(path_type=Path), metavar="DIR",
    help="A folder for one JSON file a person: why this total, band and action (docs/explanation.md).",
)  # fmt: skip
def command(
    employees: Path, records: Path, year: int, out: Path, scheme_file: Path | None, explain: Path | None
) -> None:
    """Work out totals, bands and actions from workbooks.

    Every fault of the files is reported with its place; then the exit code is 2 and nothing is written.
    """
    scheme, digest = read_scheme_file(scheme_file)
    with progress_on(Console(stderr=True)) as progress:
        reading = progress.add_task("Reading", total=None)
        company = read_company(
            Upload(employees, employees.name), Upload(records, records.name), year, scheme,
            advance=lambda: progress.advance(reading),
        )  # fmt: skip
        people = company.people
        if company.faults:
            progress.stop()
            refuse([str(fault) for fault in company.faults])
        task = progress.add_task("Grading", total=1)
        graded = grade(people, year=year, scheme=scheme)
        progress.advance(task)
        try:
            if explain:
                _explain(explain, people, graded, Source.of(scheme, digest, year), progress)
            write_whole(out, as_csv(graded, scheme))
        except (OSError, Refusal) as error:
            progress.stop()
            refuse([f"{error.filename or out}: {error.strerror}" if isinstance(error, OSError) else str(error)])
    click.echo(f"{len(graded)} people graded for {year} into {out}.", err=True)
    if explain:
        click.echo(f"{len(graded)} explanations written into {explain}.", err=True)
    click.echo(f"Records of other years left out: {company.others}.", err=True)


def _explain(
    folder: Path, people: Sequence[PersonYear], graded: Sequence[Graded], source: Source, progress: Progress
) -> None:
    names = file_names([one.employee_no for one in people])
    check_folder(folder, names)
    task = progress.add_task("Explaining", total=len(people))
    write_folder(folder, names, documents(people, graded, source), lambda: progress.advance(task))


def progress_on(console: Console) -> Progress:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def refuse(lines: Sequence[str]) -> NoReturn:
    """Say every fault on its own line, and end with exit code 2."""
    for line in lines:
        click.echo(line, err=True)
    noun = "fault" if len(lines) == 1 else "faults"
    click.echo(f"{len(lines)} {noun}; nothing was written.", err=True)
    raise SystemExit(FAULTY)


def read_scheme_file(path: Path | None) -> tuple[Scheme, str]:
    """The scheme of a file, or the built-in one, and the digest of its text; ends with exit code 2 where it is faulty."""
    text = builtin_scheme_text().encode() if path is None else path.read_bytes()
    try:
        return load_scheme(text), hashlib.sha256(text).hexdigest()
    except SchemeErrors as errors:
        refuse([f"{path.name if path else 'built-in'}: {message}" for message in errors.messages])


def as_csv(graded: Iterable[Graded], scheme: Scheme) -> str:
    """The result as CSV, columns and order as the contract has them, one column for each part of the total."""
    parts = scheme.composition.codes
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow((*BEFORE, *parts, *AFTER))
    writer.writerows(_line(one, parts) for one in graded)
    return buffer.getvalue()


def _line(one: Graded, parts: Iterable[str]) -> list[object]:
    figures = (*(one.part_display(code) for code in parts), one.total_display)
    return [
        one.employee_no, one.population, *(_shown(figure) for figure in figures),
        "" if one.rank is None else one.rank, one.band or "", one.months_counted,
        ";".join(sorted(one.flags)), ";".join(sorted(one.actions)),
    ]  # fmt: skip


def _shown(figure: Decimal | None) -> str:
    return "" if figure is None else f"{figure:.2f}"


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then in its place."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
