"""What a scheme's fixed choices are called when people read it."""

from __future__ import annotations

from states.errors import N_

ACTORS = {
    "self": N_("the person rated"), "manager": N_("the direct superior"),
    "department_head": N_("the head of department"), "vp": N_("the vice president in charge"),
    "customers": N_("customers"), "departments": N_("the departments served"),
    "peers": N_("peers"), "reports": N_("direct reports"), "deputy_approver": N_("the deputy approver"), "hr": N_("human resources"),
    "general_manager": N_("the general manager"), "system": N_("the system"),
}
PERIODS = {
    "day": N_("day"), "week": N_("week"), "month": N_("month"), "quarter": N_("quarter"),
    "half_year": N_("half-year"), "year": N_("year"),
}
WEIGHS = {
    "equally": N_("every record alike"), "by_days": N_("by the days employed"),
    "by_whole_months": N_("by months, a begun one being whole"),
}
MISSING_PARTS = {
    "renormalise": N_("A part that is missing drops out and the other weights are scaled up; missing never counts as zero."),
    "no_total": N_("Where a part is missing there is no total; missing never counts as zero."),
}
TIES = {
    "better_band": N_("Equal totals on a dividing line all get the better band."),
    "worse_band": N_("Equal totals on a dividing line all get the band below it."),
}
ROUNDINGS = {"half_up": N_("half up"), "half_even": N_("half to even"), "down": N_("down")}
OVERDUE = {
    "wait": N_("it waits, with reminders"), "remind": N_("a reminder"), "escalate": N_("the superior is told"),
    "omit": N_("the part is left out and flagged"), "finish": N_("it ends without an answer"),
}
METHODS = {
    "mean_x20": N_("mean × 20"), "mean_minus_1_over_4": N_("(mean − 1) ÷ 4 × 100"),
    "top_two_box": N_("share of the two best answers"), "shrunk": N_("mean, drawn to a known value while answers are few"),
}
MODES = {
    "off": N_("no distribution"), "guided": N_("guided: departures are possible, each with a reason"),
    "hard": N_("fixed: it cannot be approved until it is met"),
}
NEEDS = {
    "reason": N_("a reason"), "evidence": N_("evidence"), "improvement_plan": N_("an improvement plan"),
    "consent": N_("the person's consent"),
}
SOURCES = {"entered": N_("entered by hand"), "records": N_("records")}
