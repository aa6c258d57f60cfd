"""Files that prove something: which are taken, how large, and under what name they are kept."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from states.errors import Message, Refusal

MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 5
MOST_BYTES = MOST_MEGABYTES * MEGABYTE
NAME_LENGTH = 120
MOST_PARTS, MOST_UNPACKED = 2000, 100 * MEGABYTE
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BEGINNINGS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
TOO_LARGE = Message("The file is larger than %(most)s MB. Make it smaller, or upload the part that matters.", most=MOST_MEGABYTES)
EMPTY = Message("The file is empty. Choose another one.")
UNKNOWN = Message("This kind of file is not taken as evidence. Allowed: %(allowed)s.", allowed=", ".join(TYPES))
DISGUISED = Message("The content of the file does not fit its ending. Save it anew, and upload that file.")


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name, which may say anything, and its content."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Accepted:
    """A file that is taken: a harmless name, and the media type that its content really has."""

    filename: str
    media_type: str
    content: bytes


def accepted(upload: Upload) -> Accepted:
    """The file under a harmless name; `Refusal` (too_large or invalid) for what is not taken as evidence."""
    if len(upload.content) > MOST_BYTES:
        raise Refusal(TOO_LARGE, kind="too_large")
    if not upload.content:
        raise Refusal(EMPTY)
    name = plain_name(upload.filename)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in TYPES:
        raise Refusal(UNKNOWN)
    if not _fits(ending, upload.content):
        raise Refusal(DISGUISED)
    return Accepted(name, TYPES[ending], upload.content)


def plain_name(filename: str) -> str:
    """The last part of a path, without control characters and what turns the direction of text, not too long."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", filename))[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:NAME_LENGTH] or 'file'}{dot}{ending[:10]}" if dot else f"{ending[:NAME_LENGTH]}"


def _fits(ending: str, content: bytes) -> bool:
    if ending in BEGINNINGS:
        return content.startswith(BEGINNINGS[ending])
    if ending == "webp":
        return content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return _is_text(content) if ending == "txt" else _is_office(content, MAIN_PART[ending])


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_office(content: bytes, main: str) -> bool:
    """An office document of the kind its ending says, without macros, that does not unpack to a flood."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    names = {part.filename for part in parts}
    small = len(parts) <= MOST_PARTS and sum(part.file_size for part in parts) <= MOST_UNPACKED
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return small and not macros and {"[Content_Types].xml", main} <= names
