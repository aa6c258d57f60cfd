"""Other versions of the built-in scheme: its file is read, changed, and written again (as JSON, which YAML takes in)."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW
from workflow_app.services.publishing import publish_scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflow_app.models import SchemeVersion

PEER_REVIEW: dict[str, Any] = {
    "code": "peer_review", "title": {"zh": "部门负责人意见", "en": "Word of the head"}, "actor": "department_head",
    "forms": [{"form": "confirmation"}], "days": 3,
}  # fmt: skip


def changed(change: Callable[[Any], object]) -> str:
    """The text of the built-in scheme after `change` worked on its values."""
    values = deepcopy(_builtin())
    change(values)
    return json.dumps(values, ensure_ascii=False)


@lru_cache(maxsize=1)
def _builtin() -> Any:
    return YAML(typ="safe").load(builtin_scheme_text())


def publish_changed(change: Callable[[Any], object]) -> SchemeVersion:
    """The next published version of the built-in scheme, changed."""
    return publish_scheme(changed(change), actor=SYSTEM, now=NOW)


def stages_of(values: Any, kind: str = "year_end") -> Any:
    """The list of a kind's stages."""
    return values["cycle_kinds"][kind]["stages"]


def stage_of(values: Any, code: str, kind: str = "year_end") -> Any:
    """One stage of a kind."""
    return next(stage for stage in stages_of(values, kind) if stage["code"] == code)


def insert_before(values: Any, code: str, stage: Any = None, kind: str = "year_end") -> None:
    """A further step before another one."""
    stages = stages_of(values, kind)
    stages.insert(stages.index(stage_of(values, code, kind)), stage or dict(PEER_REVIEW))


def leave_out(values: Any, code: str, kind: str = "year_end") -> None:
    """The kind without a step: the first part takes over its weight, and key figures that it gave are on record."""
    stage = stage_of(values, code, kind)
    stages_of(values, kind).remove(stage)
    asked = {use["form"] for use in stage.get("forms", ())}
    tables = (form for form in values["forms"].values() if form["kind"] == "kpi_table")
    for row in (row for table in tables for view in table["views"] for row in view["rows"]):
        if row.get("source", "records").partition(":")[0] in asked:
            row["source"] = "records"
    parts = values["cycle_kinds"][kind]["parts"]
    gone = [part for part in parts if part.get("stage") == code]
    for part in gone:
        parts.remove(part)
        parts[0]["weight"] += part["weight"]
