"""What follows from a grade: proposed → approved → in progress → done, or declined (scheme §6)."""

from states.errors import Message
from states.machines.table import Guard, Move, Table

WINDOW_OVER = Guard("window_over", Message("This takes effect only after the appeal window."))

ACTION = Table(
    name="action",
    initial="proposed",
    states=("proposed", "approved", "in_progress", "done", "declined"),
    finals=frozenset({"done", "declined"}),
    moves=(
        Move("approve", ("proposed",), "approved"),
        Move("start", ("approved",), "in_progress", WINDOW_OVER),
        Move("finish", ("in_progress",), "done"),
        Move("decline", ("proposed", "approved", "in_progress"), "declined"),
    ),
)
