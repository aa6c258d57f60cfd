"""What editors and readers get: the JSON Schema, and the reference made from the model."""

import re
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from states.scheme import builtin_scheme_codes, builtin_scheme_text, json_schema, load_scheme
from states.scheme.reading import read_document
from states.scheme.reference import example_text, reference_page
from states.scheme.wording import MEANINGS, NOUNS, TITLES, title_of_choice

SCHEMA = json_schema()
CLASSES = {"Scheme": SCHEMA, **SCHEMA["$defs"]}
KEYS = {(owner, key) for owner, entry in CLASSES.items() for key in entry.get("properties", {})}


def values_of(text):
    """The file as an editor's validator sees it: figures as plain numbers."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [plain(one) for one in value]
        return float(value) if isinstance(value, Decimal) else value

    return plain(read_document(text).values)


def complaints(text):
    return [f"{'.'.join(map(str, one.path))}: {one.message}" for one in Draft202012Validator(SCHEMA).iter_errors(values_of(text))]


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", [*(builtin_scheme_text(code) for code in builtin_scheme_codes()), example_text()])
def test_sound_schemes_fit_it(text):
    assert complaints(text) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("mode: guided", "mode: soft", "distribution.mode"), ("overdue: wait", "overdue: shrug", "stages"),
        ("points: 40", "points: -4", "forms.call_sheet"), ("share: 10,", "share: 200,", "distribution.bands.0.share"),
        ("actor: peers", "actor: neighbours", "stages"), ("appeal_days: 7", "appeal_dayz: 7", "calendar"),
        ("version: 1", "version: one", "version"),
    ],
)  # fmt: skip
def test_what_the_loader_refuses_by_shape_the_schema_refuses_too(old, new, place):
    text = example_text()
    assert old in text

    assert any(place in one for one in complaints(text.replace(old, new, 1)))


def test_every_key_has_a_title_in_both_languages():
    assert [key for key in sorted(KEYS) if key[1] not in TITLES and ".".join(key) not in TITLES] == []
    for owner, key in KEYS:
        assert re.fullmatch(r"[^/]+ / .+", CLASSES[owner]["properties"][key]["title"]), (owner, key)


def test_no_words_are_left_over_for_keys_that_are_gone():
    names = {key for _, key in KEYS} | {".".join(one) for one in KEYS} | {"code", "levels", "kind"}
    assert (TITLES.keys() | MEANINGS.keys()) - names == set()
    assert NOUNS.keys() - CLASSES.keys() == set()


def test_every_fixed_choice_has_words():
    def choices(key, place):
        for one in place.get("enum", []):
            yield key, one
        for inner in (place.get("items"), *place.get("anyOf", [])):
            if isinstance(inner, dict):
                yield from choices(key, inner)

    found = {one for owner, key in KEYS for one in choices(key, CLASSES[owner]["properties"][key])}
    assert [one for one in sorted(found) if title_of_choice(*one) is None] == []


def test_the_examples_of_the_reference_are_one_sound_scheme():
    assert load_scheme(example_text()).code == "call_centre"


def test_the_reference_tells_every_key_and_every_section():
    page = reference_page()

    for owner, key in KEYS - {("Text", "zh"), ("Text", "en")}:
        assert (f"## `{key}` ·" if owner == "Scheme" else f"| `{key}` |") in page, (owner, key)
    sections = re.findall(r"(?m)^```yaml\n([a-z_]+):", page)
    assert sections == [key for key in SCHEMA["properties"] if key in sections]
    assert set(sections) == set(SCHEMA["properties"])


def test_every_link_of_the_reference_leads_somewhere():
    page = reference_page()
    headings = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in re.findall(r"(?m)^### (.+)$", page)}

    assert set(re.findall(r"\]\(#([a-z0-9-]+)\)", page)) <= headings
