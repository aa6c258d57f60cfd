"""The places of a draft's text as fields, groups and lists that a page can show, made from the model and the values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from states.errors import Message
from states.scheme.checks import at, entries
from states.scheme.complaints import NOTHING
from states.scheme.inputs import LANGUAGES, pointer, shown
from states.scheme.options import options, title_of
from states.scheme.outline import Field, Shape, field_at, fields_of, kinds_of
from workflow_app.i18n import locale_code, t
from workflow_app.scheme_words import ADD, ADD_ANY, SUMMARY, hint_of, label_of, words_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from states.scheme.reading import Fault, Path

FILL_IN = Message("Please fill this in.")
TRUTHS: list[tuple[str, Any]] = [("true", {"zh": "是", "en": "yes"}), ("false", {"zh": "否", "en": "no"})]
LONG = frozenset({"instructions", "purpose", "principles", "sections"})
TABLE_COLUMNS = 5
LAST = ("code", "kind")
"""What the product refers to by itself stands at the end of a row."""


@dataclass(frozen=True)
class Choice:
    """One of the values that may be chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Input:
    """One control: `kind` is line, area, number, code, check, select or checks."""

    path: Path
    label: str
    kind: str
    words: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    faults: tuple[Message, ...] = ()
    hint: str = ""
    lang: str = ""
    required: bool = False

    @property
    def name(self) -> str:
        return pointer(self.path)

    @property
    def id(self) -> str:
        return id_of(self.path)

    @property
    def word(self) -> str:
        return self.words[0] if self.words else ""

    @property
    def said(self) -> str:
        """The words in it as a person reads them: the labels of what was chosen."""
        if self.choices:
            return ", ".join(one.label for one in self.choices if one.chosen and one.value)
        return self.word


@dataclass
class Group:
    """Fields that stand together: an entry of a list, or a group of the file."""

    path: Path
    heading: str
    inputs: list[Input] = field(default_factory=list)
    parts: list[Group | Listing] = field(default_factory=list)
    faults: tuple[Message, ...] = ()
    first: bool = False
    last: bool = False
    removable: bool = False
    absent: bool = False

    @property
    def name(self) -> str:
        return pointer(self.path)

    @property
    def id(self) -> str:
        return id_of(self.path)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What a closed entry says of itself: label and words of its telling fields."""
        found = [
            ("" if one.choices else one.label, one.said)
            for one in self.inputs
            if one.path[-1] in SUMMARY and one.said not in {"", self.heading}
        ]
        found += [fact for part in self.parts if isinstance(part, Group) for fact in part.facts]
        return found + [
            (part.heading, str(len(part.groups))) for part in self.parts if isinstance(part, Listing) and part.groups
        ]

    @property
    def only_list(self) -> Listing | None:
        """Its one list, where it is nothing but that: a heading of its own would say the same twice."""
        only = self.parts[0] if len(self.parts) == 1 and not self.inputs else None
        return only if isinstance(only, Listing) else None

    @property
    def has_faults(self) -> bool:
        """Whether something in it, at any depth, has to be mended."""
        inside = [part.groups if isinstance(part, Listing) else [part] for part in self.parts]
        own = bool(self.faults) or any(one.faults for one in self.inputs) or any(part.faults for part in self.parts)
        return own or any(group.has_faults for groups in inside for group in groups)


@dataclass
class Listing:
    """A list or map of groups: they can be added to, moved and taken out."""

    path: Path
    heading: str
    groups: list[Group]
    add: str
    table: bool
    columns: list[str]
    faults: tuple[Message, ...] = ()
    keys: tuple[Choice, ...] | None = None
    kinds: tuple[Choice, ...] = ()
    keyed: bool = False

    @property
    def name(self) -> str:
        return pointer(self.path)

    @property
    def id(self) -> str:
        return id_of(self.path)


Part = Group | Listing


def id_of(path: Path) -> str:
    """The id of a place on the page, to which faults and redirects lead."""
    return pointer(path).replace("/", "-").replace("~", "_")


class Outline:
    """Builds the parts of a page from the values of a text, with its faults at their places."""

    def __init__(self, values: Any, faults: Iterable[Fault] = (), typed: Mapping[str, list[str]] | None = None) -> None:
        self.values = values
        self.typed = typed or {}
        self.faults: dict[Path, list[Message]] = {}
        for _line, path, message in faults:
            self.faults.setdefault(path, []).append(message)

    def part(self, path: Path) -> Part | Input | None:
        """What stands at a path of the scheme: a list, a group, or a plain field."""
        found = field_at(self.values, path)
        return None if found is None or found.shape.kind == "text" else self._part(found, path, found.shape)

    def _part(self, found: Field, path: Path, shape: Shape) -> Part | Input:
        if shape.kind in {"list", "map"} and shape.inner and (shape.inner.is_group or shape.inner.kind == "text"):
            return self._listing(found, path, shape.inner, keyed=shape.kind == "map")
        if shape.kind == "model":
            return self._optional(found, path, shape)
        return self._input(found, path)

    def _optional(self, found: Field, path: Path, shape: Shape) -> Group:
        absent = at(self.values, *path) is None and not found.required and found.default is None
        group = Group(path, label_of(found.model, found.name), absent=absent, faults=self._faults(path))
        if not absent:
            self._fill(group, shape)
        group.removable = not absent and not found.required and found.default is None
        return group

    def entry(self, path: Path, heading: str = "") -> Group:
        """An entry of a list or map as a group of its own."""
        found = field_at(self.values, path)
        group = Group(path, heading, faults=self._faults(path))
        if found is not None and found.shape.kind == "text":
            group.inputs = self._title(found, path)
        elif found is not None and found.shape.kind in {"list", "map"}:
            group.parts = [part for part in [self._part(found, path, found.shape)] if not isinstance(part, Input)]
        elif found is not None:
            self._fill(group, found.shape)
        return group

    def _fill(self, group: Group, shape: Shape) -> None:
        model = shape.model_for(at(self.values, *group.path))
        fields = [one for one in fields_of(model) if not self._is_key(group.path, one)] if model else []
        for one in sorted(fields, key=lambda one: _rank(one, group.path)):
            path = (*group.path, one.name)
            if one.shape.kind == "text":
                group.inputs += self._title(one, path)
                continue
            part = self._part(one, path, one.shape)
            if isinstance(part, Input):
                group.inputs.append(part)
            else:
                group.parts.append(part)

    def _is_key(self, path: Path, one: Field) -> bool:
        return one.name == "code" and len(path) > 1 and path[-2] in {"forms", "cycle_kinds"} and isinstance(path[-1], str)

    def _title(self, found: Field, path: Path) -> list[Input]:
        label = label_of(found.model, found.name)
        several = found.name != path[-1]  # an entry of a list or map, not a field of its own
        kind = "area" if found.name in LONG else "line"
        made = []
        for code in LANGUAGES:
            words = label_of("Text", code)
            of_language = Field(code, "Text", Shape("words"), required=found.required)
            name = words if several or found.name == "title" else f"{label} · {words}"
            faults = _of_field(self._faults((*path, code)) + (self._faults(path) if code == "zh" else ()), name)
            shown_words = self._shown(of_language, (*path, code))
            made.append(
                Input((*path, code), name, kind, shown_words, faults=faults, lang=code, required=found.required)
            )
        return made

    def _listing(self, found: Field, path: Path, inner: Shape, *, keyed: bool) -> Listing:
        places = [place for place, _ in entries(self.values, *path)]
        groups = [self._entry_of(found, (*path, place), number, keyed=keyed) for number, place in enumerate(places, 1)]
        if groups:
            groups[0].first = groups[-1].last = True
        plain = all(_fits_a_row(group) for group in groups)
        columns = [one.label for one in groups[0].inputs] if groups else []
        same = all([one.label for one in group.inputs] == columns for group in groups)
        wanted = options(found, self.values, path) if keyed else None
        add = ADD.get(f"{found.model}.{found.name}") or ADD.get(found.name, ADD_ANY)
        return Listing(
            path, label_of(found.model, found.name), groups, t(add), plain and same, columns,
            self._faults(path), keys=self._choices(found, wanted, ()) if wanted is not None else None, keyed=keyed,
            kinds=self._form_kinds(inner),
        )

    def _form_kinds(self, inner: Shape) -> tuple[Choice, ...]:
        if len(inner.models) < 2:
            return ()
        kinds = [kind for model in inner.models for kind in kinds_of(model)]
        return tuple(Choice(kind, words_for("kind", kind), chosen=False) for kind in kinds)

    def _entry_of(self, found: Field, path: Path, number: int, *, keyed: bool) -> Group:
        group = self.entry(path, self.heading(path, number))
        group.removable = True
        if keyed and (wanted := options(found, self.values, path[:-1])):
            group.heading = next((self.say(title) for code, title in wanted if code == path[-1]), str(path[-1]))
        return group

    def heading(self, path: Path, number: int) -> str:
        """What an entry is called: its title in the reader's language, else what it refers to, else its number."""
        entry = at(self.values, *path)
        own = isinstance(path[-1], int) and isinstance(entry, dict) and set(entry) == set(LANGUAGES)
        title = title_of(entry, "") or (entry if own else "")
        said = self.say(title)
        if said or not isinstance(entry, dict):
            return said or str(path[-1] if isinstance(path[-1], str) else number)
        reference = self._reference(path, entry)
        return reference or str(at(entry, "code") or (path[-1] if isinstance(path[-1], str) else number))

    def _reference(self, path: Path, entry: dict[str, Any]) -> str:
        for name in ("form", "stage", "test"):
            found = field_at(self.values, (*path, name))
            known = options(found, self.values, (*path, name)) if found else None
            if known:
                title = next((title for code, title in known if code == entry.get(name)), None)
                if title is not None:
                    return self.say(title)
        return ""

    def _input(self, found: Field, path: Path) -> Input:
        words = self._shown(found, path)
        known = options(found, self.values, path)
        fixed = found.shape.choices or (found.shape.inner.choices if found.shape.inner else ())
        if known is None and fixed and found.shape.kind != "number_or":
            known = [(choice, choice) for choice in fixed]
        known = TRUTHS if found.is_open else known
        choices = self._choices(found, known, words) if known is not None else ()
        faults = self._faults(path) if found.shape.kind != "list" else self._faults_within(path)
        label = label_of(found.model, found.name)
        return Input(
            path, label, _control(found, known is not None), words, choices, _of_field(faults, label),
            hint_of(found.model, found.name), required=found.required,
        )

    def _choices(self, found: Field, known: list[tuple[str, Any]] | None, words: tuple[str, ...]) -> tuple[Choice, ...]:
        listed = list(known or [])
        codes = [code for code, _ in listed]
        listed += [(word, Message("%(code)s (unknown)", code=word)) for word in words if word and word not in codes]
        made = [Choice(code, self._option(found, title), code in words) for code, title in listed]
        single = found.shape.kind != "list"
        if single and (not found.required or "" in words) and found.default is None and "" not in codes:
            made.insert(0, Choice("", "—", "" in words))
        return tuple(made)

    def _option(self, found: Field, title: Any) -> str:
        if isinstance(title, tuple):
            return " · ".join(self.say(one) for one in title)
        return self.say(title) if not isinstance(title, str) else words_for(found.name, title)

    def say(self, title: Any) -> str:
        """A title as the file has it, in the reader's language, or in the other where that one is empty."""
        if not isinstance(title, dict):
            return t(title)
        here = locale_code()
        return str(title.get(here) or title.get("en" if here == "zh" else "zh") or "")

    def _shown(self, found: Field, path: Path) -> tuple[str, ...]:
        typed = self.typed.get(pointer(path))
        if typed is None:
            return shown(found, at(self.values, *path))
        return tuple(word for word in typed if word) if found.shape.kind == "list" else (typed[-1] if typed else "",)

    def _faults(self, path: Path) -> tuple[Message, ...]:
        return tuple(self.faults.get(path, ()))

    def _faults_within(self, path: Path) -> tuple[Message, ...]:
        return tuple(one for at_path, found in self.faults.items() if at_path[: len(path)] == path for one in found)


def _of_field(faults: tuple[Message, ...], label: str) -> tuple[Message, ...]:
    """Beside its field a fault need not say where it is: the field's words stand for the path."""
    return tuple(_shorter(fault, label) for fault in faults)


def _shorter(fault: Message, label: str) -> Message:
    data = fault.data
    if data.get("found") == NOTHING:
        return FILL_IN
    return Message(fault.key, **(data | {"key": label})) if "key" in data else fault


def _fits_a_row(group: Group) -> bool:
    return not group.parts and len(group.inputs) <= TABLE_COLUMNS and all(one.kind != "checks" for one in group.inputs)


def _rank(found: Field, path: Path) -> int:
    """Codes stand behind what people read, free texts behind the questions."""
    if not path:
        return 0
    return {"questions": 2, "texts": 3}.get(found.name, 1 if found.name in LAST else 0)


def _control(found: Field, choosable: bool) -> str:  # noqa: FBT001
    kind = found.shape.kind
    if choosable:
        return "checks" if kind == "list" else "select"
    plain = {"truth": "check", "number": "number", "number_or": "number"}
    if kind in plain:
        return plain[kind]
    return "code" if found.name in {"code", "kind", "record_kind"} else "line"
