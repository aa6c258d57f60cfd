"""An appeal: filed → being answered → upheld or dismissed, or withdrawn (scheme §8)."""

from states.errors import Message
from states.machines.table import Guard, Move, Table

IN_WINDOW = Guard("in_window", Message("The appeal window is over."))
INDEPENDENT = Guard(
    "independent",
    Message("An appeal is answered by somebody who neither scored nor calibrated this grade."),
)

APPEAL = Table(
    name="appeal",
    initial="draft",
    states=("draft", "filed", "answering", "upheld", "dismissed", "withdrawn"),
    finals=frozenset({"upheld", "dismissed", "withdrawn"}),
    moves=(
        Move("file", ("draft",), "filed", IN_WINDOW),
        Move("take", ("filed", "answering"), "answering", INDEPENDENT),
        Move("uphold", ("answering",), "upheld", INDEPENDENT),
        Move("dismiss", ("answering",), "dismissed", INDEPENDENT),
        Move("withdraw", ("draft", "filed", "answering"), "withdrawn"),
    ),
)
