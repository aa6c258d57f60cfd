"""`kaoping bounces`: read the mailbox to which mail servers write back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections import Counter

FAULTY = 2


@click.command("bounces")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the database (KAOPING_DATA).")
def command(file: Path, data: Path | None) -> None:
    """Note the bounces in FILE: an mbox, the folder of a maildir, or one mail (.eml).

    Only delivery status notifications (RFC 3464) count; other mails are skipped. FILE is not changed, and reading it
    again changes nothing.
    """
    from states.errors import Refusal  # noqa: PLC0415 (`kaoping --help` should not wait for it)
    from workflow_app.cli._database import application  # noqa: PLC0415
    from workflow_app.clock import now  # noqa: PLC0415
    from workflow_app.db import unit_of_work  # noqa: PLC0415
    from workflow_app.once_more import once_more  # noqa: PLC0415
    from workflow_app.services.bounce_reports import read_bounces  # noqa: PLC0415

    def read() -> Counter[str]:
        with unit_of_work():
            return read_bounces(file, now=now())

    with application(data):
        try:
            counts = once_more(read)
        except Refusal as refusal:
            for message in refusal.messages:
                click.echo(str(message), err=True)
            raise SystemExit(FAULTY) from None
    click.echo(
        f"{counts['noted']} noted, {counts['known']} known already, {counts['unknown']} about no mail of ours, "
        f"{counts['delayed']} still being tried; skipped: {counts['other']} other mails, "
        f"{counts['unreadable']} unreadable."
    )
