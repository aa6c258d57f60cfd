"""Distribution, actions and the rules around them (scheme §5, §6, §8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from states.scheme.base import Amount, BandCode, Code, Days, Part, Percent, Positive, Text, by_code


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
    """How totals become bands, best band first (scheme §5)."""

    mode: Literal["off", "guided", "hard"] = "guided"
    bands: Annotated[tuple[Band, ...], Field(min_length=2, max_length=26)]
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
    """When an action is proposed: in a band, among the top places, or over a total."""

    bands: tuple[BandCode, ...] = ()
    top_percent: Percent | None = None
    over_total: bool = False


class ActionSpec(Part):
    """What follows from a grade, as a proposal (scheme §6)."""

    kind: Code
    title: Text
    when: ActionWhen
    owner: Literal["hr", "manager", "general_manager"] = "hr"
    days: Days = 30
    needs: tuple[Literal["reason", "evidence", "improvement_plan", "consent"], ...] = ("reason",)

    @property
    def code(self) -> str:
        """The kind, under the name that codes go by."""
        return self.kind


class MinimumAnswers(Part):
    """How many answers a questionnaire needs to count, and to show comments and the split."""

    to_count: Annotated[int, Field(ge=1, le=1000)] = 3
    to_show: Annotated[int, Field(ge=1, le=1000)] = 5


class Calendar(Part):
    """Working days and windows, in working days."""

    holidays: Literal["china", "weekends_only"] = "china"
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+\-]+)*$")] = "Asia/Shanghai"
    appeal_days: Days = 7
    answer_days: Days = 15


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
