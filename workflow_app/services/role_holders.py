"""Who holds the roles that a cycle's stages name: chosen by HR before the launch."""

from datetime import datetime

from states.errors import Message, Refusal
from states.permissions import Actor
from states.scheme.cycles import CycleKind
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Cycle, Employee
from workflow_app.queries.candidates import local_day
from workflow_app.services.advancing import kind_of
from workflow_app.services.events import record_event


def roles_of(kind: CycleKind) -> tuple[str, ...]:
    """The roles that the stages of a kind of cycle name, each once, in the scheme's order."""
    return tuple(dict.fromkeys(stage.role for stage in kind.stages if stage.role))


def choose_holder(cycle: Cycle, role: str, employee: Employee, *, actor: Actor, now: datetime) -> None:
    """Let an employee fill a role's forms in this cycle; said before the launch, which makes the forms.

    Refuses (conflict) a launched cycle, (invalid) a role that no stage names and somebody who has left.
    """
    require(actor, "manage_cycles")
    if cycle.state != "draft":
        raise Refusal(Message("The cycle is launched: hand the forms over one by one instead."), kind="conflict")
    if role not in roles_of(kind_of(cycle)):
        raise Refusal(Message("No step of this cycle names the role “%(role)s”.", role=role))
    if employee.left is not None and employee.left < local_day(cycle, now):
        raise Refusal(Message("%(name)s has left the company. Choose somebody who is still here.", name=employee.name))
    before = cycle.role_holders.get(role)
    cycle.role_holders = cycle.role_holders | {role: employee.id}
    db.session.flush()
    record_event(
        "cycle", cycle.id, "role_given", actor=actor, now=now, data={"role": role, "from": before, "to": employee.id}
    )
