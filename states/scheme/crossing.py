"""Faults between the sections that would only show once people are rated: who acts, what counts, what is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from states.errors import N_, Message
from states.scheme.actors import ACCOUNT_ROLES, SURVEYED, WITHOUT_FORMS, role_of
from states.scheme.reading import Path
from states.scheme.values import at, codes_of, entries, known, names_of, number, word

Found = Iterator[tuple[Path, Message]]
CLOSING = ("calibration", "approval", "release")
FORMLESS = N_("Nobody could finish this stage: it needs a form for “%(actor)s”.")
UNSIGNED = N_("Nobody could finish this stage: without a form the person rated only signs, once, at the end.")
UNMOVED = N_(
    "Nobody could finish this stage: “%(actor)s” acts in calibration, approval and release of a ranked kind. "
    "Write “role:hr” or another role, with a form."
)
RATED = frozenset({"deduction", "rating_card", "questionnaire"})


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _kind_of(values: dict[str, Any], form: Any) -> str | None:
    return word(at(values, "forms", form, "kind")) if isinstance(form, str) else None


def _stages(values: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    for kind, entry in entries(values, "cycle_kinds"):
        for place, stage in entries(entry, "stages"):
            yield ("cycle_kinds", kind, "stages", place), stage


def _forms_of(stage: Any) -> list[str | None]:
    return [word(at(use, "form")) for _, use in entries(stage, "forms")]


def actors(values: dict[str, Any]) -> Found:
    """Roles are declared; groups have a form, customers a questionnaire; who moves the cycle fills none."""
    roles = [*codes_of(values, "roles"), *sorted(ACCOUNT_ROLES)]
    for path, stage in _stages(values):
        actor = at(stage, "actor")
        if not isinstance(actor, str):
            continue
        yield from known((*path, "actor"), role_of(actor), roles)
        forms = _forms_of(stage)
        if actor in WITHOUT_FORMS and forms:
            yield (*path, "forms"), Message(
                "“%(actor)s” fills no forms. Leave “forms” out, or write “actor: role:%(actor)s”.", actor=actor
            )
        if (actor in SURVEYED or role_of(actor)) and not forms:
            yield path, Message("A stage of “%(actor)s” needs a form; it has none.", actor=actor)
        for nth, form in enumerate(forms if actor == "customers" else []):
            kind = _kind_of(values, form)
            if kind not in {None, "questionnaire"}:
                yield (*path, "forms", nth, "form"), Message(
                    "Customers answer a questionnaire; “%(found)s” is a %(kind)s.", found=form, kind=kind
                )


def one_survey(values: dict[str, Any]) -> Found:
    """Customers are asked once in a cycle: their links lead to one stage."""
    for kind, entry in entries(values, "cycle_kinds"):
        asked = [place for place, stage in entries(entry, "stages") if at(stage, "actor") == "customers"]
        for place in asked[1:]:
            yield ("cycle_kinds", kind, "stages", place, "actor"), Message(
                "Customers act in a second stage; allowed: one stage of customers in a kind of cycle."
            )


def groups(values: dict[str, Any]) -> Found:
    """What is shown needs at least as many answers as what counts; only groups have such numbers."""
    here: Path = ("minimum_answers",)
    said = number(at(values, *here, "to_count")), number(at(values, *here, "to_show"))
    count, show = Decimal(3) if said[0] is None else said[0], Decimal(5) if said[1] is None else said[1]
    yield from _too_few((*here, "to_show"), count, show)
    for path, stage in _stages(values):
        own = {key: number(at(stage, key)) for key in ("least_to_count", "least_to_show")}
        given = [key for key, value in own.items() if value is not None]
        if given and word(at(stage, "actor")) not in SURVEYED:
            yield (*path, given[0]), Message(
                "Only a group has “%(key)s”: %(allowed)s.", key=given[0], allowed=", ".join(sorted(SURVEYED))
            )
        elif given:
            least, shown = own["least_to_count"], own["least_to_show"]
            yield from _too_few((*path, given[-1]), count if least is None else least, show if shown is None else shown)


def _too_few(path: Path, count: Any, show: Any) -> Found:
    if show < count:
        yield path, Message(
            "Answers are shown from %(show)s on but count from %(count)s on; allowed: at least as many.", show=show, count=count
        )


def parts(values: dict[str, Any]) -> Found:
    """A part weighs one stage with a scored form, or one test that the kind carries."""
    for kind, entry in entries(values, "cycle_kinds"):
        here: Path = ("cycle_kinds", kind)
        listed = [((*here, "parts", place), part) for place, part in entries(entry, "parts")]
        for form, more in entries(entry, "parts_by_form"):
            listed += [((*here, "parts_by_form", form, place), part) for place, part in entries(more)]
        for path, part in listed:
            yield from _part(path, part, entry, values)
        for nth, test in entries(entry, "tests"):
            if _kind_of(values, test) not in {None, "test"}:
                yield (*here, "tests", nth), Message("“%(found)s” is no test.", found=test)
        if not listed and isinstance(entry, dict) and at(entry, "ranked") is not True:
            yield here, Message("A kind of cycle needs “parts”, unless it is ranked and only closes the year.")


def _part(path: Path, part: Any, kind: Any, values: dict[str, Any]) -> Found:
    stage, test = at(part, "stage"), at(part, "test")
    if isinstance(part, dict) and (stage is None) == (test is None):
        yield path, Message("A part needs one of “stage” and “test”.")
    if isinstance(test, str) and "test" in part:
        yield from known((*path, "test"), test, [str(one) for _, one in entries(kind, "tests")])
    found = next((one for _, one in entries(kind, "stages") if stage is not None and at(one, "code") == stage), None)
    if found is not None and not any(_kind_of(values, form) not in {None, "text", "test"} for form in _forms_of(found)):
        yield (*path, "stage"), Message("The stage “%(found)s” has no form that makes a score.", found=stage)


def sources(values: dict[str, Any]) -> Found:
    """A key figure's source is rated, and filled in the same kind of cycle."""
    for form, entry in entries(values, "forms"):
        for path, row in _rows(form, entry):
            source = str(at(row, "source") or "").partition(":")[0]
            kind = _kind_of(values, source)
            if kind is not None and kind not in RATED:
                yield path, Message("“%(found)s” is a %(kind)s; a source is a form that is rated.", found=source, kind=kind)
                continue
            for code, cycle in entries(values, "cycle_kinds"):
                used = {one for _, stage in entries(cycle, "stages") for one in _forms_of(stage)}
                if kind is not None and form in used and source not in used:
                    yield path, Message(
                        "“%(found)s” is filled in no stage of “%(kind)s”, where this table is used.", found=source, kind=code
                    )


def _rows(form: str | int, entry: Any) -> Iterator[tuple[Path, Any]]:
    for view, view_entry in entries(entry, "views"):
        for row, row_entry in entries(view_entry, "rows"):
            yield ("forms", form, "views", view, "rows", row, "source"), row_entry


def closing(values: dict[str, Any]) -> Found:
    """A ranked kind ends with calibration, approval and release, in this order; another has none of them."""
    for kind, entry in entries(values, "cycle_kinds"):
        codes = codes_of(entry, "stages")
        found = [code for code in codes if code in CLOSING]
        if at(entry, "ranked") is True and found != list(CLOSING):
            yield ("cycle_kinds", kind, "stages"), Message(
                "A ranked kind needs the stages %(allowed)s in this order; it has: %(found)s.",
                allowed=", ".join(CLOSING), found=", ".join(found) or "none",
            )  # fmt: skip
        elif found and at(entry, "ranked") is not True:
            yield ("cycle_kinds", kind), Message(
                "The stages %(found)s belong to a ranked kind. Write “ranked: true”, or leave them out.", found=", ".join(found)
            )


def finished(values: dict[str, Any]) -> Found:
    """Somebody can finish every stage: by a form, by a signature, or by moving the whole cycle."""
    for kind, entry in entries(values, "cycle_kinds"):
        listed, ranked = entries(entry, "stages"), at(entry, "ranked") is True
        codes = codes_of(entry, "stages")
        shown = codes.index("release") + 1 if "release" in codes else len(codes) - 1
        bare = [(place, stage) for place, stage in listed if isinstance(stage, dict) and not _forms_of(stage)]
        signs = [place for place, stage in bare if at(stage, "actor") == "self" and int(place) >= shown]
        for place, stage in bare:
            actor = word(at(stage, "actor"))
            if actor is None or (ranked and at(stage, "code") in CLOSING) or actor in SURVEYED or role_of(actor):
                continue  # the last two are told by `actors`
            if place not in signs[-1:]:
                fault = UNSIGNED if actor == "self" else UNMOVED if actor in WITHOUT_FORMS else FORMLESS
                yield ("cycle_kinds", kind, "stages", place), Message(fault, actor=actor)


def yearly(values: dict[str, Any]) -> Found:
    """Who is ranked is ranked for a year: the total is made of a whole year's records."""
    for kind, entry in entries(values, "cycle_kinds"):
        if at(entry, "ranked") is True and word(at(entry, "period")) not in {None, "year"}:
            yield ("cycle_kinds", kind, "period"), Message(
                "A ranked kind has the period “year”; this one has “%(found)s”.", found=at(entry, "period")
            )


def record_names(values: dict[str, Any]) -> Found:
    """A name in a workbook means one kind of record, and its periods are written in one way."""
    meant: dict[str, str] = {}
    shapes: dict[str, Any] = {}
    for kind, entry in entries(values, "cycle_kinds"):
        record, period = str(at(entry, "record_kind")), at(entry, "period")
        if period != shapes.setdefault(record, period):
            yield ("cycle_kinds", kind, "period"), Message(
                "“%(found)s” makes the same records as another kind, whose period is another.", found=record
            )
        for said in (at(entry, "title", "zh"), at(entry, "title", "en"), *(one for _, one in entries(entry, "also_called"))):
            name = (word(said) or "").casefold()
            if name and meant.setdefault(name, record) != record:
                yield ("cycle_kinds", kind), Message("“%(found)s” names two kinds of records.", found=said)


def calendar(values: dict[str, Any]) -> Found:
    """The time zone exists, and no day is both off and worked."""
    zone = at(values, "calendar", "time_zone")
    if isinstance(zone, str) and zone not in _zones():
        yield ("calendar", "time_zone"), Message(
            "“%(found)s” is no time zone; allowed: a name such as Asia/Shanghai or Europe/Berlin.", found=zone
        )
    off = {day for _, day in entries(values, "calendar", "extra_holidays") if isinstance(day, str)}
    for nth, day in entries(values, "calendar", "extra_workdays"):
        if isinstance(day, str) and day in off:
            yield ("calendar", "extra_workdays", nth), Message("%(found)s is a day off and a working day at once.", found=day)


def rulebook(values: dict[str, Any]) -> Found:
    """Rules lead to rungs, strike items that forms have, and give a bonus only as a reward, within its limits."""
    rewards, sanctions = codes_of(values, "rulebook", "rewards"), codes_of(values, "rulebook", "sanctions")
    items = {
        str(at(item, "code"))
        for form in names_of(values, "forms")
        for _, area in entries(values, "forms", form, "areas")
        for _, item in entries(area, "items")
    }
    most = number(at(values, "composition", "bonus", "most"))
    for nth, rule in entries(values, "rulebook", "rules"):
        here: Path = ("rulebook", "rules", nth)
        leads, bonus = at(rule, "leads_to"), number(at(rule, "bonus"))
        yield from known((*here, "leads_to"), leads, [*rewards, *sanctions])
        yield from known((*here, "item"), at(rule, "item"), sorted(items))
        if bonus is not None and leads in sanctions:
            yield (*here, "bonus"), Message("A sanction gives no bonus; leave it out.")
        elif bonus is not None and bonus > (10 if most is None else most):
            yield (*here, "bonus"), Message("The bonus is %(found)s; allowed: at most %(most)s.", found=bonus, most=most or 10)


def gates(values: dict[str, Any]) -> Found:
    """Behind a gate stand tests."""
    for place, gate in entries(values, "gates"):
        for nth, form in entries(gate, "forms"):
            if _kind_of(values, form) not in {None, "test"}:
                yield ("gates", place, "forms", nth), Message("“%(found)s” is no test.", found=form)


CHECKS: tuple[Callable[[dict[str, Any]], Found], ...] = (
    actors, one_survey, groups, parts, sources, closing, finished, yearly, record_names, calendar, rulebook, gates,
)  # fmt: skip
