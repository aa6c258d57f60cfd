"""Figures that HR entered go before what a rater typed into the table (scheme §2.2)."""

import pytest

from states.scheme import builtin_scheme
from states.year_end import Filled, score_review, with_entered

TABLE = builtin_scheme().forms["kpi_customer_service"]


def score(answers, kpi):
    scheme = builtin_scheme()
    return score_review(
        [Filled("manager_scoring", TABLE.code, answers)], scheme=scheme, kind=scheme.cycle_kinds["year_end"],
        population="management", post="客户服务经理", kpi=kpi,
    ).value  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "entered", "expected"),
    [
        ({"actual": "12"}, {"actual": "24"}, 80),
        ({"actual": "30"}, {}, 100),
        ({}, {"actual": "30"}, 100),
        ({"actual": "24"}, {"actual": ""}, 80),
        ({"actual": "24"}, {"target": "48"}, 40),
    ],
)
def test_hrs_figure_counts_where_there_is_one(typed, entered, expected):
    assert score({"customer_database": typed}, {"customer_database": entered}) == expected


def test_a_row_that_a_form_fills_takes_no_entered_figure():
    merged = with_entered(TABLE, {}, {"external_satisfaction": {"actual": "99"}})

    assert "external_satisfaction" not in merged


def test_the_note_beside_a_figure_stays():
    merged = with_entered(
        TABLE, {"customer_database": {"actual": "1", "note": "why"}}, {"customer_database": {"actual": "2"}}
    )

    assert merged["customer_database"] == {"actual": "2", "note": "why"}
