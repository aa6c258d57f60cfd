"""What the flags of a grade are called when people read them."""

from __future__ import annotations

from states.errors import N_

OUTSIDE = {
    "excluded": N_("excluded with a reason"), "left": N_("left the company"), "too_new": N_("too few records for a band"),
    "no_total": N_("no total"),
}
"""Why somebody is not ranked."""
