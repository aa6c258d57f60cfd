"""`kaoping scheme`: check a scheme file, print the built-in one or the JSON Schema for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from states.scheme import SchemeErrors, builtin_scheme_codes, builtin_scheme_text, json_schema, load_scheme
from workflow_app.cli import _differing, _trying
from workflow_app.cli._saying import LANGUAGE, Teller

FAULTY = 2


@click.group("scheme")
def command() -> None:
    """Check, compare, try out and print scheme files."""


command.add_command(_trying.command)
command.add_command(_differing.command)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@LANGUAGE
def check(file: Path, language: str) -> None:
    """Check FILE: every fault with its line, what was found, and what is allowed; exit code 2 then."""
    try:
        scheme = load_scheme(file.read_bytes())
    except SchemeErrors as errors:
        for message in errors.messages:
            click.echo(f"{file.name}: {Teller(language).say(message)}", err=True)
        raise SystemExit(FAULTY) from None
    click.echo(
        f"{file.name}: {scheme.title.zh} / {scheme.title.en}, version {scheme.version}: "
        f"{len(scheme.forms)} forms, {len(scheme.cycle_kinds)} kinds of cycle, {len(scheme.distribution.bands)} bands."
    )


@command.command()
@click.argument("code", default="customer_service", type=click.Choice(builtin_scheme_codes()))
def show(code: str) -> None:
    """Print a scheme that the product ships, to start one's own from."""
    click.echo(builtin_scheme_text(code), nl=False)


@command.command()
def schema() -> None:
    """Print the JSON Schema of scheme files, for editors."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
