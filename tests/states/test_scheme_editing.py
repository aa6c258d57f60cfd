"""Edits of a scheme's text: what was meant changes, and nothing else, comments and order included."""

from __future__ import annotations

import copy
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.errors import Refusal
from states.scheme import builtin_scheme_text, load_scheme, marks
from states.scheme.editing import (
    MEND_FIRST,
    add_entry,
    line_of,
    move_entry,
    remove_entry,
    set_value,
    set_values,
    values_of,
)

WHOLE = builtin_scheme_text()


def cut(text):
    """A third of the built-in text, with a piece of every way in which it is written: it reads as much faster."""
    kept = {"forms": {"scorecard_staff", "customer_questionnaire"}, "cycle_kinds": {"spot_check", "year_end"}}
    lines, section, dropped = [], "", False
    for line in text.splitlines(keepends=True):
        if line[0] not in " #\n":
            section, dropped = line.split(":")[0], line.startswith("job_descriptions")
        elif section in kept and re.match(r"  \w+:", line):
            dropped = line.strip().rstrip(":") not in kept[section]
        elif line.startswith("  #"):
            dropped = False
        if not dropped:
            lines.append(line)
    return "".join(lines)


TEXT = cut(WHOLE)
VALUES = values_of(TEXT)
MARKER = marks._Marker
COMMENT = re.compile(r"(?:^|\s)(#.*)$", re.MULTILINE)

SMALL = """\
# of the whole
title: {zh: 甲, en: A}  # behind the title
bands:
  # of the first band
  - {code: A, share: 5}  # behind A

  # of the second band
  - code: B
    share: rest  # behind rest
    # before the note
    note: "with: colon"
  - {code: C, share: 20}
# before the list
words: [one, two,
  three]  # behind the words
nothing:
last: |
  two
  lines
"""


def walk(value, path=()):
    """Every place of the values with what stands there."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield from walk(one, (*path, step))


PLACES = [(path, value) for path, value in walk(VALUES) if path]
PLAIN = [path for path, value in PLACES if not isinstance(value, (dict, list))]
LISTS = [path for path, value in PLACES if isinstance(value, list)]
ENTRIES = [path for path, _ in PLACES if isinstance(path[-1], int)]
KEYS = [(section, key) for section in ("forms", "cycle_kinds", "scales") for key in VALUES[section]]
words = st.one_of(
    st.text(max_size=60).filter(lambda text: "\r" not in text),
    st.integers(-1000, 10**6), st.booleans(),
    st.decimals(min_value=0, max_value=1000, places=2, allow_nan=False),
    st.sampled_from(["yes", "null", "~", "- a", "a: b", "# no", "[x", "'", '"', "0x1", "1_000", "true", "*a", "&a", "!x", "|", " "]),
)  # fmt: skip
groups = st.fixed_dictionaries({"code": st.sampled_from(["new", "x1"]), "title": st.fixed_dictionaries({"zh": words, "en": words})})


def at(values, path):
    for step in path:
        values = values[step]
    return values


def comments(text):
    return [found.group(1) for found in COMMENT.finditer(text)]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(PLAIN), words)
def test_a_value_changes_and_nothing_else(path, value):
    edited = set_value(TEXT, path, value)

    expected = copy.deepcopy(VALUES)
    at(expected, path[:-1])[path[-1]] = value
    assert values_of(edited) == expected
    changed = sum(one != other for one, other in zip(TEXT.splitlines(), edited.splitlines(), strict=True))
    assert changed <= 1
    assert set(comments(TEXT)) <= set(comments(edited))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(LISTS), st.one_of(words, groups))
def test_an_entry_is_added_at_the_end(path, entry):
    edited = add_entry(TEXT, path, entry)

    expected = copy.deepcopy(VALUES)
    at(expected, path).append(entry)
    assert values_of(edited) == expected
    assert set(comments(TEXT)) <= set(comments(edited))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(ENTRIES + KEYS))
def test_an_entry_is_removed(path):
    edited = remove_entry(TEXT, path)

    expected = copy.deepcopy(VALUES)
    del at(expected, path[:-1])[path[-1]]
    assert values_of(edited) == expected
    written = [line for line in edited.splitlines() if line not in TEXT]
    assert len(written) <= 1, "at most the line of the brackets, or of the key whose list is empty now"


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(ENTRIES + KEYS), st.integers(-3, 3))
def test_an_entry_moves_with_its_comments(path, by):
    edited = move_entry(TEXT, path, by)

    parent = copy.deepcopy(at(VALUES, path[:-1]))
    keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    here = keys.index(path[-1])
    keys.insert(min(max(here + by, 0), len(keys) - 1), keys.pop(here))
    found = at(values_of(edited), path[:-1])
    assert (list(found) if isinstance(parent, dict) else found) == (keys if isinstance(parent, dict) else [parent[key] for key in keys])
    assert sorted(comments(edited)) == sorted(comments(TEXT))
    assert sorted(edited.splitlines()) == sorted(TEXT.splitlines()) or "[" in edited


def test_comments_stay_where_they_are():
    edited = set_values(SMALL, {("bands", 0, "share"): 10, ("bands", 1, "share"): Decimal("2.5"), ("title", "en"): "B"})

    assert edited == SMALL.replace("share: 5}", "share: 10}").replace("share: rest", "share: 2.5").replace("en: A", "en: B")


def test_an_entry_takes_the_comment_above_it_along():
    moved = move_entry(SMALL, ("bands", 1), -1)
    removed = remove_entry(SMALL, ("bands", 1))

    assert moved.index("# of the second band") < moved.index("code: B") < moved.index("# of the first band")
    assert "# of the second band" not in removed
    assert "# of the first band" in removed


def test_a_missing_key_comes_last_in_its_group_and_a_missing_group_with_it():
    edited = set_values(SMALL, {("bands", 1, "title", "zh"): "乙", ("bands", 1, "title", "en"): "B", ("bands", 0, "below"): 60})

    assert '    note: "with: colon"\n    title: {zh: 乙, en: B}\n' in edited
    assert "{code: A, share: 5, below: 60}  # behind A" in edited


def test_the_last_entry_leaves_an_empty_list():
    text = "a:\n  - one\nb: 2\n"

    empty = remove_entry(text, ("a", 0))

    assert empty == "a: []\nb: 2\n"
    assert add_entry(empty, ("a",), {"code": "x"}) == "a: [{code: x}]\nb: 2\n" or values_of(add_entry(empty, ("a",), "y"))["a"] == ["y"]


def test_a_key_without_a_value_and_words_over_several_lines_are_replaced():
    edited = set_values(SMALL, {("nothing",): "something", ("last",): "one line"})

    assert edited.endswith("nothing: something\nlast: one line\n")


def test_brackets_that_get_too_long_become_lines():
    path = ("forms", "scorecard_staff", "areas", 0, "items", 0)
    clause = {"code": "told", "title": {"zh": "泄露公司与客户的秘密信息", "en": "Told a secret of the company"}, "points": 3}

    edited = add_entry(WHOLE, (*path, "clauses"), clause)

    assert load_scheme(edited).forms["scorecard_staff"].items[0].clauses[0].points == 3
    assert max(map(len, edited.splitlines())) <= max(map(len, WHOLE.splitlines()))
    assert "          - code: ethics\n" in edited


@pytest.mark.parametrize(
    "text", ["a: [", "a: 1\na: 2\n", "a: &x 1\nb: *x\n", "- a\n", "", "a: !!python/none x\n", "a: 1\n---\nb: 2\n", "a\tb: {"]
)
def test_a_text_with_mistakes_of_form_is_not_edited(text):
    with pytest.raises(Refusal) as refused:
        set_value(text, ("a",), 1)
    assert refused.value.message == MEND_FIRST


@pytest.mark.parametrize("path", [("nothing", "here", 3), ("bands", 9, "share"), ("bands", "A")])
def test_a_place_that_is_not_there_is_refused(path):
    with pytest.raises(Refusal):
        set_value(SMALL, path, 1)
    with pytest.raises(Refusal):
        remove_entry(SMALL, path)


@pytest.mark.parametrize("text", ["a: 1", "a: 1\r\nb: {c: 2}\r\n", "{a: 1, b: {c: 2}}", "\ufeffa: 1\n", "a: 1 # x", "'a': 1\n? b\n: 2\n"])
def test_odd_ways_to_write_are_edited_or_refused_but_never_broken(text):
    for edit in (lambda: set_value(text, ("a",), "new: #1"), lambda: set_value(text, ("z", "y"), 3), lambda: remove_entry(text, ("a",))):
        try:
            values_of(edit())
        except Refusal:
            continue


def test_lines_are_found():
    assert TEXT.splitlines()[line_of(TEXT, ("distribution", "bands", 2)) - 1].lstrip().startswith("- {code: C")
    assert line_of("a: [", ("a",)) == 1


def test_an_edit_reads_the_whole_text_no_more_than_twice(monkeypatch):
    """What an edit costs is the reading of the text: once before, once to see that it came out as meant."""
    readings = []
    monkeypatch.setattr(marks, "_Marker", lambda *asked: readings.append(asked) or MARKER(*asked))
    marks.mark.cache_clear()

    edited = set_value(WHOLE, ("distribution", "bands", 0, "share"), 11)
    set_value(edited, ("distribution", "bands", 1, "share"), 12)

    assert len(readings) == 3
