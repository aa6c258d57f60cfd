"""Who opens a customer's link without being the customer: mail scanners, previews of chat apps, robots that press buttons."""

import re

import pytest
from sqlalchemy import select

from tests.survey_company import filled, hidden_fields, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.headers import STATIC
from workflow_app.services import inviting

AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15", "Barracuda Sentinel (EE)",
    "Mimecast-URL-Protect", "Proofpoint URL Defense", "Microsoft Office/16.0 (SafeLinks)", "curl/8.8.0",
    "Mozilla/5.0 (compatible; Google-Safety)", "WeChat-Preview MicroMessenger/8.0", "python-requests/2.32", "",
)  # fmt: skip
TELEMETRY = {"invitation": {"seen_at"}}


@pytest.fixture
def survey(db_session):
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=clock.now())
    db_session.commit()
    return made


def everything():
    """Every row of every table, but for what is only telemetry."""
    db.session.rollback()
    found = {}
    for name, table in db.metadata.tables.items():
        columns = [column for column in table.columns if column.name not in TELEMETRY.get(name, ())]
        found[name] = sorted(map(repr, db.session.execute(select(*columns))))
    db.session.rollback()
    return found


def pages_of(client, path):
    return [client.get(path), client.get(f"{path}?page=decline"), client.get(f"{path}?lang=en")]


def test_opening_fifty_times_changes_no_row_of_any_table(client, survey):
    path, before = path_of(survey.first), everything()
    statuses = set()
    for number in range(50):
        method = ("get", "head", "options")[number % 3]
        query = ("", "?page=decline", "?page=edit", "?lang=en", "?act=send&q_overall=5")[number % 5]
        answer = getattr(client, method)(path + query, headers={"User-Agent": AGENTS[number % len(AGENTS)]})
        statuses.add(answer.status_code)

    assert statuses == {200}
    assert everything() == before


def test_the_first_look_is_noted_once_and_decides_nothing(client, survey):
    path = path_of(survey.first)
    client.head(path)
    client.options(path)
    db.session.expire_all()
    before = survey.first.seen_at
    client.get(path)
    db.session.expire_all()
    first = survey.first.seen_at
    client.get(path)
    db.session.expire_all()

    assert before is None
    assert first is not None
    assert survey.first.seen_at == first
    assert (survey.first.state, survey.first.opened_at) == ("sent", None)


def test_after_fifty_robots_the_customer_answers_as_if_they_had_not_been(client, survey):
    path = path_of(survey.first)
    for agent in AGENTS * 5:
        client.get(path, headers={"User-Agent": agent})

    assert client.post(path, data=filled(survey.first)).status_code == 303


def test_every_button_of_an_untouched_form_stores_nothing(client, survey):
    path, before = path_of(survey.first), everything()
    pressed = {}
    for page in pages_of(client, path):
        for act in re.findall(r'<button[^>]*name="act" value="([\w:]+)"', page.text):
            pressed[act] = client.post(path, data=hidden_fields(page.text) | {"act": act})

    assert pressed.pop("show").status_code == 200  # the same page in another language
    assert {"review", "decline", "enter"} <= pressed.keys()
    assert {act: answer.status_code for act, answer in pressed.items()} == dict.fromkeys(pressed, 422)
    assert everything() == before


@pytest.mark.parametrize("query", ["page=decline", "act=decline&kind=declined&reason=x", "List-Unsubscribe=One-Click"])
def test_declining_is_never_a_matter_of_opening_an_address(client, survey, query):
    before = everything()
    answer = client.get(f"{path_of(survey.first)}?{query}")

    assert answer.status_code == 200
    assert everything() == before


def test_no_page_sends_itself(client, survey):
    scripts = " ".join(path.read_text("utf-8") for path in sorted((STATIC / "js").glob("*.js")) if path.name in {"page.js", "survey.js"})
    pages = [page.text for page in pages_of(client, path_of(survey.first))]

    assert not re.search(r"\.submit\(|requestSubmit|sendBeacon|fetch\(", scripts)
    assert not any(re.search(r'http-equiv="refresh"|<iframe|<script(?![^>]*src=)', page) for page in pages)
    assert not any(re.search(r" checked| selected", page) for page in pages)


def test_nothing_on_any_page_comes_from_elsewhere(client, survey):
    path = path_of(survey.first)
    pages = [*pages_of(client, path), client.post(path, data=filled(survey.first, "review")), client.get("/s/unknown")]
    named = {one for page in pages for one in re.findall(r'(?:src|href|action)="([^"]*)"', page.text)}

    assert len(named) > 3
    assert [one for one in named if not re.match(r"[?#]|/static/", one)] == []
    assert all(page.headers["Cache-Control"] == "no-store" for page in pages)
    assert all("default-src 'none'" in page.headers["Content-Security-Policy"] for page in pages)
