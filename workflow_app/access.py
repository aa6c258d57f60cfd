"""Permissions at the edge: routes are marked with @allowed, services call require."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask_login import current_user, login_required

from states.errors import Message, Refusal
from states.permissions import RULES, Actor, Facts, HasRole, may

View = TypeVar("View", bound=Callable[..., Any])
ANONYMOUS = Actor(account_id=None, employee_id=None)


def current_actor() -> Actor:
    """The signed-in account as the rules see it."""
    return current_user.actor() if current_user.is_authenticated else ANONYMOUS


def require(actor: Actor, action: str, facts: Facts | None = None) -> None:
    """Refuse (kind `forbidden`, with the reason) what the rules do not allow."""
    verdict = may(actor, action, facts)
    if not verdict.allowed:
        raise Refusal(verdict.reason or Message("Your role does not include this. Please ask HR."), kind="forbidden")


def allowed(action: str) -> Callable[[View], View]:
    """Guard a route: signed in, and the role fits. What depends on a row is asked in the service."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> Any:
            if action in ROLE_ACTIONS:
                require(current_actor(), action)
            return view(*args, **kwargs)

        guarded: Any = login_required(asked)
        guarded.guarded_by = action  # read by the promise that every route is guarded
        return cast("View", guarded)

    return decorate


def public(view: View) -> View:
    """Mark a route that needs no account (sign-in, health, a customer's link), on purpose."""
    view.guarded_by = "public"  # type: ignore[attr-defined]
    return view


# These judge the role alone where no facts are handed in, and the row again in the service.
ROLE_FIRST = frozenset({"calibrate", "approve", "decide_action", "keep_rulebook"})
ROLE_ACTIONS = ROLE_FIRST | {name for name, rule in RULES.items() if isinstance(rule, HasRole)}
