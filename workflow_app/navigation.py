"""Which desks a person sees in the navigation."""

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from flask_babel import gettext as _
from flask_login import current_user

from states.permissions import may
from workflow_app.access import current_actor

Items = tuple[tuple[str, Callable[[], str], str], ...]
# (endpoint, title, action that opens it); the order is the order on the page.
ITEMS: Items = (
    ("home.desk", lambda: _("To do"), "use_own_desk"),
    ("results.mine", lambda: _("My reviews"), "use_own_desk"),
    ("team.table", lambda: _("Team"), "use_own_desk"),
    ("cycles.overview", lambda: _("Cycles"), "see_cycles"),
    ("calibration.entry", lambda: _("Calibration"), "see_calibration"),
    ("approval.entry", lambda: _("Approval"), "see_approval"),
    ("actions.table", lambda: _("Actions"), "see_actions"),
    ("sheets.overview", lambda: _("Sheets"), "use_own_desk"),
    ("people.table", lambda: _("People"), "see_people"),
    ("rulebook.page", lambda: _("Rulebook"), "see_rulebook"),
    ("schemes.overview", lambda: _("Scheme"), "see_scheme"),
)
# Desks that are reached from a desk above, and light up with it.
BELOW = {
    "ledger": "results", "published_answers": "cycles",
    "appeals": "actions",
    "accounts": "people", "holds": "people", "imports": "people", "kpi": "people", "career": "people",
    "tests_taken": "people", "gates": "people",
    "follow_ups": "sheets", "job_descriptions": "sheets",
    "survey_results": "cycles",
    "campaign": "cycles", "survey_exports": "cycles", "closing": "cycles", "recurring": "cycles", "moving_cycles": "cycles",
    "scheme_versions": "schemes", "scheme_notices": "schemes", "scheme_differences": "schemes",
    "scheme_trial": "schemes", "scheme_editor": "schemes",
}
# Single pages that stand below another desk than the rest of theirs.
PAGES_BELOW = {"published_answers.about": "results"}
# Behind the name of the signed-in person: what keeps the system running.
ACCOUNT_ITEMS: Items = (
    ("accounts.table", lambda: _("Accounts"), "manage_accounts"),
    ("mail.table", lambda: _("Mail"), "see_mail"),
    ("incidents.table", lambda: _("Incidents"), "see_incidents"),
)


def items() -> list[tuple[str, str, bool]]:
    """(endpoint, title, is current) of what the signed-in person may open."""
    if not current_user.is_authenticated:
        return []
    actor = current_actor()
    here = _desk(request.endpoint or "")
    return [
        (endpoint, title(), _desk(endpoint) == here)
        for endpoint, title, action in ITEMS
        if may(actor, action).allowed
    ]


def account_items() -> list[tuple[str, str]]:
    """(endpoint, title) of what stands behind the name of the signed-in person."""
    if not current_user.is_authenticated:
        return []
    actor = current_actor()
    return [(endpoint, title()) for endpoint, title, action in ACCOUNT_ITEMS if may(actor, action).allowed]


def _desk(endpoint: str) -> str:
    desk = endpoint.partition(".")[0]
    return PAGES_BELOW.get(endpoint) or BELOW.get(desk, desk)


def init_app(app: Flask) -> None:
    """Offer the items to every template."""

    @app.context_processor
    def navigation() -> dict[str, Any]:
        return {"nav_items": items, "account_links": account_items}
