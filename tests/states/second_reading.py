"""The rules read a second time, from the scheme, the contract and docs/explanation.md alone: nothing of `states` is used.

`recompute(document)` works out total, band and actions from one person's explanation.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cache

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


def recompute(document):
    """What the document's person gets, by its inputs and rules only."""
    rules, person = document["rules"], document["person"]
    composition = rules["composition"]
    parts = {part["code"]: part_value(part, document["records"], person) for part in composition["parts"]}
    total = total_of(composition, parts)
    shown = None if total is None else show(total, composition["rounding"])
    months = sum(record["kind"] in composition["coverage"]["kinds"] for record in document["records"])
    flags = {f"no_{p['code']}" for p in composition["parts"] if parts[p["code"]] is None and p["flagged"]}
    out = outside(person, months, document["year"], composition["coverage"]["least"])
    over = shown is not None and Fraction(shown) > Fraction(composition["outstanding_over"])
    flags |= out | ({"over_100"} if over else set())
    found = {"parts": parts, "total": total, "shown": shown, "months": months, "band": None, "place": None}
    actions = []
    if shown is not None and not out:
        ranking = document["ranking"]
        place = ranking["above"] + 1
        band, more = band_of(place, ranking, Fraction(shown), person["barred"], rules["distribution"])
        flags |= more
        given = band if rules["distribution"]["mode"] != "off" else None
        counted = document["band"].get("final") or document["band"].get("calibrated") or given
        actions = [a["kind"] for a in rules["actions"] if follows(a, counted, place, ranking["n"], over)]
        found |= {"band": given, "place": place}
    return found | {"flags": sorted(flags), "actions": actions}


def outside(person, months, year, least):
    found = {"excluded"} if person["excluded"] else set()
    if person["left"] and person["left"] <= f"{year}-12-31":
        return found | {"left"}
    return found | ({"too_new"} if months < least else set())


def part_value(part, records, person):
    sums = []
    for pool in part["pools"]:
        weighed = [
            (Fraction(record["score"]) + Fraction(record["bonus"]), weight_of(record, person, pool["weigh"]))
            for record in records
            if record["kind"] in pool["kinds"]
        ]
        weight = sum(weight for _, weight in weighed)
        if weight:
            sums.append((sum(value * each for value, each in weighed), weight))
    if not sums:
        return None
    if part["combine"] == "by_count":
        return Fraction(sum(value for value, _ in sums)) / sum(weight for _, weight in sums)
    return sum(Fraction(value) / weight for value, weight in sums) / len(sums)


def weight_of(record, person, weigh):
    if weigh == "equally":
        return Fraction(1)
    return employed_share(record["first_day"], record["last_day"], person["joined"], person["left"], weigh == "by_days")


@cache
def days_of(first, last):
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


@cache
def employed_share(first, last, joined, left, by_days):
    """Days are told apart by their names, months by the names' first seven letters."""
    days = days_of(first, last)
    employed = [day for day in days if (not joined or day >= joined) and (not left or day <= left)]
    if by_days:
        return Fraction(len(employed), len(days))
    return Fraction(len({day[:7] for day in employed}), len({day[:7] for day in days}))


def total_of(composition, parts):
    missing = [part for part in composition["parts"] if parts[part["code"]] is None]
    if any(part["required"] for part in missing) or (missing and composition["missing"] == "no_total"):
        return None
    there = [(parts[p["code"]], Fraction(p["weight"])) for p in composition["parts"] if parts[p["code"]] is not None]
    weight = sum(each for _, each in there)
    return sum(value * each for value, each in there) / weight if weight else None


def show(value, rounding):
    """Long division first, so that a rounding mode sees the half, or what is beyond it."""
    step = 10 ** rounding["places"]
    whole, rest = divmod(abs(value.numerator) * step, value.denominator)
    beyond = Decimal(0) if not rest else Decimal("0.5") if 2 * rest == value.denominator else None
    if beyond is None:
        beyond = Decimal("0.75") if 2 * rest > value.denominator else Decimal("0.25")
    with localcontext() as context:
        context.prec = 60
        units = (Decimal(whole) + beyond).quantize(Decimal(1), rounding=MODES[rounding["mode"]])
        return str(((units if value >= 0 else -units) / step).quantize(Decimal("0.01")))


def seats_of(n, bands):
    shares = [None if band["share"] == "rest" else Fraction(band["share"]) / 100 for band in bands]
    rest = 1 - sum(share for share in shares if share is not None)
    ideal = [(rest if share is None else share) * n for share in shares]
    held = [one.numerator // one.denominator for one in ideal]
    odd = n - sum(held)
    queue = sorted(
        (place for place, band in enumerate(bands) if not band["round_down"]),
        key=lambda place: (-(ideal[place] - held[place]), place),
    )
    while odd:
        for place in queue[:odd]:
            held[place] += 1
            odd -= 1
    return held


def band_of(place, ranking, shown, barred, rule):
    bands = rule["bands"]
    held = seats_of(ranking["n"], bands)
    owners = [index for index, count in enumerate(held) for _ in range(count)]
    first, last = owners[place - 1], owners[place + ranking["tied"] - 2]
    at = {"better_band": first, "worse_band": last}[rule["ties"]]
    flags = {"small_population"} if ranking["n"] < rule["small_under"] else set()
    if first != last:
        flags.add("tied_on_cut")
    begun = at
    while at and bands[at]["below"] is not None and shown >= Fraction(bands[at]["below"]):
        at -= 1
    if at != begun:
        flags.add("above_line")
    while at + 1 < len(bands):
        if bands[at]["at_least"] is not None and shown < Fraction(bands[at]["at_least"]):
            flags.add("below_line")
        elif bands[at]["barred_by_sanction"] and barred:
            flags.add("barred")
        else:
            break
        at += 1
    return bands[at]["code"], flags


def follows(action, band, place, n, over):
    if action["over_total"] and over:
        return True
    if action["top_percent"] is not None and place <= places(n, action["top_percent"]):
        return True
    if action["last_percent"] is not None and place > n - places(n, action["last_percent"]):
        return True
    return band in action["bands"]


def places(n, percent):
    exact = n * Fraction(percent) / 100
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def review_value(told):
    """The score of a review from its `made_of` alone: forms, then stages, then the weights given."""
    there = []
    for stage in told["stages"]:
        value = stage_value(stage)
        assert value == (None if stage["value"] is None else Fraction(stage["value"])), stage["stage"]
        if value is not None and Fraction(stage["weight_given"]):
            there.append((value, Fraction(stage["weight_given"])))
    return sum(value * weight for value, weight in there) / sum(weight for _, weight in there) if there else None


def stage_value(stage):
    if "group" in stage:
        return None if stage["group"]["value"] is None else Fraction(stage["group"]["value"])
    if "filled" not in stage:
        return None if stage["value"] is None else Fraction(stage["value"])
    values = [form_value(stage["form"], filled["rows"]) for filled in stage["filled"]]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def form_value(form, rows):
    given = [(Fraction(row["value"]), row) for row in rows if row["value"] is not None]
    if form["kind"] == "deduction":
        for value, row in given:
            taken = sum(Fraction(entry["points"]) for entry in row.get("ledger", ()))
            assert value == max(Fraction(row["full"]) - taken, Fraction(0)) or not row.get("ledger")
        return sum(value for value, _ in given) / sum(Fraction(row["full"]) for row in rows) * 100
    if form["kind"] == "kpi_table":
        weights = [(kpi_points(row, form["thresholds"]), Fraction(row["weight"])) for _, row in given]
        weight = sum(each for _, each in weights)
        return sum(p * each for p, each in weights) / weight * Fraction(form["points_to_100"]) if weight else None
    if form["kind"] == "rating_card" and given:
        assert form["method"]["name"] == "mean_x20"
        weights = [Fraction(row["weight"]) for _, row in given]
        weighed = sum(value * weight for (value, _), weight in zip(given, weights, strict=True))
        return weighed / sum(weights) / max(form["levels"]) * 100
    return None


def kpi_points(row, thresholds):
    above, below = Fraction(row["actual"]), Fraction(row["target"])
    if row.get("less_is_better"):
        above, below = below, above
    if below <= 0:
        return max(line["points"] for line in thresholds["lines"])
    for line in thresholds["lines"]:
        if line["at_least"] is not None and above / below >= Fraction(line["at_least"]):
            return line["points"]
        if line["above"] is not None and above / below > Fraction(line["above"]):
            return line["points"]
    return thresholds["otherwise"]
