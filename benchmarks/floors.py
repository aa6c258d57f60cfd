"""The floors: a page that is a string, and a request that is one INSERT, by the same server as the product."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
from flask import Flask, request

if TYPE_CHECKING:
    from collections.abc import Callable

DATABASE = "KAOPING_BENCH_FLOOR"
TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (answers TEXT NOT NULL)"
POSTGRESQL = "postgresql://"
LINE = "<li>考评 0123456789</li>\n"
_mine = threading.local()


def create_floor() -> Flask:
    """An application without session, template or extension."""
    app = Flask("floor")
    app.add_url_rule("/page/<int:size>", view_func=page)
    app.add_url_rule("/insert", view_func=insert, methods=["POST"])
    return app


def page(size: int) -> str:
    return static_page(size)


def insert() -> tuple[str, int]:
    """One row of about a questionnaire's size, committed."""
    write(request.form["q_comment"] + str(len(request.form)))
    return "", 303


@cache
def static_page(size: int) -> str:
    """A page of about `size` bytes."""
    return f"<!doctype html><ul>{LINE * (size // len(LINE.encode()))}</ul>"


def write(answers: str) -> None:
    """Insert a row by the driver alone, over this thread's own connection."""
    if not hasattr(_mine, "write"):
        _mine.write = _writer(os.environ[DATABASE])
    _mine.write(answers)


def _writer(address: str) -> Callable[[str], Any]:
    if not address.startswith(POSTGRESQL):
        lite = sqlite3.connect(address, isolation_level=None)
        return lambda answers: lite.execute("INSERT INTO bench_floor VALUES (?)", [answers])
    connection = psycopg.connect(address)

    def committed(answers: str) -> None:
        with connection.transaction():
            connection.execute("INSERT INTO bench_floor VALUES (%s)", [answers])

    return committed


def prepare(address: str) -> None:
    """Make the table of the floor, which is no table of the product's."""
    _run(address, TABLE)


def clear(address: str) -> None:
    """Take the table away again: the next to look at this database finds the product's own."""
    _run(address, "DROP TABLE IF EXISTS bench_floor")


def _run(address: str, statement: str) -> None:
    if not address.startswith(POSTGRESQL):
        with closing(sqlite3.connect(address)) as lite:
            lite.execute(statement)
        return
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
