"""What the sections and buttons of the scheme editor are called; the keys themselves have `states.scheme.wording`."""

from __future__ import annotations

from states.errors import N_
from states.scheme.wording import meaning_of_key, title_of_choice, title_of_key
from workflow_app.i18n import t

SECTION_TITLES = {
    "basics": N_("Basics"), "scales": N_("Scales"), "populations": N_("Populations and roles"), "forms": N_("Forms"),
    "kinds": N_("Cycle kinds and stages"), "total": N_("The year’s total"), "bands": N_("Bands"),
    "actions": N_("What follows"), "rules": N_("Calendar and minimums"), "rulebook": N_("Rulebook"),
    "posts": N_("Job descriptions"), "other": N_("Other"),
}  # fmt: skip

LABELS = {
    "FormUse.posts": N_("Only for posts"), "FormUse.populations": N_("Only for populations"),
    "CycleKind.parts": N_("Weights"), "CycleKind.parts_by_form": N_("Other weights for whoever is rated on"),
    "Band.share": N_("Share in % (or “rest”)"), "ActionSpec.kind": N_("Code"), "ActionSpec.when": N_("For whom"),
    "CycleKind.ranked": N_("Ends in bands"), "Scheme.cycle_kinds": N_("Cycle kinds"), "CycleKind.tests": N_("Tests it carries"),
    "FormUse.form": N_("Form"), "Scheme.minimum_answers": N_("Answers a questionnaire needs"),
}  # fmt: skip
"""Where the editor has room for plainer words than the one word for a key."""

SEVERAL = N_("Several with commas.")
HINTS = {
    "Scheme.code": N_("A short name; another one makes another scheme."),
    "FormUse.posts": N_("Several with commas; empty: for everyone."),
    "FormUse.populations": N_("None chosen: for everyone."),
    "also_called": SEVERAL, "posts": SEVERAL, "extra_workdays": SEVERAL,
}  # fmt: skip
EXPLAINED = frozenset({"items_of", "alongside", "small_under", "outstanding_over", "extra_holidays", "record_kind", "time_zone"})
"""Keys whose meaning stands beside them; the others' words say enough."""

ADD = {
    "purpose": N_("Add a purpose"), "principles": N_("Add a principle"), "scales": N_("Add a scale"),
    "levels": N_("Add a level"), "populations": N_("Add a population"), "roles": N_("Add a role"),
    "forms": N_("Add a form"), "texts": N_("Add a free text"), "areas": N_("Add an area"), "items": N_("Add an item"),
    "clauses": N_("Add a clause"), "views": N_("Add a view"), "rows": N_("Add a key figure"),
    "MatrixSpec.rows": N_("Add a row"), "questions": N_("Add a question"), "options": N_("Add an answer to choose"),
    "lines": N_("Add a line"),
    "sections": N_("Add a section"), "cycle_kinds": N_("Add a cycle kind"), "stages": N_("Add a stage"),
    "parts": N_("Add a part"), "parts_by_form": N_("Add other weights"), "pools": N_("Add a pool"),
    "bands": N_("Add a band"), "title_presets": N_("Add a wording"), "actions": N_("Add an action"),
    "rewards": N_("Add a reward"), "sanctions": N_("Add a sanction"), "rules": N_("Add a rule"), "gates": N_("Add a gate"),
    "job_descriptions": N_("Add a job description"),
}  # fmt: skip
ADD_ANY = N_("Add an entry")

SUMMARY = frozenset({
    "weight", "points", "days", "actor", "top_percent", "last_percent", "bands", "target", "leads_to", "posts", "populations",
})  # fmt: skip
"""What a closed entry says of itself."""


def label_of(model: str, name: str) -> str:
    """The words for a field of a model, in the reader's language; the key itself where nobody named it."""
    own = LABELS.get(f"{model}.{name}")
    words = t(own) if own else t(title_of_key(model, name)).replace("_", " ")
    return words[:1].upper() + words[1:]


def hint_of(model: str, name: str) -> str:
    """What else the person should know of a field, or nothing."""
    own = HINTS.get(f"{model}.{name}") or HINTS.get(name)
    if own:
        return t(own)
    return t(meaning_of_key(model, name)) if name in EXPLAINED else ""


def words_for(name: str, choice: str) -> str:
    """The words for one of a field's fixed choices; a choice without words stands as in the file."""
    return t(title_of_choice(name, choice)) or choice
