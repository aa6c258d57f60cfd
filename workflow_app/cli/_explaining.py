"""`kaoping grade --explain DIR`: one file for each person, whole, under a name that every file system takes."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LONGEST = 180
"""Bytes of a name without its ending: file systems take 255."""
RESERVED = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)})
NAMED = 3


def file_names(numbers: Sequence[str]) -> list[str]:
    """A file name for each employee number: odd characters as %XX, and no two alike where case does not count."""
    plain = [_plain(number) for number in numbers]
    folded = [one.casefold() for one in plain]
    twice = {one for one in folded if folded.count(one) > 1} if len(set(folded)) < len(folded) else set()
    return [
        (_marked(name, number) if fold in twice or not _fits(name) else name) + ".json"
        for name, fold, number in zip(plain, folded, numbers, strict=True)
    ]


def _plain(number: str) -> str:
    text = unicodedata.normalize("NFC", number)
    kept = "".join(char if char.isalnum() or char in "-_." else _escaped(char) for char in text)
    return "%2E" + kept[1:] if kept.startswith(".") else kept


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _fits(name: str) -> bool:
    return bool(name) and len(name.encode()) <= LONGEST and name.split(".", maxsplit=1)[0].casefold() not in RESERVED


def _marked(name: str, number: str) -> str:
    """The name cut to length, and a mark that is the number's own."""
    start = name.encode()[: LONGEST - 17].decode("utf-8", "ignore")
    return f"{start}~{hashlib.sha256(number.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def check_folder(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder that holds anything but earlier explanations of the same people, naming some of it."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Refusal(Message("%(folder)s is a file. Name a folder.", folder=str(folder)))
    ours = set(names)
    others = sorted(path.name for path in folder.iterdir() if path.name not in ours and not path.name.startswith("."))
    if others:
        raise Refusal(
            Message(
                "%(folder)s holds other files, such as %(names)s. Name an empty folder or a new one.",
                folder=str(folder), names=", ".join(others[:NAMED]),
            )
        )  # fmt: skip


def write_folder(
    folder: Path, names: Sequence[str], documents: Iterable[dict[str, Any]], advance: Callable[[], None]
) -> None:
    """Write every document beside the folder first, then put them in their places. OSError leaves nothing half."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, document in zip(names, documents, strict=True):
            text = json.dumps(document, ensure_ascii=False, indent=1)
            (beside / name).write_text(text + "\n", encoding="utf-8", newline="\n")
            advance()
        folder.mkdir(exist_ok=True)
        for name in names:
            (beside / name).replace(folder / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
