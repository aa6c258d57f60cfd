"""The application for a command: settings from the environment, the database at this version's tables."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask


@contextmanager
def application(data: Path | None = None) -> Iterator[Flask]:
    """The application in its context; a new data folder gets its tables first, so a command may be the first run."""
    from flask_migrate import upgrade  # noqa: PLC0415 (`kaoping --help` should not wait for it)

    from workflow_app import create_app  # noqa: PLC0415
    from workflow_app.db import db  # noqa: PLC0415

    if data is not None:
        os.environ["KAOPING_DATA"] = str(data.absolute())
    app = create_app()
    with app.app_context():
        upgrade()
        try:
            yield app
        finally:
            db.engine.dispose()
