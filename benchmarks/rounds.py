"""Pairs of product and floor, turn by turn in one run, so that both meet the same machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.company import answer
from benchmarks.servers import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.company import Subjects
    from benchmarks.servers import Server

FLOOR_TIMES = 4
"""A floor costs so little that more of it is sent to be measured as well."""
WARM = 5


@dataclass
class Case:
    """One kind of request and its floor."""

    name: str
    product: Callable[[], Call]
    floor: Call
    bytes: int = 0
    product_ms: list[float] = field(default_factory=list)
    floor_ms: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Product to floor, round by round."""
        return [mine / bare for mine, bare in zip(self.product_ms, self.floor_ms, strict=True)]

    def figures(self) -> dict[str, Any]:
        """Everything measured, and its span."""
        spans = {"product": self.product_ms, "floor": self.floor_ms, "ratio": self.ratios}
        kept = {key: value for key, value in asdict(self).items() if key in {"name", "bytes", "product_ms", "floor_ms"}}
        return kept | {name: span(values) for name, values in spans.items()}


def span(values: list[float]) -> dict[str, float]:
    """The least, the middle and the most."""
    return {"min": round(min(values), 3), "median": round(median(values), 3), "max": round(max(values), 3)}


def cases(who: Subjects, product: Server) -> list[Case]:
    """The pages, each beside a string of its own size, and the answer beside an INSERT."""
    pages = [
        Call("/", cookie=who.cookie),
        Call(who.team, cookie=who.cookie),
        Call(who.form, cookie=who.cookie),
        Call(who.questionnaire),
    ]
    names = ("home", "team table", "scoring form", "questionnaire page")
    found = [_page(name, call, len(product.send([call]))) for name, call in zip(names, pages, strict=True)]
    answers = _answers(who)
    found.append(Case("questionnaire answer", lambda: next(answers), Call("/insert", 303, form=next(answers).form)))
    return found


def _page(name: str, call: Call, size: int) -> Case:
    return Case(name, lambda: call, Call(f"/page/{size}"), size)


def _answers(who: Subjects) -> Iterator[Call]:
    """Answers of one customer after another; of all again, changed, once all have answered."""
    for turn in count():
        for token, number, answered in who.invitations:
            yield Call(f"/s/{token}", 303, form=answer(number, answered + turn))


def measure(
    found: list[Case], product: Server, floor: Server, *, rounds: int, requests: int, advance: Callable[[], object]
) -> None:
    """Fill the cases; who goes first changes from round to round."""
    for case in found:
        product.send([case.product() for _ in range(WARM)])
        floor.send([case.floor] * WARM)
    for number in range(rounds):
        for case in found:
            _pair(case, product, floor, requests, floor_first=number % 2 == 0)
            advance()


def _pair(case: Case, product: Server, floor: Server, requests: int, *, floor_first: bool) -> None:
    calls = [case.product() for _ in range(requests)]  # made before the clock runs
    bare = [case.floor] * (requests * FLOOR_TIMES)
    if floor_first:
        case.floor_ms.append(floor.cost(bare))
    case.product_ms.append(product.cost(calls))
    if not floor_first:
        case.floor_ms.append(floor.cost(bare))
