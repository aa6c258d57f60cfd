"""What a field of a scheme file may refer to: the codes that stand elsewhere in the same file, with their titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from states.scheme.actors import ACTORS
from states.scheme.asking import offered_by, questions_before, scored_places
from states.scheme.checks import at, entries
from states.scheme.outline import Field
from states.scheme.reading import Path

Option = tuple[str, Any]
"""A code, and its title as the file has it (a group of zh and en), or the code again."""

SCORED = frozenset({"deduction", "kpi_table", "rating_card", "questionnaire", "test"})


def options(field: Field, values: Any, path: Path) -> list[Option] | None:
    """The codes that may stand at this field; None where it refers to nothing."""
    source = REFERENCES.get((field.model, field.name))
    found = source(values, path) if source is not None else None
    return None if found is None else list(found)


def title_of(entry: Any, code: str) -> Any:
    """The title of an entry, or its code."""
    title = at(entry, "title")
    return title if isinstance(title, dict) and title else code


def _keyed(section: str, *kinds: str) -> Callable[[Any, Path], Iterator[Option]]:
    def found(values: Any, _path: Path) -> Iterator[Option]:
        for key, entry in entries(values, section):
            if not kinds or at(entry, "kind") in kinds:
                yield str(key), title_of(entry, str(key))

    return found


def _listed(*path: str) -> Callable[[Any, Path], Iterator[Option]]:
    def found(values: Any, _path: Path) -> Iterator[Option]:
        for _, entry in entries(values, *path):
            code = str(at(entry, "code") or "")
            yield code, title_of(entry, code)

    return found


def _stages(values: Any, path: Path) -> Iterator[Option]:
    for _, entry in entries(values, *path[:2], "stages"):
        code = str(at(entry, "code") or "")
        yield code, title_of(entry, code)


def _records(values: Any, _path: Path) -> Iterator[Option]:
    seen: set[str] = set()
    for key, entry in entries(values, "cycle_kinds"):
        code = str(at(entry, "record_kind") or key)
        if code not in seen:
            seen.add(code)
            yield code, title_of(entry, code)


def _presets(values: Any, _path: Path) -> Iterator[Option]:
    for key, _entry in entries(values, "distribution", "title_presets"):
        yield str(key), str(key)


def _band_of_preset(values: Any, path: Path) -> Iterator[Option] | None:
    """A wording may have any name; within it the keys are bands."""
    depth = len(("distribution", "title_presets"))
    return _listed("distribution", "bands")(values, path) if len(path) > depth else None


def _rungs(values: Any, _path: Path) -> Iterator[Option]:
    yield from _listed("rulebook", "rewards")(values, ())
    yield from _listed("rulebook", "sanctions")(values, ())


def _items(values: Any, _path: Path) -> Iterator[Option]:
    seen: set[str] = set()
    for _, form in entries(values, "forms"):
        for _, area in entries(form, "areas"):
            for _, item in entries(area, "items"):
                code = str(at(item, "code") or "")
                if code and code not in seen:
                    seen.add(code)
                    yield code, title_of(item, code)


def _sources(values: Any, _path: Path) -> Iterator[Option]:
    yield "entered", "entered"
    yield "records", "records"
    for key, form in entries(values, "forms"):
        if at(form, "kind") not in {"rating_card", "questionnaire"}:
            continue
        yield str(key), title_of(form, str(key))
        for place in scored_places(form):
            yield f"{key}:{place.code}", (title_of(form, str(key)), title_of(place.entry, place.code))


def _earlier(values: Any, path: Path) -> Iterator[Option]:
    """The questions before this one: `path` ends in `when`, `question`."""
    for place in questions_before(at(values, *path[:2]), path[2:-2]):
        yield place.code, title_of(place.entry, place.code)


def _answers(values: Any, path: Path) -> Iterator[Option] | None:
    """What the earlier question offers: `path` ends in `when`, `is`, or goes on to one of its entries."""
    form, inner = at(values, *path[:2]), path[2 : path.index("when")] if "when" in path else ()
    asked = at(form, *inner, "when", "question")
    before = [place for place in questions_before(form, inner) if place.code == asked]
    offered = offered_by(before[-1], form, values) if before else None
    return None if offered is None else ((one, one) for one in offered)


def _actors(values: Any, _path: Path) -> Iterator[Option]:
    for actor in ACTORS:
        yield actor, actor
    for _, role in entries(values, "roles"):
        code = str(at(role, "code") or "")
        yield f"role:{code}", title_of(role, code)


REFERENCES: dict[tuple[str, str], Callable[[Any, Path], Iterator[Option] | None]] = {
    ("Population", "upwards"): _listed("populations"),
    ("FormUse", "form"): _keyed("forms"),
    ("FormUse", "populations"): _listed("populations"),
    ("StageSpec", "actor"): _actors,
    ("ScorePart", "stage"): _stages,
    ("ScorePart", "test"): _keyed("forms", "test"),
    ("CycleKind", "tests"): _keyed("forms", "test"),
    ("CycleKind", "parts_by_form"): _keyed("forms", *sorted(SCORED)),
    ("Pool", "kinds"): _records,
    ("Coverage", "kinds"): _records,
    ("DeductionForm", "items_of"): _keyed("forms", "deduction"),
    ("RatingCard", "scale"): _keyed("scales"),
    ("Questionnaire", "scale"): _keyed("scales"),
    ("KpiRow", "source"): _sources,
    ("Distribution", "titles"): _presets,
    ("Distribution", "title_presets"): _band_of_preset,
    ("ActionWhen", "bands"): _listed("distribution", "bands"),
    ("Gate", "forms"): _keyed("forms", "test"),
    ("Rule", "leads_to"): _rungs,
    ("Rule", "item"): _items,
    ("RatingSpec", "scale"): _keyed("scales"),
    ("MatrixSpec", "scale"): _keyed("scales"),
    ("When", "question"): _earlier,
    ("When", "is"): _answers,
}
