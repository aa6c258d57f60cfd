"""The floor of the questionnaire: bare Flask, the same markup by a bare template, the same form into one INSERT."""

from __future__ import annotations

import json
import os
import re
import threading
from html import unescape
from pathlib import Path

import psycopg
from flask import Flask, redirect, render_template, request

FOLDER = "KAOPING_BENCH_FLOOR_FOLDER"
DATABASE = "KAOPING_BENCH_FLOOR"
TABLE = "CREATE TABLE IF NOT EXISTS bench_answer (token text NOT NULL, answers json NOT NULL, at timestamptz DEFAULT now())"
CLEAR = "DROP TABLE IF EXISTS bench_answer"
# What a template would be handed: every text of the page, and every value of its form.
_VARIABLE = re.compile(r'(?<=>)(?P<text>[^<>]*[^<>\s][^<>]*)(?=<)|(?<= value=")(?P<value>[^"]*)(?=")')
_mine = threading.local()


def create_floor() -> Flask:
    """Without session, extension, locale or object of a row."""
    folder = Path(os.environ[FOLDER])
    app = Flask("survey floor", template_folder=str(folder))
    app.config["WORDS"] = json.loads((folder / "words.json").read_text("utf-8"))
    app.add_url_rule("/s/<token>", view_func=page)
    app.add_url_rule("/s/<token>", view_func=answer, methods=["POST"])
    return app


def page(token: str) -> str:
    from flask import current_app  # noqa: PLC0415 (read once a request, as a view would)

    return render_template("page.html", v=current_app.config["WORDS"], token=token)


def answer(token: str) -> object:
    """Every field of the form into one row, committed, and on to the next page."""
    connection = _connection()
    with connection.transaction():
        connection.execute(
            "INSERT INTO bench_answer (token, answers) VALUES (%s, %s)", [token, json.dumps(request.form.to_dict())]
        )
    return redirect("?done=1", code=303)


def _connection() -> psycopg.Connection:
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg.connect(os.environ[DATABASE])
    found: psycopg.Connection = _mine.connection
    return found


def take_apart(page: str, folder: Path) -> int:
    """Make the product's page a template and its words; how many variables there are."""
    words: list[str] = []

    def variable(hit: re.Match[str]) -> str:
        words.append(unescape(hit["text"] if hit["text"] is not None else hit["value"]))
        return f"{{{{ v[{len(words) - 1}] }}}}"

    template = _VARIABLE.sub(variable, page)
    (folder / "page.html").write_text(template, "utf-8")
    (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    return len(words)


def run(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
