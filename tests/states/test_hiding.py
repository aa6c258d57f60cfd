"""Hidden words are behind bars wherever they stand, in whatever order they were named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states import hiding
from states.errors import Refusal
from states.hiding import BAR, behind_bars, hidden

LETTERS = "aAbB 王小明█"


def one_by_one(text: str, *words: str) -> str:
    """The text after each of the words was hidden by itself."""
    shown = None
    for word in words:
        shown = hidden(text, [word], already=shown)
    assert shown is not None
    return shown


def covered(text: str, words) -> set[int]:
    """The places of every occurrence of the words, found letter by letter."""
    folded = text.lower()
    return {
        at + step
        for word in (one.strip().lower() for one in words)
        for at in range(len(folded)) if folded[at:].startswith(word)
        for step in range(len(word))
    }  # fmt: skip


def barred(text: str, places: set[int]) -> str:
    return re.sub("█+", BAR, "".join("█" if at in places else letter for at, letter in enumerate(text)))


def stands_without(text: str, shown: str, places: set[int]) -> bool:
    """Whether what is visible can be read off the text without any of these places, and a bar for all between."""
    masked = "".join("\0" if at in places else letter for at, letter in enumerate(text))
    pieces = [re.escape(piece) for piece in re.split("█+", shown)]
    return re.fullmatch("(?s:.+)".join(pieces), masked) is not None


@st.composite
def texts_and_hidings(draw, letters=LETTERS):
    """A text, and words of it to hide in one or several goes."""
    text = draw(st.text(letters, min_size=1, max_size=24).filter(str.strip))

    def word(bounds):
        at, length = bounds
        return text[at : at + length]

    bounds = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 5))
    words = bounds.map(word).filter(str.strip)
    return text, draw(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Li Ming was late", ["Li", "Li Ming"], f"{BAR} was late"),
        ("ask Zhang Wei Min about it", ["Zhang Wei", "Wei Min"], f"ask {BAR} about it"),
        ("王小明迟到", ["王小", "小明"], f"{BAR}迟到"),
        ("王小明和王小迟到", ["小明", "王小"], f"{BAR}和{BAR}迟到"),
        ("aaa b", ["aa"], f"{BAR} b"),
        ("██Li Ming was late", ["Li", "Ming"], f"{BAR} {BAR} was late"),
    ],
)
def test_words_that_overlap_are_hidden_in_one_go_and_one_after_the_other(text, words, expected):
    in_one_go, in_turn, turned = hidden(text, words), one_by_one(text, *words), one_by_one(text, *reversed(words))

    assert in_one_go == in_turn == turned == expected


@given(texts_and_hidings())
def test_whatever_was_named_in_whatever_order_is_behind_bars(case):
    text, goes = case
    shown, named = None, []
    for words in goes:
        named += words
        try:
            shown = hidden(text, words, already=shown)
        except Refusal:
            # Nothing but a customer's own bars, which look hidden already.
            assert not "".join(words).replace("█", "").strip()
            return
        gone = covered(text, named)
        assert gone <= behind_bars(text, shown)
        assert stands_without(text, shown, gone)
        assert not any(word.strip().lower() in piece for word in named for piece in re.split("█+", shown.lower()))


@given(st.lists(st.sampled_from("abcdefghij klm王小明李四"), unique=True, min_size=2).map("".join).filter(str.strip), st.data())
def test_what_was_never_named_stays_as_it_was_written(text, data):
    shown, named = None, []
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1).filter(lambda at: text[at].strip()))
        named.append(text[at : at + data.draw(st.integers(1, 3))])
        shown = hidden(text, named[-1:], already=shown)

    assert shown == barred(text, covered(text, named))


@given(texts_and_hidings())
def test_bars_tell_no_length(case):
    text, goes = case
    try:
        shown = hidden(text, goes[0])
    except Refusal:
        return
    assert {len(bar) for bar in re.findall("█+", shown)} == {len(BAR)}


def test_a_visible_piece_that_may_be_either_of_two_is_hidden_with_the_rest():
    shown = one_by_one("张三 和 李四 和 王五都好", "张三", "李四 和 王五")
    assert shown == f"{BAR} 和 {BAR}都好"

    assert hidden("张三 和 李四 和 王五都好", ["都"], already=shown) == f"{BAR}好"


@pytest.mark.parametrize("shown", ["something else", f"{BAR}else", f"else{BAR}", f"a{BAR}x{BAR}c", f"abc{BAR}abc", f"{BAR}abc{BAR}"])
def test_bars_in_another_text_hide_the_whole_of_this_one(shown):
    assert behind_bars("abc", shown) == {0, 1, 2}
    assert hidden("abc", ["b"], already=shown) == BAR


def test_words_that_are_behind_bars_already_may_be_named_again():
    shown = hidden("Li Ming was late", ["Li Ming"])
    assert hidden("Li Ming was late", ["ming"], already=shown) == shown


@pytest.mark.parametrize("left", ["Li Ming", f"{BAR} Ming"])
def test_what_would_stay_readable_is_refused_and_never_called_hidden(monkeypatch, left):
    monkeypatch.setattr(hiding, "_drawn", lambda *_: left)
    with pytest.raises(Refusal, match="could not be hidden"):
        hidden("Li Ming", ["Li Ming"], already=f"{BAR} Ming")
