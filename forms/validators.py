"""What a typed value may be, apart from what it means: safe characters, lengths, plain decimals."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from states.errors import Message

NOTE_LENGTH = 1000
TEXT_LENGTH = 4000
NUMBER_LENGTH = 40
WHOLE_DIGITS = 9

# Also what turns the direction of the text around it: it would show others a sentence that nobody wrote.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a\u202b\u202d\u202e\ud800-\udfff]")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+)(?:\.(\d+))?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-"})

NOT_A_NUMBER = Message("Enter a number, such as 2 or 1.5.")
UNREADABLE = Message("This contains characters that cannot be stored. Type it again, or paste it as plain text.")
SENT_TWICE = Message("This was sent more than once. Reload the page and try again.")
NOT_A_DAY = Message("Write the day like this: 2025-07-09.")
NOT_A_CHOICE = Message("Choose one of the answers offered.")


def unsafe(text: str, *, longest: int) -> Message | None:
    """Why this text cannot be kept at all, not even as a draft; None where it can."""
    if _CONTROL.search(text):
        return UNREADABLE
    if len(text) > longest:
        return Message("Shorten this to %(limit)s characters; it has %(count)s.", limit=longest, count=len(text))
    return None


def tidy_lines(text: str) -> str:
    """Line ends as one character, no blanks around: browsers send CR LF, and count them as one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def plain_number(text: str) -> str:
    """A typed figure as plain digits where it is one, else the text as it stands.

    Full-width digits, a true minus, thousands separators and a trailing per cent sign are understood.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_MINUS_SIGNS).strip().removesuffix("%").rstrip()
    if _GROUPED.fullmatch(folded):
        folded = folded.replace(",", "")
    return folded if _PLAIN.fullmatch(folded) and folded.isascii() else text.strip()


def plain_day(text: str) -> str:
    """A typed day as 2025-07-09 where it is one, else the text as it stands: 2025/7/9 and 2025年7月9日 are understood."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or not found[0].isprintable():
        return text.strip()
    written_out = f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}"
    return written_out if day_of(written_out) else text.strip()


def day_of(typed: str) -> date | None:
    """The day that was typed, as 2025-07-09; None where it is none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def decimal_of(text: str) -> Decimal | None:
    """The figure that `plain_number` made of it, exactly; None where it is none."""
    return Decimal(text) if text.isascii() and _PLAIN.fullmatch(text) else None


def number_fault(text: str, *, places: int) -> Message | None:
    """Why a typed figure is not one that the form takes: no number, too many digits."""
    found = _PLAIN.fullmatch(text) if text.isascii() else None
    if found is None:
        return NOT_A_NUMBER
    if len(found[1].lstrip("0")) > WHOLE_DIGITS:
        return Message("This figure is too large; it may have %(digits)s digits.", digits=WHOLE_DIGITS)
    if len((found[2] or "").rstrip("0")) > places:
        return Message("Round this to %(places)s decimal places.", places=places)
    return None


def written(value: Decimal) -> str:
    """A figure as exact text without needless zeros: 2.50 becomes 2.5, never 2E+1."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
