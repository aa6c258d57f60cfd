"""`kaoping admin create`: the first real account, by a one-time password link."""

from __future__ import annotations

from pathlib import Path

import click

ROLES = ("admin", "hr", "general_manager", "deputy_approver")
FAULTY = 2


@click.group()
def admin() -> None:
    """Open accounts from the command line."""


@admin.command()
@click.option("--username", prompt="User name", help="What the person signs in with.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=("admin", "hr"), show_default=True)
@click.option("--base-url", help="Address of the pages, for the link (KAOPING_BASE_URL).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the database (KAOPING_DATA).")
def create(username: str, roles: tuple[str, ...], base_url: str | None, data: Path | None) -> None:
    """Open an account and print its one-time link to choose a password.

    Run it again for the same name to get a fresh link; the roles then stay as they are.
    """
    from states.errors import Refusal  # noqa: PLC0415 (`kaoping --help` should not wait for it)
    from workflow_app.cli._database import application  # noqa: PLC0415
    from workflow_app.services.accounts import LINK_HOURS  # noqa: PLC0415

    with application(data) as app:
        try:
            token = _token(username.strip(), roles)
        except Refusal as refusal:
            click.echo(str(refusal), err=True)
            raise SystemExit(FAULTY) from None
    address = (base_url or app.config["SETTINGS"].base_url).rstrip("/")
    click.echo(f"Choose the password of {username.strip()} here, once, within {LINK_HOURS} hours:")
    click.echo(f"{address}/password/{token}")


def _token(username: str, roles: tuple[str, ...]) -> str:
    from sqlalchemy import select  # noqa: PLC0415

    from states.errors import Message, Refusal  # noqa: PLC0415
    from states.permissions import SYSTEM  # noqa: PLC0415
    from workflow_app.clock import now  # noqa: PLC0415
    from workflow_app.db import db, unit_of_work  # noqa: PLC0415
    from workflow_app.models import Account  # noqa: PLC0415
    from workflow_app.services.accounts import issue_password_link, open_account  # noqa: PLC0415

    if not username or len(username) > 80:
        raise Refusal(Message("A user name has 1 to 80 characters."))
    with unit_of_work():
        account = db.session.scalar(select(Account).filter_by(username=username))
        if account is None:
            account = open_account(username, actor=SYSTEM, now=now(), roles=roles)
        return issue_password_link(account, actor=SYSTEM, now=now())
