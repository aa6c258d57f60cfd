"""Every sentence of the product in both languages: found as Babel finds it, held against the catalogues."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract

ROOT = Path(__file__).parents[1]
PACKAGES = ("states", "forms", "workflow_app", "worker")
CATALOGUES = sorted((ROOT / "workflow_app" / "translations" / "zh" / "LC_MESSAGES").glob("*.po"))
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "N_": None, "Message": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def sources() -> Iterator[tuple[Path, str]]:
    for path in (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*"))):
        if path.suffix == ".py" and "migrations" not in path.parts:
            yield path, "python"
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            yield path, "jinja2.ext:babel_extract"


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """Every sentence marked for translation and where it stands."""
    found: dict[str, str] = {}
    for path, method in sources():
        with path.open("rb") as file:
            for line, message, _comments, _context in extract(method, file, KEYWORDS, options={"encoding": "utf-8"}):
                sentence = message if isinstance(message, str) else message[0]
                found.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    return found


@pytest.fixture(scope="module")
def entries() -> list[tuple[str, polib.POEntry]]:
    return [(path.name, entry) for path in CATALOGUES for entry in polib.pofile(str(path))]


def words(entry: polib.POEntry) -> tuple[str, ...]:
    return tuple(entry.msgstr_plural.values()) if entry.msgid_plural else (entry.msgstr,)


def test_every_sentence_has_its_chinese(said, entries):
    known = {entry.msgid for _, entry in entries if all(words(entry))}
    assert {place: sentence for sentence, place in said.items() if sentence not in known} == {}


def test_nothing_is_translated_that_nobody_says(said, entries):
    assert [(name, entry.msgid) for name, entry in entries if entry.obsolete or entry.msgid not in said] == []


def test_nothing_is_left_unsure(entries):
    assert [(name, entry.msgid) for name, entry in entries if entry.fuzzy] == []


def test_a_sentence_is_one_thing_in_chinese(entries):
    found = defaultdict(set)
    for _, entry in entries:
        found[entry.msgid].add(words(entry))
    assert {sentence: chinese for sentence, chinese in found.items() if len(chinese) > 1} == {}


def test_placeholders_are_the_same_on_both_sides(entries):
    for name, entry in entries:
        wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in words(entry):
            assert set(PLACEHOLDER.findall(text)) == wanted, f"{name}: {entry.msgid}"


def test_people_are_addressed_politely(entries):
    assert [(name, entry.msgid) for name, entry in entries if any("你" in text for text in words(entry))] == []
