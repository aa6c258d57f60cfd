"""A customer's invitation: opening the link changes nothing that matters, only a sent form does."""

from states.errors import Message
from states.machines.table import Guard, Move, Table

STILL_OPEN = Guard("still_open", Message("The survey has closed; this answer can no longer be taken."))
WAITING = ("created", "sent", "opened")

INVITATION = Table(
    name="invitation",
    initial="created",
    states=(*WAITING, "submitted", "declined", "revoked"),
    finals=frozenset({"submitted", "declined", "revoked"}),
    moves=(
        Move("send", WAITING, "sent"),
        Move("open", ("created", "sent", "opened"), "opened"),
        Move("submit", (*WAITING, "declined"), "submitted", STILL_OPEN),
        Move("amend", ("submitted",), "submitted", STILL_OPEN),
        Move("decline", WAITING, "declined"),
        Move("revoke", (*WAITING, "declined"), "revoked"),
        Move("replace", (*WAITING, "declined", "revoked"), "created"),
    ),
)
