"""The report of a trial on a terminal, in either language."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from states.errors import N_
from states.exact import half_up
from states.trial.weighing import SHIFTS
from workflow_app.i18n import CATALOGUES, load_catalogue
from workflow_app.reasons import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from rich.console import Console

    from states.scheme import Text
    from states.trial import Change, PopulationTrial, Trial
    from states.trial.seating import Tie
    from states.trial.weighing import Shift

NONE = "—"
NAMED = 3


class Report:
    """What a trial found, as headings and tables."""

    def __init__(self, trial: Trial, names: Mapping[str, str], language: str) -> None:
        self.trial = trial
        self.names = names
        self.language = language
        self._words = load_catalogue(CATALOGUES, language)

    def say(self, sentence: str, **data: object) -> str:
        """A marked sentence in the report's language."""
        found = self._words.gettext(sentence)
        return found % data if data else found.replace("%%", "%")

    def print_on(self, console: Console) -> None:
        """Print all of it."""
        for piece in (*self._summary(), *self._changes()):
            console.print(piece)
        for population in self.trial.populations:
            for piece in self._population(population):
                console.print(piece)
        for piece in self._weights():
            console.print(piece)

    def _title(self, text: Text) -> str:
        return text.in_(self.language)

    def _who(self, number: str) -> str:
        return f"{self.names.get(number, '')} {number}".strip()

    def _table(self, *columns: str, figures: Iterable[str] = ()) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        right = set(figures)
        for column in columns:
            said = self.say(column)
            table.add_column(said, justify="right" if column in right else "left", no_wrap=column in right)
        return table

    def _heading(self, sentence: str) -> str:
        return f"\n[bold]{self.say(sentence)}[/]"

    def _summary(self) -> list[str]:
        trial = self.trial
        lines = [
            self.say(
                N_("“%(title)s”, tried on %(year)s: %(people)s people. Nothing is kept."),
                title=self._title(trial.draft.title), year=trial.year, people=len(trial.everybody),
            )
        ]  # fmt: skip
        if trial.against:
            differ = sum(one.difference not in {None, 0} for one in trial.everybody)
            lines.append(
                self.say(
                    N_("Beside “%(title)s”: %(bands)s people change band, %(totals)s have another total."),
                    title=self._title(trial.against.title), bands=len(trial.changes), totals=differ,
                )
            )  # fmt: skip
        return lines

    def _changes(self) -> list[str | Table]:
        if not self.trial.changes:
            return []
        band, before, after, more = N_("Band"), N_("Total before"), N_("Total by the trial"), N_("Difference")
        table = self._table(N_("Person"), N_("Population"), band, before, after, more, figures=(before, after, more))
        for one in self.trial.changes:
            table.add_row(*self._change(one))
        return [self._heading(N_("Who changes band")), table]

    def _change(self, one: Change) -> tuple[str, ...]:
        old = one.before.band if one.before else None
        totals = (one.before.total_display if one.before else None, one.after.total_display)
        return (
            self._who(one.employee_no), self._population_title(one.population), f"{old or NONE} → {one.after.band or NONE}",
            *(_shown(total) for total in totals), NONE if one.difference is None else f"{one.difference:+.2f}",
        )  # fmt: skip

    def _population_title(self, code: str) -> str:
        found = self.trial.draft.population(code)
        return self._title(found.title) if found else code

    def _population(self, one: PopulationTrial) -> list[str | Table]:
        said = self.say(N_("%(population)s: %(n)s of %(people)s people are ranked"),
                        population=self._population_title(one.code), n=one.n, people=one.people)  # fmt: skip
        pieces: list[str | Table] = [f"\n[bold]{said}[/]"]
        if one.unranked:
            reasons = [f"{self.say(OUTSIDE[reason])} {count}" for reason, count in one.unranked.items()]
            pieces.append(self.say(N_("Not ranked: %(reasons)s"), reasons=", ".join(reasons)))
        if one.n:
            pieces.append(self._seats(one))
        pieces += [self._tie(tie) for tie in one.ties]
        return pieces + self._near(one)

    def _tie(self, tie: Tie) -> str:
        return self.say(
            N_("Level on a cut at %(total)s (%(bands)s), all get %(given)s: %(people)s"),
            total=tie.total, bands="/".join(tie.bands), given=tie.given,
            people=", ".join(self._who(number) for number in tie.people),
        )  # fmt: skip

    def _seats(self, one: PopulationTrial) -> Table:
        columns = (N_("Share"), N_("Ideal"), N_("Whole"), N_("Remainder"), N_("Seats"), N_("People"))
        table = self._table(N_("Band"), *columns, figures=columns)
        for each in one.bands:
            seats = each.seats
            table.add_row(
                seats.band.code, f"{_plain(seats.share * 100)} %", _plain(seats.ideal), str(seats.floor),
                _plain(seats.remainder), str(seats.given), str(each.held),
            )  # fmt: skip
        return table

    def _near(self, one: PopulationTrial) -> list[str | Table]:
        if not one.near:
            return []
        total, distance = N_("Total"), N_("Points away")
        table = self._table(N_("Person"), total, N_("Band"), N_("Other band"), distance, figures=(total, distance))
        line = self.say(N_("line"))
        for each in one.near:
            other = each.other if each.line is None else f"{each.other} ({line} {each.line.normalize():f})"
            table.add_row(self._who(each.employee_no), _shown(each.total), each.band, other, _shown(each.distance))
        return [self.say(N_("Within %(points)s points of a cut:"), points=self.trial.within), table]

    def _weights(self) -> list[str | Table]:
        """One row a part: how many change band by each shift of its weight, and who at the smallest that moves anybody."""
        weight, shifts = N_("Weight"), [f"{by:+d}" for by in SHIFTS]
        table = self._table(N_("Part"), weight, *shifts, N_("Who first"), figures=(weight, *shifts))
        for effect in self.trial.weights:
            moved = {one.by: str(len(one.moved)) for one in effect.shifts}
            first = f"{effect.first.by:+d}: {self._first(effect.first)}" if effect.first else ""
            title, given = self._title(effect.part.title), _plain(Fraction(effect.part.weight))
            table.add_row(title, given, *(moved.get(by, NONE) for by in SHIFTS), first)
        told = self.say(N_("How many change band when a part’s weight is moved by so many points, the others scaled to make 100"))
        return [self._heading(N_("How far the bands depend on the weights")), told, table]

    def _first(self, one: Shift) -> str:
        named = [f"{self._who(m.employee_no)} {m.before or NONE} → {m.after or NONE}" for m in one.moved[:NAMED]]
        return ", ".join(named) + (" …" if len(one.moved) > NAMED else "")


def _shown(figure: Decimal | None) -> str:
    return NONE if figure is None else f"{figure:.2f}"


def _plain(value: Fraction) -> str:
    return f"{half_up(value):f}".rstrip("0").rstrip(".")
