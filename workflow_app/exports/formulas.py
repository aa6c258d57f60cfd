"""Which texts a spreadsheet might take for a formula when it opens, or somebody edits, the cell."""

from __future__ import annotations

from unicodedata import category, normalize

SIGNS = "=+-@"
BREAKS = "\t\r"
"""Some spreadsheets begin a new cell here."""
BLANK_ALL_THE_SAME = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that show nothing: fillers of Korean syllables, the Braille cell without a dot."""


def like_formula(text: str) -> bool:
    """Whether a text begins like a formula, after whatever shows nothing; signs of any width count.

    Skipped are separators, control and format characters, marks without a letter (Unicode's Z, C and M), and fillers.
    """
    for letter in text:
        if letter in BREAKS:
            return True
        if category(letter)[0] not in "ZCM" and letter not in BLANK_ALL_THE_SAME:
            return normalize("NFKC", letter)[0] in SIGNS
    return False
