"""Bring the database named on the command line to the newest migration, in a process of its own.

Alembic sets up logging for the whole process, which a test session must not inherit. Pages and desks are
left out: a fault in one of them must fail its own tests, not every test that needs a table.
"""

import sys
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, upgrade

import workflow_app
from workflow_app import models  # noqa: F401 (the tables must be known)
from workflow_app.db import db

MIGRATIONS = Path(workflow_app.__file__).parent / "migrations"


def main(url: str) -> None:
    """Migrate `url` from whatever it holds to the head."""
    app = Flask("kaoping-migrations")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    with app.app_context():
        upgrade()
        db.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
