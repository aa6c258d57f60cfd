"""The application for a command: settings from the environment, the database at this version's tables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


def application(data: Path | None = None) -> Flask:
    """The application; a new data folder gets its tables first, so a command may be the first thing run."""
    from flask_migrate import upgrade  # noqa: PLC0415 (`kaoping --help` should not wait for it)

    from workflow_app import create_app  # noqa: PLC0415

    if data is not None:
        os.environ["KAOPING_DATA"] = str(data.absolute())
    app = create_app()
    with app.app_context():
        upgrade()
    return app
