"""Why somebody is kept out of the distribution, as a list that HR chooses from (scheme §5)."""

from __future__ import annotations

from states.errors import N_, Message, Refusal

OTHER = "other"
REASONS: dict[str, str] = {
    "long_leave": N_("Long leave"),
    "under_investigation": N_("Under investigation"),
    "too_new": N_("Too new"),
    "left": N_("Left the company"),
    OTHER: N_("Another reason"),
}
SHORTEST, LONGEST = 4, 500


def checked_exclusion(code: str, text: str) -> str:
    """The words that are kept with the review. Refuses an unknown reason, and "other" without words."""
    words = text.strip()
    if code not in REASONS:
        raise Refusal(Message("Choose a reason from the list."))
    if len(words) > LONGEST or (code == OTHER and len(words) < SHORTEST):
        raise Refusal(
            Message("Give a reason of %(least)s to %(most)s characters. It is kept with the review.", least=SHORTEST, most=LONGEST)
        )
    return words or REASONS[code]


def exclusion_words(code: str, text: str) -> Message | str:
    """A recorded exclusion for the page: the reason of the list, and HR's own words where there are some."""
    title = REASONS.get(code)
    if code == OTHER or title is None:
        return text
    return Message(title) if text in ("", title) else Message("%(name)s: %(why)s", name=Message(title), why=text)
