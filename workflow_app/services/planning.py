"""What a person's review will consist of: stages, forms, and who fills them (scheme §3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from states.errors import N_
from states.scheme.actors import WITHOUT_FORMS
from states.scheme.cycles import CycleKind, StageSpec
from workflow_app.models import Employee
from workflow_app.queries.roster import Roster

NO_CUSTOMERS = N_("No customers are on record for this person.")
NO_VP = N_("Nobody on the board is responsible for this person.")
NO_SUPERIOR = N_("This person has no superior.")
SCORED_BY_HEAD = N_("The head of the department scored this review directly.")
NO_PEERS = N_("Nobody else reports to the same superior.")
NO_REPORTS = N_("Nobody reports to this person.")
HAS_LEFT = N_("This person has left the company.")


@dataclass(frozen=True)
class PlannedForm:
    """A form and the employee who fills it; None: somebody has to be named."""

    form: str
    assignee_id: int | None


@dataclass(frozen=True)
class PlannedStage:
    """A stage of one review; `omitted` is the reason when it does not apply."""

    spec: StageSpec
    forms: tuple[PlannedForm, ...] = ()
    omitted: str | None = None


def plan_review(person: Employee, kind: CycleKind, roster: Roster) -> list[PlannedStage]:
    """The stages of a person's review in order; a stage whose form is not for this person is not there."""
    return list(_stages(person, kind, roster))


def lacking(plan: list[PlannedStage]) -> list[tuple[StageSpec, str]]:
    """The (stage, form) pairs of a plan that nobody can fill yet."""
    return [(stage.spec, form.form) for stage in plan for form in stage.forms if form.assignee_id is None]


def _stages(person: Employee, kind: CycleKind, roster: Roster) -> Iterator[PlannedStage]:
    for spec in kind.stages:
        form = spec.form_for(population=person.population, post=person.post)
        if spec.forms and form is None:
            continue
        omitted = _omission(spec, person, roster)
        if omitted:
            yield PlannedStage(spec, omitted=omitted)
        elif form is None or spec.actor == "customers" or spec.actor in WITHOUT_FORMS:
            yield PlannedStage(spec)
        else:
            fillers = _fillers(spec, person, roster)
            yield PlannedStage(spec, tuple(PlannedForm(form, roster.present(filler)) for filler in fillers))


def _omission(spec: StageSpec, person: Employee, roster: Roster) -> str | None:
    head = roster.head_of(person)
    unmet = {
        "always": None,
        "has_superior": None if person.superior_id else NO_SUPERIOR,
        "has_vp": None if person.vp_id else NO_VP,
        "has_customers": None if person.id in roster.serving else NO_CUSTOMERS,
        "scored_by_supervisor": None if head not in (None, person.superior_id) else SCORED_BY_HEAD,
    }
    if spec.actor == "self" and not roster.works(person):
        return HAS_LEFT
    if spec.actor == "peers" and not roster.peers_of(person):
        return NO_PEERS
    if spec.actor == "reports" and not roster.reports_of(person):
        return NO_REPORTS
    return unmet[spec.when]


def _fillers(spec: StageSpec, person: Employee, roster: Roster) -> list[int | None]:
    """Ids of those who fill the stage's form, one form each."""
    if spec.actor == "departments":
        others = {head for department, head in roster.heads().items() if department != person.department}
        return list[int | None](sorted(others - {person.id})) or [None]
    if spec.actor == "peers":
        return list[int | None](roster.peers_of(person))
    if spec.actor == "reports":
        return list[int | None](roster.reports_of(person))
    if spec.role:
        # Nobody rates themselves: about its own holder, HR names somebody else.
        holder = roster.holders.get(spec.role)
        return [None if holder == person.id else holder]
    return [
        {
            "self": person.id,
            "manager": person.superior_id,
            "vp": person.vp_id,
            "department_head": roster.head_of(person),
        }[spec.actor]
    ]
