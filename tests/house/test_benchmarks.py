"""The benchmarks run and say what they are asked for; how much time anything takes is no test's business."""

import pytest
from rich.console import Console

from benchmarks import bulk
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
