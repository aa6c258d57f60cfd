"""The score of a questionnaire read a second time, from docs/surveys.md alone: nothing of `states` is used.

A form is plain data here: `levels`, `items` with `code`, `weight`, `reversed`, `when` ({question: value}), `method`.
Sums are kept as pairs of whole numbers, numerator and denominator, so that even the fractions are other code.
"""

from math import lcm


def as_pair(text):
    """A decimal as a numerator and a denominator."""
    whole, _, places = str(text).partition(".")
    return int(whole + places), 10 ** len(places)


def plus(a, b):
    common = lcm(a[1], b[1])
    return a[0] * (common // a[1]) + b[0] * (common // b[1]), common


def times(a, b):
    return a[0] * b[0], a[1] * b[1]


def over(a, b):
    return a[0] * b[1], a[1] * b[0]


def ratings_of(form, answer):
    """(rating, weight) of each question that was put, applied and was rated; and how many applied."""
    rated, applied, said = [], 0, {}
    for item in form["items"]:
        if any(said.get(question) != value for question, value in item.get("when", {}).items()):
            continue
        given = answer.get(item["code"], "")
        said[item["code"]] = given
        if given == "na":
            continue
        applied += 1
        if given != "":
            best, worst = max(form["levels"]), min(form["levels"])
            rated.append((best + worst - int(given) if item.get("reversed") else int(given), as_pair(item.get("weight", 1))))
    return rated, applied


def answer_mean(form, answer):
    """The mean of one answer, or why it does not count."""
    rated, applied = ratings_of(form, answer)
    if applied == 0:
        return None, "not_applicable"
    if not rated:
        return None, "skipped"
    if len(rated) * 100 < form["method"].get("least_answered", 0) * applied:
        return None, "too_little"
    total, weights = (0, 1), (0, 1)
    for value, weight in rated:
        total, weights = plus(total, times((value, 1), weight)), plus(weights, weight)
    return over(total, weights), ""


def survey_score(form, answers, least):
    """The score as a pair, None below the minimum; how many count; why the others do not."""
    means, why = [], {}
    for answer in answers:
        value, reason = answer_mean(form, answer)
        if value is None:
            why[reason] = why.get(reason, 0) + 1
        else:
            means.append(value)
    return (by_method(form, means) if len(means) >= least else None), len(means), why


def by_method(form, means):
    method, levels = form["method"], sorted(form["levels"])
    total = (0, 1)
    for value in means:
        total = plus(total, value)
    number, best, worst = (len(means), 1), (levels[-1], 1), (levels[0], 1)
    if method["name"] == "top_two_box":
        contented = [value for value in means if value[0] >= levels[-2] * value[1]]
        return len(contented) * 100, len(means)
    if method["name"] == "mean_minus_1_over_4":
        above = plus(over(total, number), (-worst[0], 1))
        return times(over(above, (best[0] - worst[0], 1)), (100, 1))
    if method["name"] == "shrunk":
        prior, weight = as_pair(method["prior"]), as_pair(method["weight"])
        return times(over(over(plus(total, times(prior, weight)), plus(number, weight)), best), (100, 1))
    return times(over(over(total, number), best), (100, 1))
