"""A job description as it is typed: sections and lines in both languages, changed by buttons alone (scheme §7)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from forms.validators import unsafe
from states.errors import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGES = ("zh", "en")
MOST_SECTIONS, MOST_LINES, MOST_IN_ALL = 20, 60, 200
TITLE_LENGTH, LINE_LENGTH = 200, 500
BUTTON = re.compile(r"s(\d{1,2})(?:_l(\d{1,2}))?_(up|down|remove|add)\Z", re.ASCII)

Words = dict[str, str]


@dataclass
class Section:
    """A part of the description: its title and its lines, each in both languages."""

    title: Words
    lines: list[Words] = field(default_factory=list)


@dataclass
class Draft:
    """What stands on the page, complete or not."""

    title: Words
    sections: list[Section] = field(default_factory=list)

    @property
    def as_data(self) -> list[dict[str, Any]]:
        """The sections as the database keeps them."""
        return [{"title": one.title, "lines": one.lines} for one in self.sections]


def draft_of(title: Words, sections: Sequence[Mapping[str, Any]]) -> Draft:
    """A kept description, to be edited."""
    parts = [Section(_both(one.get("title") or {}), [_both(line) for line in one.get("lines") or ()]) for one in sections]
    return Draft(_both(title), parts)


def read_draft(typed: Mapping[str, str]) -> Draft:
    """What was typed, in the order of the page. More than a description may hold is left out."""
    sections = []
    for number in range(MOST_SECTIONS):
        if f"s{number}_title_zh" not in typed:
            break
        lines = []
        for line in range(MOST_LINES):
            if f"s{number}_l{line}_zh" not in typed:
                break
            lines.append(_typed(typed, f"s{number}_l{line}"))
        sections.append(Section(_typed(typed, f"s{number}_title"), lines))
    return Draft(_typed(typed, "title"), sections)


def changed(draft: Draft, button: str) -> Draft:
    """The draft after one of its buttons: a section or line added, moved, or taken out."""
    if button == "add":
        if len(draft.sections) < MOST_SECTIONS:
            draft.sections.append(Section(_both({}), [_both({})]))
        return draft
    match = BUTTON.match(button)
    if match and int(match[1]) < len(draft.sections):
        section = draft.sections[int(match[1])]
        if match[3] == "add":
            section.lines += [_both({})] if len(section.lines) < MOST_LINES else []
        elif match[2] is None:
            _move(draft.sections, int(match[1]), match[3])
        else:
            _move(section.lines, int(match[2]), match[3])
    return draft


def tidied(draft: Draft) -> Draft:
    """Without what was left empty: lines without words, and sections with neither title nor lines."""
    sections = [Section(one.title, [line for line in one.lines if any(line.values())]) for one in draft.sections]
    return Draft(draft.title, [one for one in sections if one.lines or any(one.title.values())])


def faults_of(draft: Draft) -> list[Message]:
    """What keeps it from being saved; nothing where it is in order."""
    found = []
    if not any(draft.title.values()):
        found.append(Message("Enter the title, in one language at least."))
    if not draft.sections:
        found.append(Message("Write one section at least."))
    for number, section in enumerate(draft.sections, 1):
        if not any(section.title.values()):
            found.append(Message("Section %(number)s has no title.", number=number))
        if not section.lines:
            found.append(Message("Section %(number)s has no lines.", number=number))
    if len(draft.sections) > MOST_SECTIONS or sum(len(one.lines) for one in draft.sections) > MOST_IN_ALL:
        found.append(Message(
            "A job description has at most %(sections)s sections and %(lines)s lines.", sections=MOST_SECTIONS, lines=MOST_IN_ALL
        ))
    return found + [fault for text, longest in _texts(draft) if (fault := unsafe(text, longest=longest))]


def _texts(draft: Draft) -> list[tuple[str, int]]:
    titles = [draft.title, *(one.title for one in draft.sections)]
    lines = [line for one in draft.sections for line in one.lines]
    return [(text, TITLE_LENGTH) for words in titles for text in words.values()] + [
        (text, LINE_LENGTH) for words in lines for text in words.values()
    ]


def _typed(typed: Mapping[str, str], name: str) -> Words:
    return {language: " ".join(typed.get(f"{name}_{language}", "").split()) for language in LANGUAGES}


def _both(words: Mapping[str, Any]) -> Words:
    return {language: str(words.get(language) or "") for language in LANGUAGES}


def _move(things: list[Any], place: int, way: str) -> None:
    if place >= len(things):
        return
    if way == "remove":
        del things[place]
        return
    to = place - 1 if way == "up" else place + 1
    if 0 <= to < len(things):
        things[place], things[to] = things[to], things[place]
