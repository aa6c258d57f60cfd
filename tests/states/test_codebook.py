"""Answers as a table: which columns, which names, and what stands in a cell that holds no answer."""

import re
from datetime import date
from decimal import Decimal

import pytest

from states.codebook import OF_FIGURES, USUAL, Column, cell_of, columns_of, names_of
from states.questions import applicable
from states.scheme import Text, builtin_scheme, builtin_scheme_text, load_scheme

QUESTIONS = """
    questions:
      - {kind: matrix, code: staff, title: {zh: 人员, en: Staff}, rows: [
          {code: polite, title: {zh: 礼貌, en: Polite}, reversed: true, weight: 0.5}, {code: able, title: {zh: 能干, en: Able}}]}
      - {kind: single_choice, code: channel, title: {zh: 渠道, en: Channel}, not_applicable: true, options: [
          {code: phone, title: {zh: 电话, en: Phone}}, {code: mail, title: {zh: 邮件, en: Mail}}]}
      - {kind: multiple_choice, code: topics, title: {zh: 事项, en: Topics}, not_applicable: true, options: [
          {code: fees, title: {zh: 收费, en: Fees}}, {code: repair, title: {zh: 维修, en: Repair}}]}
      - {kind: yes_no, code: again, title: {zh: 再次, en: Again}}
      - {kind: number, code: calls, title: {zh: 次数, en: Calls}, lowest: 0, highest: 99}
      - {kind: number, code: change, title: {zh: 变化, en: Change}}
      - {kind: date, code: since, title: {zh: 始于, en: Since}, when: {question: again, is: ["yes"]}}
      - {kind: short_text, code: not, title: {zh: 其他, en: Other}}
"""


@pytest.fixture(scope="module")
def form():
    """The internal questionnaire with one question of each kind behind its items."""
    text = builtin_scheme_text()
    end = text.index("  # 理论与实操")
    return load_scheme(text[:end] + QUESTIONS.lstrip("\n") + text[end:]).forms["internal_questionnaire"]


def row_of(form, answers, style="spss"):
    columns, shown = columns_of(form, style), applicable(form, answers)
    return dict(zip(names_of(columns, style), (cell_of(one, answers, shown) for one in columns), strict=True))


def test_columns_follow_the_page_and_know_their_scores(form):
    columns = columns_of(form, "limesurvey")

    assert names_of(columns, "limesurvey") == (
        "G01Q01", "G01Q02", "G01Q03", "G01Q04", "G01Q05", "G01Q06[SQ001]", "G01Q06[SQ002]", "G01Q07", "G01Q08[SQ001]",
        "G01Q08[SQ002]", "G01Q09", "G01Q10", "G01Q11", "G01Q12", "G01Q13", "G01Q14",
    )  # fmt: skip
    assert [one.code for one in columns if one.scored][-2:] == ["polite", "able"]
    polite = next(one for one in columns if one.code == "polite")
    assert (polite.reversed, polite.weight, len(polite.values)) == (True, Decimal("0.5"), 5)
    assert sum(one.scored for one in columns) == 7


def test_names_for_spss(form):
    names = names_of(columns_of(form, "spss"), "spss", ["id", "Overall"])

    assert names[:7] == ("cooperation", "response", "information", "quality", "overall_2", "staff_polite", "staff_able")
    assert "not_q" in names
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*[A-Za-z0-9]", name) and len(name.encode()) <= 64 for name in names)


def test_names_for_spss_stay_apart_however_long_and_odd_they_are():
    def column(question, part=""):
        return Column(question, 1, "rating", Text(zh="问", en="Q"), part)

    long = "a" * 40
    odd = [column("评", "AND"), column("by")]
    listed = [column(long, "b" * 40), column(long, "b" * 39 + "c"), column("_1", "x"), column("q_1", "x"), *odd]

    names = names_of(listed, "spss")

    assert names == (f"{long}_{'b' * 23}", f"{long}_{'b' * 21}_2", "q_1_x", "q_1_x_2", "AND_q", "by_q")
    assert len({name.casefold() for name in names}) == len(names)


def test_answers_in_their_cells(form):
    answers = {
        "cooperation": "4", "polite": "1", "channel": "mail", "topics": ["repair"], "again": "yes", "calls": "12.50",
        "change": "-97", "since": "2026-05-01", "not": "好", "comment": "谢谢",
    }  # fmt: skip

    assert row_of(form, answers) == {
        "cooperation": 4, "response": None, "information": None, "quality": None, "overall": None, "staff_polite": 1,
        "staff_able": None, "channel": 2, "topics_fees": 0, "topics_repair": 1, "again": 1, "calls": Decimal("12.50"),
        "change": Decimal(-97), "since": date(2026, 5, 1), "not_q": "好", "comment": "谢谢",
    }  # fmt: skip
    lime = row_of(form, answers, "limesurvey")
    assert [lime[f"G01Q{name}"] for name in ("07", "08[SQ001]", "08[SQ002]", "09")] == ["mail", "N", "Y", "Y"]


def test_skipped_not_applicable_and_not_asked_are_three_things(form):
    row = row_of(form, {"cooperation": "na", "channel": "na", "topics": ["na"], "again": "no", "since": "2026-05-01"})

    assert [row[name] for name in ("cooperation", "response", "channel", "topics_fees", "since")] == [-98, None, -98, -98, -97]


def test_a_figure_that_may_be_below_zero_has_codes_beyond_what_it_takes(form):
    missing = {one.code: one.missing for one in columns_of(form, "spss")}

    assert (missing["calls"], missing["change"]) == (USUAL, OF_FIGURES)


def test_every_form_that_is_answered_makes_a_table():
    for code in ("customer_questionnaire", "internal_questionnaire"):
        form = builtin_scheme().forms[code]
        for style in ("limesurvey", "spss"):
            columns = columns_of(form, style)
            assert len(set(names_of(columns, style))) == len(columns) >= len(form.items)
