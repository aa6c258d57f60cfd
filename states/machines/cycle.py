"""A cycle: draft → open → calibrating → approving → released → closed, or cancelled.

A kind without calibration goes from open straight to closed.
"""

from states.errors import Message
from states.machines.table import Guard, Move, Table

ALL_READY = Guard("all_ready", Message("Some reviews are not ready. Finish them or record an omission first."))
ALL_PLACED = Guard("all_placed", Message("Some people still have no grade. Work the grades out first."))
ALL_APPROVED = Guard("all_approved", Message("Some grades still wait for approval."))
ALL_CLOSED = Guard("all_closed", Message("Some reviews are still open. Wait for them or for their deadline."))

CYCLE = Table(
    name="cycle",
    initial="draft",
    states=("draft", "open", "calibrating", "approving", "released", "closed", "cancelled"),
    finals=frozenset({"closed", "cancelled"}),
    moves=(
        Move("launch", ("draft",), "open"),
        Move("calibrate", ("open",), "calibrating", ALL_READY),
        Move("reopen", ("calibrating",), "open"),
        Move("submit", ("calibrating",), "approving", ALL_PLACED),
        Move("return_to_calibration", ("approving",), "calibrating"),
        Move("release", ("approving",), "released", ALL_APPROVED),
        Move("close", ("open", "released"), "closed", ALL_CLOSED),
        Move("cancel", ("draft", "open", "calibrating", "approving"), "cancelled"),
    ),
)
