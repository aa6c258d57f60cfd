"""`kaoping scheme diff`: what differs between two scheme files, in words."""

from __future__ import annotations

from pathlib import Path

import click

from states.errors import Message
from states.scheme import Scheme, SchemeErrors, builtin_scheme, builtin_scheme_codes, load_scheme
from states.scheme.difference import difference
from workflow_app.cli._saying import LANGUAGE, Teller

FAULTY = 2


@click.command("diff")
@click.argument("old")
@click.argument("new")
@LANGUAGE
def command(old: str, new: str, language: str) -> None:
    """Say in words what differs from OLD to NEW: scheme files, or codes of schemes that Kaoping ships.

    Exit code 2 where one of them is no sound scheme.
    """
    teller = Teller(language)
    schemes = [_read(name, teller) for name in (old, new)]
    found = difference(*schemes)
    for one in found:
        click.echo(teller.say(one.message))
    if not found:
        click.echo(teller.say(Message("Nothing differs.")))


def _read(name: str, teller: Teller) -> Scheme:
    path = Path(name)
    if not path.is_file() and name in builtin_scheme_codes():
        return builtin_scheme(name)
    try:
        return load_scheme(path.read_bytes())
    except SchemeErrors as errors:
        for message in errors.messages:
            click.echo(f"{path.name}: {teller.say(message)}", err=True)
    except OSError as error:
        click.echo(f"{path}: {error.strerror}", err=True)
    raise SystemExit(FAULTY)
