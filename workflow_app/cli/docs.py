"""`kaoping docs`: the documents that are generated from the code."""

from __future__ import annotations

from pathlib import Path

import click

from states.machines.drawing import machine_page


@click.group("docs")
def command() -> None:
    """Write the documents that are generated from the code."""


@command.command("machines")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/machines.md"))
@click.option("--check", is_flag=True, help="Only say whether the file is current; exit 1 when it is not.")
def machines(path: Path, *, check: bool) -> None:
    """Draw every state machine (Mermaid) into PATH."""
    page = machine_page()
    if check:
        current = path.exists() and path.read_text("utf-8") == page
        if not current:
            raise click.ClickException(f"{path} is not current. Write it anew with: kaoping docs machines")
        click.echo(f"{path} is current.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")
    click.echo(f"Wrote {path}.")
