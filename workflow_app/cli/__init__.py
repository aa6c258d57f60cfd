"""The `kaoping` command. Each subcommand is a module here, loaded only when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

MODULES: dict[str, str] = {"import": "importing"}
"""Commands whose module has another name, since Python keeps the word for itself."""


class LazyGroup(click.Group):
    """A group whose commands are the modules of this folder, each with a command of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command there is, without loading one."""
        names = {path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")}
        return sorted((names - set(MODULES.values())) | {cmd for cmd, module in MODULES.items() if module in names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"workflow_app.cli.{MODULES.get(cmd_name, cmd_name)}")
        found = getattr(module, "command", None) or getattr(module, MODULES.get(cmd_name, cmd_name))
        return found if isinstance(found, click.Command) else None


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kaoping", prog_name="kaoping")
def main() -> None:
    """Kaoping 考评: run a company's appraisal scheme."""
