"""`kaoping audit`: is the history as it was sealed?"""

from __future__ import annotations

import click


@click.group()
def audit() -> None:
    """Check the history."""


@audit.command()
def verify() -> None:
    """Go through the chain of sealed events; exit code 1 when anything was changed."""
    from rich.console import Console  # noqa: PLC0415 (`kaoping --help` should not wait for it)
    from rich.progress import track  # noqa: PLC0415

    from workflow_app import create_app  # noqa: PLC0415
    from workflow_app.services import sealing  # noqa: PLC0415

    result = sealing.Audit()
    with create_app().app_context():
        steps = sealing.check_blocks(result)
        total = sealing.count_blocks()
        for _ in track(steps, "Checking", total=total, console=Console(stderr=True), transient=True):
            pass
    click.echo(f"{result.events} sealed events in {result.blocks} blocks; {result.unsealed} not sealed yet.")
    click.echo(f"Last digest: {result.head}")
    for fault in result.faults:
        click.echo(f"FAULT: {fault}", err=True)
    if not result.sound:
        raise SystemExit(1)
    click.echo("The chain is sound.")
