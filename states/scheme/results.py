"""Distribution, actions and the rules around them (scheme §5, §6, §8)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from states.scheme.base import Amount, BandCode, Code, Days, Figure, Part, Percent, Positive, Text, by_code

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Population(Part):
    """People ranked together; `upwards` is the population HR may merge it into."""

    code: Code
    title: Text
    upwards: Code | None = None


class Band(Part):
    """A grade. `share` in per cent or `rest`; `round_down` never rounds its seats up."""

    code: BandCode
    title: Text
    share: Percent | Literal["rest"]
    round_down: bool = False
    at_least: Amount | None = None
    below: Amount | None = None
    barred_by_sanction: bool = False
    coefficient: Amount = Decimal(1)


class Distribution(Part):
    """How totals become bands, best band first (scheme §5).

    `ties` says which band a group of equal totals across a cut gets: the better one, or the worse.
    """

    mode: Literal["off", "guided", "hard"] = "guided"
    bands: Annotated[tuple[Band, ...], Field(min_length=2, max_length=26)]
    ties: Literal["better_band", "worse_band"] = "better_band"
    small_under: Annotated[int, Field(ge=0, le=10_000)] = 20
    crowded_times: Positive = Decimal(2)
    titles: Code | None = None
    title_presets: dict[Code, dict[BandCode, Text]] = Field(default={})

    def band(self, code: str) -> Band | None:
        """The band with this code, or None."""
        return by_code(self.bands, code)

    def title_of(self, band: Band) -> Text:
        """The band's title under the chosen preset."""
        return self.title_presets.get(self.titles or "", {}).get(band.code, band.title)


class ActionWhen(Part):
    """When an action is proposed: in a band, among the top or the last places, or over a total."""

    bands: tuple[BandCode, ...] = ()
    top_percent: Percent | None = None
    last_percent: Percent | None = None
    over_total: bool = False


class ActionSpec(Part):
    """What follows from a grade, as a proposal (scheme §6).

    `on_list` names the list that it also stands on: of training needs, or of the talent pool.
    """

    kind: Code
    title: Text
    when: ActionWhen
    owner: Literal["hr", "manager", "general_manager"] = "hr"
    days: Days = 30
    needs: tuple[Literal["reason", "evidence", "improvement_plan", "consent"], ...] = ("reason",)
    on_list: Literal["training", "talent_pool"] | None = None

    @property
    def code(self) -> str:
        """The kind, under the name that codes go by."""
        return self.kind


class MinimumAnswers(Part):
    """How many answers a questionnaire needs to count, and to show comments and the split."""

    to_count: Annotated[int, Field(ge=1, le=1000)] = 3
    to_show: Annotated[int, Field(ge=1, le=1000)] = 5


def _written(value: object) -> object:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise PydanticCustomError("day", "a day such as 2026-05-01")
    return value


Day = Annotated[date, BeforeValidator(_written)]
Months = Annotated[int, Figure, Field(ge=1, le=600)]


class Calendar(Part):
    """Working days and windows, in working days.

    `holidays` gives the rule; days that the company adds to it stand in `extra_holidays` and
    `extra_workdays`.
    """

    holidays: Literal["china", "weekends_only"] = "china"
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+\-]+)*$")] = "Asia/Shanghai"
    extra_holidays: tuple[Day, ...] = ()
    extra_workdays: tuple[Day, ...] = ()
    appeal_days: Days = 7
    answer_days: Days = 15


class Retention(Part):
    """After how many months each kind of record may be erased; without a number it is kept."""

    drafts: Months | None = None
    mail: Months | None = None
    survey_answers: Months | None = None
    event_details: Months | None = None
    evidence: Months | None = None


class Role(Part):
    """A role that the scheme names for its stages (`actor: role:<code>`); HR says who holds it."""

    code: Code
    title: Text


class Rung(Part):
    """A step of a ladder of rewards or of sanctions."""

    code: Code
    title: Text
    bars_band: bool = False


class Rule(Part):
    """A clause of the rulebook and the rung that it leads to."""

    code: Code
    title: Text
    leads_to: Code
    item: Code | None = None
    bonus: Annotated[int, Field(ge=1, le=100)] | None = None


class Rulebook(Part):
    """Rewards and sanctions, lightest first; so many of a kind count as one of the next."""

    title: Text
    rewards: tuple[Rung, ...] = ()
    sanctions: tuple[Rung, ...] = ()
    of_a_kind: Annotated[int, Field(ge=2, le=12)] = 3
    fines: bool = False
    rules: tuple[Rule, ...] = ()
