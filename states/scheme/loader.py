"""Scheme text → `Scheme`, or every fault of it with its line, what was found, what is allowed."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import ValidationError

from states.errors import Message, Refusal
from states.scheme.checks import check
from states.scheme.complaints import explain_error, is_echo
from states.scheme.earlier import in_todays_shape
from states.scheme.filling import fill
from states.scheme.model import Scheme
from states.scheme.reading import Document, Fault, Unreadable, read_document


class SchemeErrors(Refusal):
    """Every fault of a scheme file, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults), key=lambda fault: (fault[0], str(fault[1]), str(fault[2])))
        super().__init__([with_line(line, message) for line, _, message in self.faults])


def with_line(line: int, message: Message) -> Message:
    """The message with its line in front; the inner message stays translatable as data."""
    return Message("Line %(line)s: %(fault)s", line=line, fault=message)


@lru_cache(maxsize=64)
def load_scheme(source: str | bytes) -> Scheme:
    """Read a scheme file; raises `SchemeErrors` with all of its faults at once."""
    try:
        document = read_document(source)
    except Unreadable as unreadable:
        raise SchemeErrors(unreadable.faults) from None
    return read_values(document.values, document)


def read_values(plain: dict[str, Any], document: Document) -> Scheme:
    """The scheme that plain values make; `document` knows their lines. Raises `SchemeErrors` with every fault."""
    values = _with_codes(in_todays_shape(plain))
    scheme, faults = _model(values, document)
    faults += [(document.line(path), path, message) for path, message in check(values)]
    if scheme is None or faults or document.faults:
        raise SchemeErrors(faults + document.faults)
    return fill(scheme)


def _model(values: dict[str, Any], document: Document) -> tuple[Scheme | None, list[Fault]]:
    try:
        return Scheme.model_validate(values), []
    except ValidationError as error:
        found = [explain_error(values, item) for item in error.errors(include_url=False) if not is_echo(item)]
        return None, [(document.line(path), path, message) for path, message in found]


def _with_codes(values: dict[str, Any]) -> dict[str, Any]:
    """Give every form and cycle kind the key it is listed under as its code."""
    coded = dict(values)
    for section in ("forms", "cycle_kinds"):
        entries = values.get(section)
        if isinstance(entries, dict):
            coded[section] = {
                key: {"code": key, **entry} if isinstance(entry, dict) else entry for key, entry in entries.items()
            }
    return coded


def builtin_scheme_codes() -> tuple[str, ...]:
    """The codes of the schemes that the product ships."""
    folder = resources.files("states.scheme") / "builtin"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def builtin_scheme_text(code: str = "customer_service") -> str:
    """The text of a shipped scheme file; KeyError for a code that is not shipped."""
    if code not in builtin_scheme_codes():
        raise KeyError(code)
    return (resources.files("states.scheme") / "builtin" / f"{code}.yaml").read_text("utf-8")


def builtin_scheme(code: str = "customer_service") -> Scheme:
    """A shipped scheme, read like any that a user would write."""
    return load_scheme(builtin_scheme_text(code))
