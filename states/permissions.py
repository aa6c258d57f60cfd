"""Who may do what, and the reason when not: asked at the route and again in the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from states.errors import Message
from states.facts import (
    ADMIN,
    DEPUTY_APPROVER,
    GENERAL_MANAGER,
    HR,
    SYSTEM,
    AccountFacts,
    Actor,
    AssignmentFacts,
    EntryFacts,
    Facts,
    FormFacts,
    NoFacts,
    PersonFacts,
    ReviewFacts,
    Verdict,
)

__all__ = [
    "ADMIN",
    "DEPUTY_APPROVER",
    "GENERAL_MANAGER",
    "HR",
    "RULES",
    "SYSTEM",
    "AccountFacts",
    "Actor",
    "AssignmentFacts",
    "EntryFacts",
    "Facts",
    "FormFacts",
    "HasRole",
    "NoFacts",
    "PersonFacts",
    "ReviewFacts",
    "Verdict",
    "may",
]

Rule = Callable[[Actor, Facts], Message | None]

SIGNED_STAGES = frozenset({"approval", "release"})
NEEDS_HR = Message("This is for human resources. Please ask HR if you need it.")
NOT_YOURS = Message("This page belongs to somebody else's review. You can open your own under “My reviews”.")


@dataclass(frozen=True)
class HasRole:
    """A rule that asks for one of these roles and nothing else: a route can ask it before any row is read."""

    roles: tuple[str, ...]

    def __call__(self, actor: Actor, _facts: Facts) -> Message | None:
        """None where the actor holds one of the roles, else why not."""
        if actor.has(*self.roles):
            return None
        return NEEDS_HR if HR in self.roles else Message("Your role does not include this. Please ask HR.")


def _roles(*roles: str) -> Rule:
    return HasRole(roles)


def _everyone(_actor: Actor, _facts: Facts) -> Message | None:
    return None


def _may_see_review(actor: Actor, facts: Facts) -> Message | None:
    if not isinstance(facts, ReviewFacts):
        return NOT_YOURS
    own = actor.employee_id == facts.employee_id
    in_line = actor.employee_id in ({facts.superior_id, facts.vp_id} - {None}) | facts.raters
    oversees = actor.has(HR, GENERAL_MANAGER, DEPUTY_APPROVER)
    return None if own or in_line or oversees else NOT_YOURS


def _may_see_figures(actor: Actor, facts: Facts) -> Message | None:
    """Totals and bands: of oneself once released, of others for whom they are work."""
    if not isinstance(facts, ReviewFacts):
        return NOT_YOURS
    if actor.has(HR, GENERAL_MANAGER, DEPUTY_APPROVER) and actor.employee_id != facts.employee_id:
        return None
    in_line = actor.employee_id is not None and actor.employee_id in {facts.superior_id, facts.vp_id}
    if actor.employee_id != facts.employee_id and not in_line:
        return NOT_YOURS
    if facts.released:
        return None
    if actor.employee_id == facts.employee_id:
        return Message("Your result is not released yet. You will be told when it is.")
    return Message("This result is not released yet.")


def _may_fill(actor: Actor, facts: Facts) -> Message | None:
    if isinstance(facts, AssignmentFacts) and actor.employee_id is not None and actor.employee_id == facts.assignee_id:
        return None
    return Message("This form was given to somebody else. Your own forms are on your start page.")


def _may_see_form(actor: Actor, facts: Facts) -> Message | None:
    """A filled form: its author, who works on from it, and the person rated once it is released."""
    if not isinstance(facts, FormFacts):
        return NOT_YOURS
    me = actor.employee_id
    if me is not None and me == facts.assignee_id:
        return None
    if not facts.submitted:
        return Message("This form is not submitted yet. Until then only its author sees it.")
    if me == facts.employee_id:
        return _may_see_form_about_oneself(facts)
    in_line = me is not None and me in {facts.superior_id, facts.vp_id}
    oversees = actor.has(HR) or (actor.has(GENERAL_MANAGER, DEPUTY_APPROVER) and not facts.confidential)
    return None if oversees or (in_line and facts.own) else NOT_YOURS


def _may_see_form_about_oneself(facts: FormFacts) -> Message | None:
    if facts.confidential:
        return Message("What colleagues answered is confidential. You see the figure they make together.")
    if facts.released:
        return None
    return Message("Your result is not released yet. You will be told when it is.")


def _may_enter_kpi(actor: Actor, facts: Facts) -> Message | None:
    """Actuals of key figures: HR, but not one's own."""
    if not actor.has(HR):
        return NEEDS_HR
    if isinstance(facts, PersonFacts) and actor.employee_id == facts.employee_id:
        return Message("Nobody enters their own key figures. Please ask a colleague in HR.")
    return None


def _may_manage_career(actor: Actor, facts: Facts) -> Message | None:
    """Postings, leave and clearances: HR, but not one's own."""
    if not actor.has(HR):
        return NEEDS_HR
    if isinstance(facts, PersonFacts) and actor.employee_id == facts.employee_id:
        return Message("Nobody arranges their own posting, leave or clearance. Please ask a colleague in HR.")
    return None


def _may_enter_test(actor: Actor, facts: Facts) -> Message | None:
    """Results of a test: HR and the direct superior, but not one's own."""
    if isinstance(facts, PersonFacts):
        if actor.employee_id == facts.employee_id:
            return Message("Nobody enters their own test. Please ask HR or your superior.")
        if actor.employee_id is not None and actor.employee_id == facts.superior_id:
            return None
    return None if actor.has(HR) else Message("Results of tests are entered by HR or by the person's direct superior.")


def _may_calibrate(actor: Actor, facts: Facts) -> Message | None:
    if not actor.has(HR):
        return NEEDS_HR
    if isinstance(facts, ReviewFacts) and actor.employee_id == facts.employee_id:
        return Message("Nobody calibrates their own grade. Please ask a colleague in HR.")
    return None


def _may_approve(actor: Actor, facts: Facts) -> Message | None:
    if not actor.has(GENERAL_MANAGER, DEPUTY_APPROVER):
        return Message("Grades are approved by the general manager or another named approver.")
    if not isinstance(facts, ReviewFacts):
        return None
    if actor.employee_id == facts.employee_id:
        return Message("Nobody approves their own grade. Another named approver signs it.")
    if actor.employee_id in facts.scorers or actor.account_id in facts.adjusters:
        return Message("You scored this review yourself. Another named approver signs it.")
    if actor.account_id == facts.submitted_by or actor.account_id in facts.calibrators:
        return Message("You calibrated this grade. Another person approves it.")
    return None


def _may_manage_account(actor: Actor, facts: Facts) -> Message | None:
    """Who approves must not be impersonated by HR: a password link to such an account is the administrator's."""
    if not actor.has(ADMIN, HR):
        return NEEDS_HR
    powerful = isinstance(facts, AccountFacts) and not facts.roles.isdisjoint({GENERAL_MANAGER, DEPUTY_APPROVER, ADMIN})
    if powerful and not actor.has(ADMIN):
        return Message("This account approves grades or administers the system. Please ask an administrator.")
    return None


def _may_give_roles(actor: Actor, facts: Facts) -> Message | None:
    refused = _may_manage_account(actor, facts)
    if refused is None and isinstance(facts, AccountFacts) and facts.account_id == actor.account_id:
        return Message("Nobody changes their own roles. Please ask another administrator.")
    return refused


def _may_acknowledge(actor: Actor, facts: Facts) -> Message | None:
    if not isinstance(facts, ReviewFacts) or actor.employee_id != facts.employee_id:
        return Message("Only the person rated signs for a result.")
    return None if facts.released else Message("Your result is not released yet. You will be told when it is.")


def _may_sign_scheme(actor: Actor, facts: Facts) -> Message | None:
    if isinstance(facts, PersonFacts) and actor.employee_id is not None and actor.employee_id == facts.employee_id:
        return None
    return Message("Everybody signs for themselves to have read the scheme.")


def _may_file_appeal(actor: Actor, facts: Facts) -> Message | None:
    if not isinstance(facts, ReviewFacts) or actor.employee_id != facts.employee_id:
        return Message("Only the person rated appeals against a result.")
    return None if facts.released else Message("Your result is not released yet. You will be told when it is.")


def _may_see_appeal(actor: Actor, facts: Facts) -> Message | None:
    """An appeal: whose it is, and those who answer appeals or see that they are answered."""
    if not isinstance(facts, ReviewFacts):
        return NOT_YOURS
    own = actor.employee_id is not None and actor.employee_id == facts.employee_id
    return None if own or actor.has(HR, GENERAL_MANAGER, DEPUTY_APPROVER) else NOT_YOURS


def _may_answer_appeal(actor: Actor, facts: Facts) -> Message | None:
    """Somebody who neither scored nor calibrated the grade (scheme §8)."""
    if not actor.has(HR, GENERAL_MANAGER, DEPUTY_APPROVER) or not isinstance(facts, ReviewFacts):
        return Message("Appeals are answered by HR, the general manager or another named approver.")
    if actor.employee_id == facts.employee_id:
        return Message("Nobody answers their own appeal.")
    scored = actor.employee_id is not None and actor.employee_id in facts.scorers
    involved = scored or actor.account_id in facts.adjusters
    calibrated = actor.account_id == facts.submitted_by or actor.account_id in facts.calibrators
    if involved or calibrated:
        return Message("An appeal is answered by somebody who neither scored nor calibrated this grade.")
    return None


def _may_manage_review(actor: Actor, facts: Facts) -> Message | None:
    """Deadlines, hand-overs and omissions: HR, but not where they are the person rated."""
    if not actor.has(HR):
        return NEEDS_HR
    if isinstance(facts, ReviewFacts) and actor.employee_id == facts.employee_id:
        return Message("Nobody arranges their own review. Please ask a colleague in HR.")
    return None


def _may_ask_customers(actor: Actor, facts: Facts) -> Message | None:
    """Who is asked about somebody, by which link, and the answers one by one: HR, but neither who is rated nor the superior."""
    superior = facts.superior_id if isinstance(facts, ReviewFacts) else None
    if actor.has(HR) and superior is not None and actor.employee_id == superior:
        return Message("The superior neither chooses the customers nor reads their single answers. Please ask a colleague in HR.")
    return _may_manage_review(actor, facts)


def _may_return_review(actor: Actor, facts: Facts) -> Message | None:
    """Back to an earlier step: HR, the direct superior, or the approver who returns the grades.

    One's own goes back only with all the others, from the approver's desk.
    """
    if isinstance(facts, ReviewFacts) and actor.employee_id == facts.employee_id and facts.state not in SIGNED_STAGES:
        return Message("Nobody arranges their own review. Please ask a colleague in HR.")
    superior = facts.superior_id if isinstance(facts, ReviewFacts) else None
    in_line = superior is not None and actor.employee_id == superior
    if in_line or actor.has(GENERAL_MANAGER, DEPUTY_APPROVER):
        return None
    return _may_manage_review(actor, facts)


def _may_decide_action(actor: Actor, facts: Facts) -> Message | None:
    if not actor.has(HR):
        return NEEDS_HR
    if isinstance(facts, ReviewFacts) and actor.employee_id == facts.employee_id:
        return Message("Nobody decides what follows from their own grade. Please ask a colleague in HR.")
    return None


def _may_see_entry(actor: Actor, facts: Facts) -> Message | None:
    """A ledger entry and its evidence: author, who confirms, HR, approvers, and the person once it is shown."""
    if not isinstance(facts, EntryFacts) or actor.employee_id == facts.employee_id:
        shown = isinstance(facts, EntryFacts) and facts.shown
        return None if shown else Message("This entry is not shown to you yet. You will see it with the result.")
    author = actor.employee_id is not None and actor.employee_id in facts.confirmers | {facts.author_id}
    oversees = actor.has(HR, GENERAL_MANAGER, DEPUTY_APPROVER)
    return None if author or oversees else Message("This entry is about somebody else. Your own are under “My entries”.")


def _may_reply_to_entry(actor: Actor, facts: Facts) -> Message | None:
    if not isinstance(facts, EntryFacts) or actor.employee_id != facts.employee_id:
        return Message("Only the person whom an entry is about replies to it.")
    return _may_see_entry(actor, facts)


def _may_adjust_review(actor: Actor, facts: Facts) -> Message | None:
    """Commendations and offences in a period: HR, the superior and who scores; never on oneself."""
    if not isinstance(facts, ReviewFacts):
        return NOT_YOURS
    if actor.employee_id == facts.employee_id:
        return Message("Nobody records commendations or offences of their own. Please ask a colleague in HR.")
    rates = actor.employee_id is not None and actor.employee_id in facts.scorers | {facts.superior_id}
    return None if rates or actor.has(HR) else NEEDS_HR


def _may_keep_rulebook(actor: Actor, facts: Facts) -> Message | None:
    if not actor.has(HR):
        return NEEDS_HR
    if isinstance(facts, PersonFacts) and actor.employee_id == facts.employee_id:
        return Message("Nobody records rewards or sanctions of their own. Please ask a colleague in HR.")
    return None


RULES: dict[str, Rule] = {
    "use_own_desk": _everyone,
    "see_scheme": _everyone,
    "see_scheme_drafts": _roles(HR, GENERAL_MANAGER),
    "manage_schemes": _roles(HR),
    "try_scheme": _roles(HR, GENERAL_MANAGER),
    "sign_scheme": _may_sign_scheme,
    "see_people": _roles(HR, ADMIN),
    "import_data": _roles(HR),
    "manage_cycles": _roles(HR),
    "see_cycles": _roles(HR, GENERAL_MANAGER, DEPUTY_APPROVER),
    "see_calibration": _roles(HR, GENERAL_MANAGER, DEPUTY_APPROVER),
    "submit_for_approval": _roles(HR),
    "release": _roles(HR),
    "see_approval": _roles(GENERAL_MANAGER, DEPUTY_APPROVER),
    "see_actions": _roles(HR, GENERAL_MANAGER),
    "see_pay_list": _roles(HR, GENERAL_MANAGER),
    "edit_job_descriptions": _roles(HR),
    "see_incidents": _roles(HR, ADMIN),
    "see_mail": _roles(HR, ADMIN),
    "manage_accounts": _roles(ADMIN, HR),
    "manage_account": _may_manage_account,
    "give_roles": _may_give_roles,
    "see_review": _may_see_review,
    "see_result": _may_see_figures,
    "fill_form": _may_fill,
    "see_form": _may_see_form,
    "enter_kpi": _may_enter_kpi,
    "manage_career": _may_manage_career,
    "enter_test": _may_enter_test,
    "calibrate": _may_calibrate,
    "approve": _may_approve,
    "acknowledge": _may_acknowledge,
    "file_appeal": _may_file_appeal,
    "see_appeal": _may_see_appeal,
    "keep_holds": _roles(HR, ADMIN),
    "see_appeals": _roles(HR, GENERAL_MANAGER, DEPUTY_APPROVER),
    "answer_appeal": _may_answer_appeal,
    "decide_action": _may_decide_action,
    "manage_review": _may_manage_review,
    "ask_customers": _may_ask_customers,
    "return_review": _may_return_review,
    "see_entry": _may_see_entry,
    "reply_to_entry": _may_reply_to_entry,
    "adjust_review": _may_adjust_review,
    "see_rulebook": _roles(HR, GENERAL_MANAGER, DEPUTY_APPROVER),
    "keep_rulebook": _may_keep_rulebook,
    "redact_answers": _may_ask_customers,
    "export_answers": _roles(HR),
    "see_survey_results": _roles(HR, GENERAL_MANAGER, DEPUTY_APPROVER),
}


def may(actor: Actor, action: str, facts: Facts | None = None) -> Verdict:
    """Whether `actor` may do `action`, given the facts. The system itself may do anything.

    An unknown action is a fault of the program: KeyError.
    """
    if actor.has("system"):
        return Verdict(allowed=True)
    reason = RULES[action](actor, facts or NoFacts())
    return Verdict(allowed=reason is None, reason=reason)
