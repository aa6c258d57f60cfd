"""What differs between two schemes, in sentences: added, removed, changed from what to what, moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from states.errors import Message
from states.scheme.base import Part, Text
from states.scheme.cycles import FormUse, ScorePart
from states.scheme.forms import DeductionForm, Form, Rated, Threshold
from states.scheme.questions import MatrixSpec, RatingSpec, When
from states.scheme.reading import Path
from states.scheme.results import Band
from states.scheme.scales import Level
from states.scheme.values import plain
from states.scheme.wording import piece, title_of_choice, title_of_key

if TYPE_CHECKING:
    from states.scheme.model import Scheme

Words = Text | Message | str
SECTIONS = frozenset({"Composition", "Distribution", "Rulebook"})
"""What stands in these says itself where it belongs: Band A, Part “Inspections”."""
NOTHING, YES, NO = Message("nothing"), Message("yes"), Message("no")


@dataclass(frozen=True)
class Difference:
    """One thing that differs, where it stands in the file, and the sentence that says it."""

    kind: Literal["added", "removed", "changed", "moved"]
    path: Path
    message: Message


def difference(old: Scheme, new: Scheme) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the file; the version's number is no difference."""
    return tuple(_Comparison(old, new).parts(old, new, (), None))


class _Comparison:
    """Walks two schemes side by side; knows both, to call what they refer to by its title."""

    def __init__(self, old: Scheme, new: Scheme) -> None:
        self.old, self.new = old, new

    def parts(self, old: Part, new: Part, path: Path, where: Words | None) -> Iterator[Difference]:
        """Two pieces of one kind, key by key."""
        for name, info in type(new).model_fields.items():
            before, after, key = getattr(old, name), getattr(new, name), info.alias or name
            if before != after and not _is_derived(new, key):
                yield from self._key(type(new).__name__, key, before, after, (*path, key), where)

    def _key(self, owner: str, key: str, before: Any, after: Any, path: Path, where: Words | None) -> Iterator[Difference]:
        held = before or after
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self._pieces(before, after, path, where, ordered=False)
        elif isinstance(held, tuple) and held and isinstance(held[0], Part):
            # A list of mere words is called by its key; pieces say themselves what they are.
            around = _within(where, title_of_key(owner, key)) if isinstance(held[0], Text) else where
            around = None if owner in SECTIONS else around
            yield from self._pieces(_keyed(before or ()), _keyed(after or ()), path, around, ordered=True)
        elif isinstance(before, Part) and type(before) is type(after) and not isinstance(before, Text):
            yield from self.parts(before, after, path, _within(where, title_of_key(owner, key)))
        else:
            yield self._changed(owner, key, before, after, path, where)

    def _changed(self, owner: str, key: str, before: Any, after: Any, path: Path, where: Words | None) -> Difference:
        said = {"what": title_of_key(owner, key), "before": self._said(key, before, self.old),
                "after": self._said(key, after, self.new)}  # fmt: skip
        if where is None:
            return Difference("changed", path, Message("%(what)s: %(before)s → %(after)s", **said))
        return Difference("changed", path, Message("%(where)s: %(what)s %(before)s → %(after)s", where=where, **said))

    def _pieces(
        self, before: Mapping[str, Any], after: Mapping[str, Any], path: Path, where: Words | None, *, ordered: bool
    ) -> Iterator[Difference]:
        """Two lists or groups of pieces: gone, new, moved, and changed inside."""
        for code, one in before.items():
            if code not in after:
                yield _said_of("removed", (*path, code), where, self._name(code, one, self.old))
        moved = _moved(before, after) if ordered else frozenset()
        last: Words | None = None
        for code, one in after.items():
            here, name = (*path, code), self._name(code, one, self.new)
            if code not in before:
                yield _said_of("added", here, where, name, last, ordered=ordered)
            elif code in moved:
                yield _said_of("moved", here, where, name, last)
            if code in before and before[code] != one:
                yield from self._inside(code, before[code], one, here, where)
            last = name

    def _inside(self, code: str, before: Any, after: Any, path: Path, where: Words | None) -> Iterator[Difference]:
        within = _within(where, self._name(code, before, self.old))
        if isinstance(after, Mapping):
            yield from self._pieces(before, after, path, within, ordered=False)
        elif isinstance(after, tuple):
            yield from self._pieces(_keyed(before), _keyed(after), path, within, ordered=True)
        elif isinstance(after, Text):
            yield self._changed("Text", "title", before, after, path, within)
        elif type(before) is not type(after):
            yield self._changed("Form", "kind", before.kind, after.kind, path, within)
        else:
            yield from self.parts(before, after, path, within)

    def _name(self, code: str, one: Any, scheme: Scheme) -> Words:
        """A piece by its title, with its kind in front where that helps."""
        owner = type(one).__name__
        if isinstance(one, Text):
            return Message("“%(words)s”", words=one)
        if isinstance(one, Band):
            return piece(owner, Text(zh=one.code, en=one.code))
        if isinstance(one, Threshold):
            return piece(owner, Text(zh=code, en=code))
        if isinstance(one, (FormUse, ScorePart)):
            found = _title_of_reference(one.form if isinstance(one, FormUse) else one.code, scheme)
            return piece(owner, found or Text(zh=code, en=code))
        title = getattr(one, "title", None)
        if isinstance(title, Text):
            return piece(owner, title)
        return _title_of_reference(code, scheme) or code

    def _said(self, key: str, value: Any, scheme: Scheme) -> Words:
        """A value as a person says it."""
        if isinstance(value, tuple) and value:
            return _listed([self._said(key, one, scheme) for one in value])
        if isinstance(value, str) and value:
            return title_of_choice(key, value) or _title_of_reference(value, scheme) or value
        return _plainly(value)


def _plainly(value: Any) -> Words:
    """A value that refers to nothing else."""
    if value is None or value in {(), ""}:
        return NOTHING
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Text):
        return Message("“%(words)s”", words=value)
    if isinstance(value, When):
        return _condition(value)
    if isinstance(value, Part):
        return getattr(value, "title", None) or YES
    return plain(value) if isinstance(value, Decimal) else str(value)


def _condition(when: When) -> str:
    """When a question is asked, in signs that both languages read."""
    limits = [("=", "/".join(when.values)), ("≥", when.at_least), ("≤", when.at_most)]
    said = [f"{sign} {plain(one) if isinstance(one, Decimal) else one}" for sign, one in limits if one not in {None, ""}]
    return f"{when.question} {', '.join(said)}"


def _is_derived(one: Part, key: str) -> bool:
    """What the loader filled in, and what publishing counts: no words of the author's."""
    if key == "version" or (key == "levels" and isinstance(one, Rated | RatingSpec | MatrixSpec)):
        return True
    return (key == "areas" and isinstance(one, DeductionForm) and one.items_of is not None) or (
        key in {"code", "kind"} and isinstance(one, Form)
    )


def _keyed(pieces: Sequence[Any]) -> dict[str, Any]:
    """The pieces of a list by what tells them apart; a second one of the same gets a number."""
    found: dict[str, Any] = {}
    for one in pieces:
        key = _key_of(one)
        place = 2
        while key in found:
            key, place = f"{_key_of(one)}#{place}", place + 1
        found[key] = one
    return found


def _key_of(one: Any) -> str:
    if isinstance(one, Level):
        return str(one.value)
    if isinstance(one, Threshold):
        return f"≥ {one.at_least}" if one.at_least is not None else f"> {one.above}"
    if isinstance(one, Text):
        return f"{one.zh} / {one.en}"
    if isinstance(one, FormUse):
        return one.form
    code = getattr(one, "code", None)
    return str(code) if code is not None else one.title.en


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """The fewest pieces whose moving turns the old order into the new."""
    common = [code for code in after if code in before]
    place = {code: number for number, code in enumerate(code for code in before if code in after)}
    kept: list[list[str]] = []
    for code in common:
        best = max((run for run in kept if place[run[-1]] < place[code]), key=len, default=[])
        kept.append([*best, code])
    stays = max(kept, key=len, default=[])
    return frozenset(common) - frozenset(stays)


def _within(where: Words | None, name: Words) -> Words:
    return name if where is None else Message("%(outer)s, %(inner)s", outer=where, inner=name)


def _said_of(
    kind: Literal["added", "removed", "moved"], path: Path, where: Words | None, name: Words,
    last: Words | None = None, *, ordered: bool = True,
) -> Difference:  # fmt: skip
    """A sentence about a whole piece, and where it stands now."""
    if kind == "removed":
        said = Message("%(piece)s was removed.", piece=name)
    elif not ordered:
        said = Message("%(piece)s was added.", piece=name)
    elif kind == "added":
        said = (
            Message("%(piece)s was added after %(other)s.", piece=name, other=last)
            if last else Message("%(piece)s was added as the first.", piece=name)
        )  # fmt: skip
    elif last:
        said = Message("%(piece)s now stands after %(other)s.", piece=name, other=last)
    else:
        said = Message("%(piece)s now stands first.", piece=name)
    return Difference(kind, path, said if where is None else Message("%(where)s: %(said)s", where=where, said=said))


def _listed(words: Sequence[Words]) -> Words:
    """Several values one after the other."""
    said = words[0]
    for one in words[1:]:
        said = Message("%(some)s, %(more)s", some=said, more=one)
    return said


def _title_of_reference(code: str, scheme: Scheme) -> Text | None:
    """The title of whatever the scheme lists under this code, or None."""
    for group in (scheme.forms, scheme.scales, scheme.cycle_kinds):
        if code in group:
            return group[code].title
    for listed in (scheme.populations, scheme.roles):
        found = next((one.title for one in listed if one.code == code), None)
        if found:
            return found
    stages = (stage for kind in scheme.cycle_kinds.values() for stage in kind.stages)
    return next((stage.title for stage in stages if stage.code == code), None)
