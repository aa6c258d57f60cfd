"""What differs between two versions of a scheme, in words."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from flask import Blueprint, render_template, request

from states.errors import Message, Refusal
from states.permissions import may
from states.scheme import SchemeErrors
from states.scheme.difference import difference
from states.scheme.wording import title_of_key
from workflow_app.access import allowed, current_actor
from workflow_app.models import SchemeVersion
from workflow_app.queries.schemes import any_version, others_of
from workflow_app.schemes import read_scheme

blueprint = Blueprint("scheme_differences", __name__)
NO_SUCH = Message("There is no such published version of a scheme.")
FAULTY = Message("A draft with faults cannot be compared. Mend its faults first.")


@blueprint.get("/schemes/difference")
@allowed("see_scheme")
def page() -> str:
    old, new = (_version(request.args.get(name, 0, type=int)) for name in ("old", "new"))
    try:
        found = difference(read_scheme(old), read_scheme(new))
    except SchemeErrors:
        raise Refusal(FAULTY) from None
    sections = [
        (title_of_key("Scheme", str(key)), [(one.kind, one.message) for one in some])
        for key, some in groupby(found, key=lambda one: one.path[0] if one.path else "")
    ]
    others = [one for one in (old, *others_of(old)) if one.state != "draft" and one.id != new.id]
    return render_template(
        "scheme_versions/difference.html", old=old, new=new, sections=sections, counts=Counter(one.kind for one in found),
        others=sorted(others, key=lambda one: one.version or 0, reverse=True),
        sees_drafts=may(current_actor(), "see_scheme_drafts").allowed,
    )


def _version(number: int) -> SchemeVersion:
    """A version that was ever published; a draft for those who may see drafts."""
    found = any_version(number)
    hidden = found is not None and found.state == "draft" and not may(current_actor(), "see_scheme_drafts").allowed
    if found is None or hidden:
        raise Refusal(NO_SUCH, kind="not_found")
    return found
