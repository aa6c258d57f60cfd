"""`kaoping docs`: the documents that are generated from the code."""

from __future__ import annotations

from pathlib import Path

import click

from states.machines.drawing import machine_page
from states.scheme.reference import reference_page


@click.group("docs")
def command() -> None:
    """Write the documents that are generated from the code."""


PAGE = click.Path(dir_okay=False, path_type=Path)
CHECK = click.option("--check", is_flag=True, help="Only say whether the file is current; exit 1 when it is not.")


@command.command("machines")
@click.argument("path", type=PAGE, default=Path("docs/machines.md"))
@CHECK
def machines(path: Path, *, check: bool) -> None:
    """Draw every state machine (Mermaid) into PATH."""
    _write(path, machine_page(), "machines", check=check)


@command.command("scheme")
@click.argument("path", type=PAGE, default=Path("docs/scheme.md"))
@CHECK
def scheme(path: Path, *, check: bool) -> None:
    """Write the reference of the scheme file into PATH."""
    _write(path, reference_page(), "scheme", check=check)


def _write(path: Path, page: str, name: str, *, check: bool) -> None:
    if check:
        current = path.exists() and path.read_text("utf-8") == page
        if not current:
            raise click.ClickException(f"{path} is not current. Write it anew with: kaoping docs {name}")
        click.echo(f"{path} is current.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")
    click.echo(f"Wrote {path}.")
