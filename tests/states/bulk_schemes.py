"""Random schemes and people for the tests of the fast path: every option, every gap."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from states.composition import RecordValue
from states.grading import PersonYear
from states.scheme import Text, builtin_scheme
from states.scheme.composition import Composition, CompositionPart, Coverage, Pool, Rounding
from states.scheme.results import ActionSpec, ActionWhen, Band, Distribution

YEAR = 2025
TITLE = Text(zh="题", en="Title")
PERIODS = {
    "weekly": ["2025-W01", "2025-W07", "2025-W30", "2025-W52"],
    "spot": ["2025-03-30", "2025-03-31", "2025-07-09"],
    "monthly": [f"2025-{month:02d}" for month in range(1, 13)],
    "quarterly": ["2025-Q1", "2025-Q2", "2025-Q4"],
    "halves": ["2025-H1", "2025-H2"],
    "yearly": ["2025"],
}
KINDS = sorted(PERIODS)
POPULATIONS = ["front_line", "office", "management"]
BASE = builtin_scheme()


def some_kinds(least):
    return st.lists(st.sampled_from(KINDS), min_size=least, max_size=3).map(tuple)  # a kind may stand there twice


def part(code, weight, *kinds, weigh="equally", combine="mean_of_means"):
    """A part with a pool for each kind."""
    pools = tuple(Pool(code=f"of_{kind}", title=TITLE, kinds=(kind,), weigh=weigh) for kind in kinds)
    return CompositionPart(code=code, title=TITLE, weight=weight, pools=pools, combine=combine)


def simple(*parts, rounding=None, over=Decimal(100)):
    """The shipped scheme with another composition, which everybody is covered by."""
    composition = Composition(title=TITLE, parts=parts, rounding=rounding or Rounding(), outstanding_over=over)
    return BASE.model_copy(update={"composition": composition})


def figures(least, most, places=6):
    return st.decimals(least, most, places=places, allow_nan=False, allow_infinity=False)


# On and right beside the totals that people often have.
beside = st.sampled_from([Decimal(text) for text in ("59.999", "60", "60.001", "79.995", "80", "80.001", "90", "90.0001")])
weights = st.one_of(st.sampled_from([Decimal(0), Decimal(20), Decimal("33.333333")]), figures(0, 100))


@st.composite
def parts(draw, place):
    weigh = st.sampled_from(["equally", "by_days", "by_whole_months"])
    pools = tuple(
        Pool(code=f"pool_{nth}", title=TITLE, kinds=draw(some_kinds(1)), weigh=draw(weigh))
        for nth in range(draw(st.integers(1, 3)))
    )
    return CompositionPart(
        code=f"part_{place}", title=TITLE, weight=draw(weights), pools=pools,
        combine=draw(st.sampled_from(["mean_of_means", "by_count"])),
        required=draw(st.booleans()), flagged=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def compositions(draw):
    return Composition(
        title=TITLE,
        parts=tuple(draw(parts(place)) for place in range(draw(st.integers(1, 4)))),
        missing=draw(st.sampled_from(["renormalise", "renormalise", "no_total"])),
        coverage=Coverage(kinds=draw(some_kinds(0)), least=draw(st.integers(0, 2))),
        rounding=Rounding(
            places=draw(st.integers(0, 2)), mode=draw(st.sampled_from(["half_up", "half_even", "down"]))
        ),
        outstanding_over=draw(st.one_of(beside, figures(50, 100))),
    )  # fmt: skip


@st.composite
def distributions(draw):
    count = draw(st.integers(2, 5))
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=count - 1, max_size=count - 1)))
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    rest = draw(st.one_of(st.none(), st.integers(0, count - 1)))
    sure = draw(st.integers(0, count - 1))
    lines = st.one_of(st.none(), st.none(), beside, figures(60, 100, 3))
    bands = tuple(
        Band(
            code="ABCDE"[place], title=TITLE, share="rest" if place == rest else Decimal(share),
            round_down=place != sure and draw(st.booleans()),
            at_least=draw(lines), below=draw(lines), barred_by_sanction=draw(st.booleans()),
        )
        for place, share in enumerate(shares)
    )  # fmt: skip
    mode = draw(st.sampled_from(["guided", "hard", "off"]))
    ties = draw(st.sampled_from(["better_band", "worse_band"]))
    return Distribution(mode=mode, bands=bands, ties=ties, small_under=draw(st.integers(0, 8)))


@st.composite
def actions(draw, place):
    when = ActionWhen(
        bands=tuple(draw(st.lists(st.sampled_from("ABCDE"), unique=True, max_size=2))),
        top_percent=draw(st.one_of(st.none(), figures(0, 100, 2))),
        last_percent=draw(st.one_of(st.none(), figures(0, 100, 2))),
        over_total=draw(st.booleans()),
    )
    return ActionSpec(kind=f"action_{place}", title=TITLE, when=when)


@st.composite
def schemes(draw):
    return BASE.model_copy(
        update={
            "composition": draw(compositions()),
            "distribution": draw(distributions()),
            "actions": tuple(draw(actions(place)) for place in range(draw(st.integers(0, 3)))),
        }
    )


merges = st.sampled_from([{}, {"office": "front_line"}, {"office": "management", "management": "front_line"},
                          {"front_line": "everybody", "office": "everybody"}])  # fmt: skip

# Few different scores make many ties; quarters and eighths make totals that end in exactly half a hundredth.
scores = st.one_of(
    st.sampled_from([Fraction(80), Fraction(90), Fraction("80.01"), Fraction("80.005"), Fraction(0)]),
    st.integers(0, 800).map(lambda eighths: Fraction(eighths, 8)),
    st.integers(6000, 10000).map(lambda hundredths: Fraction(hundredths, 100)),
)
odd_scores = st.one_of(scores, st.sampled_from([Fraction(253, 3), Fraction(-1, 7), Fraction("0.000001")]))


@st.composite
def records(draw, score):
    kind = draw(st.sampled_from(KINDS))
    bonus = draw(st.sampled_from([Fraction(0)] * 4 + [Fraction(1), Fraction(10)]))
    return RecordValue(kind, draw(st.sampled_from(PERIODS[kind])), draw(score), bonus)


days = st.one_of(st.none(), st.integers(0, 420).map(lambda day: date(2024, 12, 1) + timedelta(day)))


@st.composite
def people(draw, most=9):
    """Some people; now and then one with a score that no array holds."""
    score = draw(st.sampled_from([scores, scores, odd_scores]))
    return [
        PersonYear(
            f"E{place}", draw(st.sampled_from(POPULATIONS)), draw(days), draw(days),
            tuple(draw(st.lists(records(score), max_size=9))),
            draw(st.sampled_from(["", "", "", "long_leave"])), draw(st.booleans()),
        )
        for place in range(draw(st.integers(0, most)))
    ]  # fmt: skip
