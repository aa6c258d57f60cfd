"""No text opens as a formula, whatever that shows nothing stands before it."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
import zipfile

import pytest

from workflow_app.exports.formulas import like_formula
from workflow_app.exports.survey_answers import Table, write_archive, write_workbook

NOTHING_TO_SEE = ("", " ", "\n", "\u00a0", "\u3000", "\u2003", "\u200b", "\ufeff", "\u2028", "\u2029", "\u00ad", "\u202e", "\u2060",
                  "\u180e", "\ue000", "\x7f", "\ufe0f", "\u034f", "\u3164", "\u2800", " \u200b\ufeff ")  # fmt: skip
FORMULA = "cmd|'/c calc'!A1"


def table(texts: list[str]) -> Table:
    return Table((("name", "名", "name"),), (), (), [(text,) for text in texts])


def cells_of_csv(texts: list[str]) -> list[str]:
    out = io.BytesIO()
    write_archive(out, table(texts))
    with zipfile.ZipFile(out) as archive, archive.open("answers.csv") as file:
        return [row[0] if row else "" for row in csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))][1:]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_has_an_apostrophe_and_is_whole(sign):
    texts = [f"{before}{sign}{FORMULA}" for before in NOTHING_TO_SEE]
    assert cells_of_csv(texts) == [f"'{text}" for text in texts]


def test_no_character_that_separates_or_formats_or_controls_hides_a_formula():
    hiding = [letter for letter in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(letter)[0] in "ZC"]
    assert [letter for letter in hiding if not like_formula(f"{letter}=1")] == []


@pytest.mark.parametrize("text", ["", " ", "\u200b", "很好", "5 = 好", "a-b", "（=1）", "\u2003谢谢", "1+1", "'=1"])
def test_what_does_not_begin_so_is_written_as_it_is(text):
    assert cells_of_csv([text]) == [text]


def test_in_a_workbook_such_a_text_stays_text_also_after_somebody_edits_it():
    out = io.BytesIO()
    write_workbook(out, table(["\u2003\u200b=1+1"]))
    with zipfile.ZipFile(out) as book:
        looks, sheet = book.read("xl/styles.xml"), book.read("xl/worksheets/sheet1.xml")
    assert b'quotePrefix="1"' in looks
    assert b"<f>" not in sheet
