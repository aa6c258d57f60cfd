"""Who may act in a stage: the fixed actors, and the roles that a scheme names itself (scheme §3)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

ACTORS = (
    "self", "manager", "department_head", "vp", "customers", "departments", "peers", "reports", "hr",
    "general_manager", "system",
)  # fmt: skip
ROLE = re.compile(r"role:([a-z][a-z0-9_]{0,39})")
ALLOWED = ", ".join(f"'{actor}'" for actor in ACTORS) + " or 'role:' and a role's code"
SURVEYED = frozenset({"customers", "departments", "peers", "reports"})
"""Groups: many answer, and a single answer is nobody's score."""
COLLEAGUES = SURVEYED - {"customers"}
"""Groups of employees, who are promised that only HR reads their answers one by one."""
WITHOUT_FORMS = frozenset({"hr", "general_manager", "system"})
"""Actors who move the whole cycle and fill no form; `role:hr` fills one."""
ACCOUNT_ROLES = frozenset({"hr", "general_manager", "deputy_approver"})
"""Roles that accounts have anyway: a stage may name them without the scheme declaring them."""


def _known(value: str) -> str:
    if value in ACTORS or ROLE.fullmatch(value):
        return value
    raise PydanticCustomError("actor", ALLOWED)


Actor = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"anyOf": [{"enum": list(ACTORS)}, {"type": "string", "pattern": f"^{ROLE.pattern}$"}]}),
]


def role_of(actor: str) -> str | None:
    """The role that an actor such as `role:finance` names, or None."""
    found = ROLE.fullmatch(actor)
    return found[1] if found else None
