"""10,000 people whose total, band and actions are worked out again from their explanation alone."""

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from states.explaining.document import Source, documents
from states.grading import PersonYear, RecordValue, grade
from states.scheme import builtin_scheme
from tests.states.second_reading import recompute

COMPANIES, PEOPLE, YEAR = 40, 250, 2025
TIES = ("better_band", "worse_band")
POPULATIONS = ("front_line", "office", "management", "drivers")


def varied(rng):
    """The built-in scheme with other weights, pools, gaps, rounding, shares, lines, bars and actions."""
    scheme = builtin_scheme()
    return scheme.model_copy(
        update={
            "composition": varied_composition(rng, scheme.composition),
            "distribution": varied_distribution(rng, scheme.distribution),
            "actions": tuple(varied_action(rng, spec) for spec in scheme.actions),
        }
    )


def varied_composition(rng, rule):
    first = rng.randint(0, 60)
    second = rng.randint(0, 100 - first)
    parts = tuple(
        part.model_copy(
            update={
                "weight": Decimal(weight),
                "combine": rng.choice(["mean_of_means", "by_count"]),
                "required": part.required and rng.random() < 0.8,
                "flagged": rng.random() < 0.7,
                "pools": tuple(
                    pool.model_copy(update={"weigh": rng.choice(["equally", "by_days", "by_whole_months"])})
                    for pool in part.pools
                ),
            }
        )
        for part, weight in zip(rule.parts, (first, second, 100 - first - second), strict=True)
    )
    rounding = {"places": rng.randint(0, 2), "mode": rng.choice(["half_up", "half_even", "down"])}
    return rule.model_copy(
        update={
            "parts": parts,
            "missing": rng.choice(["renormalise", "renormalise", "no_total"]),
            "coverage": rule.coverage.model_copy(update={"least": rng.randint(0, 8)}),
            "rounding": rule.rounding.model_copy(update=rounding),
            "outstanding_over": Decimal(rng.choice(["100", "95", "98.5"])),
        }
    )


def varied_distribution(rng, spec):
    small = [Decimal(rng.choice(["5", "7.5", "10", "12.25"])) for _ in range(4)]
    shares = [small[0], small[1], "rest", small[2], small[3]]
    lines = {"A": ("at_least", rng.choice([None, "95", "90.5"])), "E": ("below", rng.choice([None, "60", "72"]))}
    lines |= {"B": ("at_least", rng.choice([None, "86"])), "D": ("below", rng.choice([None, "75"]))}
    bands = tuple(
        band.model_copy(
            update={
                "share": share,
                "round_down": rng.random() < 0.3 and band.code != "C",
                "barred_by_sanction": band.code in "AB",
            }
            | ({where[0]: Decimal(where[1])} if (where := lines.get(band.code)) and where[1] else {})
        )
        for band, share in zip(spec.bands, shares, strict=True)
    )
    mode = rng.choice(["guided", "guided", "hard", "off"])
    return spec.model_copy(update={"bands": bands, "mode": mode, "ties": rng.choice(TIES), "small_under": rng.choice([0, 20, 60])})


def varied_action(rng, spec):
    when = spec.when
    if when.top_percent is not None:
        when = when.model_copy(update={"top_percent": Decimal(rng.choice(["10", "12.5", "0.7"]))})
    if spec.kind == "training" and rng.random() < 0.5:
        when = when.model_copy(update={"last_percent": Decimal(rng.choice(["25", "7.5"])), "bands": ()})
    return spec.model_copy(update={"when": when})


def some_day(rng, first, last):
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def someone(rng, number):
    """A person of the year: joiners, leavers, missing parts, bonuses, and coarse scores so that many are level."""
    joined = some_day(rng, date(2025, 1, 1), date(2025, 10, 1)) if rng.random() < 0.2 else date(2019, 5, 6)
    left = some_day(rng, max(joined, date(2025, 4, 1)), date(2026, 2, 1)) if rng.random() < 0.12 else None
    level = rng.gauss(82, 8)

    def record(kind, period):
        step = rng.choice([Fraction(1), Fraction(1, 2), Fraction(1, 100)])
        score = min(max(Fraction(round(rng.gauss(level, 3) / float(step))) * step, Fraction(0)), Fraction(100))
        bonus = Fraction(rng.randint(1, 10)) if rng.random() < 0.03 else Fraction(0)
        return RecordValue(kind, period, score, bonus)

    records = [record("monthly_appraisal", f"2025-{m:02}") for m in range(1, 13) if rng.random() < 0.85]
    if rng.random() < 0.8:
        records += [record("weekly_inspection", f"2025-W{w:02}") for w in rng.sample(range(1, 53), rng.randint(0, 6))]
        records += [record("monthly_inspection", f"2025-{m:02}") for m in rng.sample(range(1, 13), rng.randint(0, 3))]
        records += [record("spot_check", f"2025-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}")] * rng.randint(0, 1)
    if rng.random() < 0.93:
        records.append(record("year_end", "2025"))
    return PersonYear(
        f"N{number:05}", rng.choice(POPULATIONS[:3]) if rng.random() < 0.97 else "drivers", joined, left, tuple(records),
        excluded="long_leave" if rng.random() < 0.02 else "", barred=rng.random() < 0.05,
    )  # fmt: skip


def level_people(rng, people):
    """Every eighth has the very records of somebody else, so that groups are tied on cuts."""
    return [
        PersonYear(p.employee_no, p.population, p.joined, p.left, rng.choice(people).records, p.excluded, p.barred)
        if index % 8 == 0
        else p
        for index, p in enumerate(people)
    ]


def band_told(band):
    """The band at the end of the steps that the explanation tells, from the one of the place alone."""
    steps = band.get("steps", [])
    return steps[-1]["to"] if steps else band.get("of_place")


def test_total_band_and_actions_come_out_of_the_explanation_alone():
    rng = random.Random(20251231)
    met = set()
    checked = 0
    for company in range(COMPANIES):
        scheme = builtin_scheme() if company % 5 == 0 else varied(rng)
        people = level_people(rng, [someone(rng, company * PEOPLE + n) for n in range(PEOPLE)])
        merges = {"drivers": "office"} | ({"front_line": "management"} if company % 3 == 0 else {})
        graded = grade(people, year=YEAR, scheme=scheme, merges=merges)
        for one, told in zip(graded, documents(people, graded, Source.of(scheme, "0" * 64, YEAR), merges), strict=True):
            found = recompute(json.loads(json.dumps(told)))
            assert found["total"] == one.total
            assert found["shown"] == (None if one.total_display is None else str(one.total_display))
            assert found["parts"] == dict(one.parts)
            assert found["months"] == one.months_counted
            assert (found["place"], found["band"]) == (one.rank, one.band)
            assert found["flags"] == list(one.flags)
            assert found["actions"] == list(one.actions)
            assert [a["kind"] for a in told["actions"] if a["follows"]] == list(one.actions)
            assert band_told(told["band"]) == one.band or one.band is None
            met |= set(one.flags)
            checked += 1
    assert checked == COMPANIES * PEOPLE == 10_000
    assert met >= {
        "tied_on_cut", "small_population", "above_line", "below_line", "barred", "left", "too_new", "excluded",
        "over_100", "no_year_end", "no_inspections",
    }  # fmt: skip


def test_a_changed_record_changes_what_comes_out():
    someone_else = PersonYear("1", "office", date(2019, 1, 1), None, (RecordValue("year_end", "2025", Fraction(169, 2)),))
    scheme = builtin_scheme()
    graded = grade([someone_else], year=YEAR, scheme=scheme)
    (told,) = documents([someone_else], graded, Source.of(scheme, "0" * 64, YEAR))

    told["records"][0]["score"] = "85"

    assert recompute(told)["total"] != graded[0].total
    assert told["total"]["exact"] == "169/2"
