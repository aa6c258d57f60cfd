"""`kaoping demo`: the sample company on this machine; made on the first run, kept afterwards."""

from __future__ import annotations

import os
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow_app.cli.serve import only_one, refuse_taken_port, run_server

if TYPE_CHECKING:
    from workflow_app.settings import Settings

INTERRUPTED = 130
A_COMPANYS = (
    "{data} holds a database that is not the sample company's, so it is left alone. "
    "Serve it with “kaoping serve”, or choose another folder for the sample with --data."
)
ROLES = (
    ("Human resources", "K1006 莫浩然", "imports, the running cycle, customers, calibration, actions"),
    ("HR, second person", "K1008 武超", "arranges and calibrates what the first one may not: her own review"),
    ("General manager", "K1001 方霞", "scores the vice presidents, approves grades"),
    ("Deputy approver", "K1005 汤嘉怡", "signs what the general manager scored"),
    ("Vice president", "K1002 谭晓明", "feedback cards, the KPI table of the service manager"),
    ("Manager", "K1009 卢静", "scores the supervisors"),
    ("Supervisor", "K1015", "scores the agents of one shift"),
    ("Finance manager", "K1013 田娜", "scores the accountants"),
    ("Employee", "any number", "the self review, last year's result"),
    ("Customer", "no account", "a personal link; the button stands on the same page"),
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of database, queue and secret.")
def demo(host: str, port: int, data: Path | None) -> None:
    """Serve the sample company; the first run makes it (about a minute)."""
    if data is not None:
        os.environ["KAOPING_DATA"] = str(data.absolute())
    os.environ.setdefault("KAOPING_BASE_URL", f"http://{host}:{port}")
    prepare(host, port)
    run_server(host, port, announce=announce)


def prepare(host: str, port: int) -> None:
    """See that the sample's database is there, making it if there is none at all."""
    from workflow_app.sample.creating import A_COMPANY, MISSING, what_is_there  # noqa: PLC0415 (`--help` is quick)
    from workflow_app.settings import Settings  # noqa: PLC0415

    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    with only_one(settings.data):
        refuse_taken_port(host, port)
        found = what_is_there(settings)
        if found == A_COMPANY:
            raise click.ClickException(A_COMPANYS.format(data=settings.data))
        if found == MISSING:
            _make_apart(settings)


def _make_apart(settings: Settings) -> None:
    """In a process of its own, so that the supervisor stays small for as long as it runs."""
    child = get_context("fork").Process(target=_make, args=(settings,))
    child.start()
    try:
        child.join()
    except KeyboardInterrupt:
        child.join()
        click.echo("\nInterrupted: nothing is kept of the half-made sample. Run it again to make it anew.", err=True)
        raise SystemExit(INTERRUPTED) from None
    if child.exitcode != 0:
        raise click.ClickException("The sample company could not be made; the lines above say why.")


def _make(settings: Settings) -> None:
    import gc  # noqa: PLC0415
    import signal  # noqa: PLC0415

    from workflow_app.cli._progress import Bars  # noqa: PLC0415
    from workflow_app.clock import now  # noqa: PLC0415
    from workflow_app.sample.creating import create_sample  # noqa: PLC0415

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(100_000, 20, 20)  # a short life with many rows: looking for garbage costs a sixth of it
    click.echo(f"Making the sample company 恒泰商贸 in {settings.data} (only on the first run, about a minute)")
    try:
        with Bars() as bars:
            create_sample(settings, now=now(), progress=bars)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def announce(address: str) -> None:
    """Say where it is and how to sign in as whom."""
    lines = [
        "",
        f"Kaoping is ready: {address}  (Ctrl-C ends it)",
        f"Step into any role with one click, no password: {address}/demo",
        "",
        *(f"  {title:<18} {who:<14} {what}" for title, who, what in ROLES),
        "",
        "A real company starts with: kaoping serve --data DIR, then kaoping admin create --data DIR",
        "",
    ]
    click.echo("\n".join(lines))
