"""The benchmarks run and say what they are asked for; how much time anything takes is no test's business."""

import os

import pytest
from rich.console import Console

from benchmarks import bulk, survey, survey_floor
from benchmarks.__main__ import Extent, requests_and_memory
from benchmarks.company import UnfitDatabaseError, fill
from tests.forms_company import FormsCompany, submit_self_review
from workflow_app.db import db

CASES = ["home", "team table", "scoring form", "questionnaire page", "questionnaire answer"]


@pytest.fixture
def company(app, db_session):
    company = FormsCompany(app)
    submit_self_review(company, company.agent)
    db.session.commit()
    return company


@pytest.mark.live
@pytest.mark.timeout(600)
def test_every_request_is_measured_beside_its_floor(app, company, tmp_path):
    url = app.config["SETTINGS"].database

    figures = requests_and_memory(url, tmp_path, Extent(rounds=2, requests=1), lambda: None)

    assert [case["name"] for case in figures["requests"]] == CASES
    assert all(len(case["product_ms"]) == len(case["floor_ms"]) == 2 for case in figures["requests"])
    assert {"web", "worker", "scheduler", "queue"} <= figures["memory"].keys()


def test_a_companys_own_database_is_refused(company):
    with pytest.raises(UnfitDatabaseError):
        fill(1)


@pytest.mark.parametrize("year", bulk.YEARS)
def test_very_many_people_are_measured_beside_their_floor(year, capsys):
    figures = bulk.measure(year, people=300, rounds=1)

    bulk.show({"machine": {}, "bulk": [figures]}, Console(width=110))

    assert {"product_ms", "floor_ms", "ratio", "product_mb", "floor_mb", "explain_ms"} <= figures.keys()
    assert "300" in capsys.readouterr().out


@pytest.mark.live
@pytest.mark.timeout(600)
@pytest.mark.postgresql
def test_the_customers_page_is_measured_beside_its_floor(fresh_databases, capfd):
    url = fresh_databases.fresh("bench_survey")

    figures = survey.run(url, rounds=2, requests=8, connections=2, paints=0)
    cores = [os.sched_getaffinity(process.pid) for process in survey._database_processes()[:1]]
    survey.show(figures | {"machine": {}}, Console(width=110))

    assert [case["name"] for case in figures["survey"]] == [
        "GET of the form, the first", "GET of the form, again", "POST of the answer",
    ]  # fmt: skip
    assert all(len(case["rates"][who]) == 2 for case in figures["survey"] for who in ("product", "floor"))
    assert cores == [os.sched_getaffinity(0)]
    assert {"page", "kaoping.css", "page.js"} <= figures["weight"].keys()
    assert "POST of the answer" in capfd.readouterr().out


def test_the_floors_page_is_the_same_markup(tmp_path, monkeypatch):
    page = '<!doctype html><p class="a">Tom &amp; 方霞</p><input name="q" value="&lt;5&gt;"><b> </b>'
    count = survey_floor.take_apart(page, tmp_path)
    monkeypatch.setenv(survey_floor.FOLDER, str(tmp_path))

    assert count == 2
    assert survey_floor.create_floor().test_client().get("/s/any").text == page
