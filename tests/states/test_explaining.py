"""The band in sentences, the conditions of actions, and what a review's score came from."""

from decimal import Decimal
from fractions import Fraction

import pytest

from states.explain import explain_total
from states.explaining.following import following
from states.explaining.place import Place, band_path, seat_table
from states.explaining.review import review_detail
from states.explaining.rules import rules_of
from states.explaining.saying import band_sentences
from states.explaining.tree import review_tree, with_reviews
from states.grading import PersonYear, RecordValue, grade
from states.scheme import builtin_scheme
from states.year_end import Filled, score_review
from tests.states.second_reading import review_value

SCHEME = builtin_scheme()
KIND = SCHEME.cycle_kinds["year_end"]


def with_bands(**changes):
    """The built-in scheme, some of its bands changed, and other fields of the distribution under `spec`."""
    spec = changes.pop("spec", {})
    bands = tuple(b.model_copy(update=changes.get(b.code, {})) for b in SCHEME.distribution.bands)
    return SCHEME.model_copy(update={"distribution": SCHEME.distribution.model_copy(update={"bands": bands} | spec)})


def told(place, total, scheme=SCHEME):
    path = band_path(place, Decimal(total), scheme.distribution)
    return [str(one) for one in band_sentences(place, path, scheme)]


def test_a_plain_place_is_told_with_its_seats():
    assert told(Place("office", "office", ("office",), 40, 5), "88.00") == [
        "40 people were ranked together; 5 of them have a better total: place 6.",
        "Place 6 is one of the seats of band B.",
    ]
    assert [(one.band.code, one.given, one.first, one.last) for one in seat_table(40, SCHEME.distribution)] == [
        ("A", 2, 1, 2), ("B", 8, 3, 10), ("C", 20, 11, 30), ("D", 8, 31, 38), ("E", 2, 39, 40),
    ]  # fmt: skip


@pytest.mark.parametrize(("ties", "band"), [("better_band", "A"), ("worse_band", "B")])
def test_a_tie_over_a_cut_says_which_band_all_of_them_get(ties, band):
    scheme = with_bands(spec={"ties": ties})

    said = told(Place("office", "office", ("office",), 40, 1, tied=3), "95.00", scheme)

    assert said[1:] == [
        "3 people have this very total and stand at this place together.",
        f"Together they reach over the bands A/B, and all of them get {band}.",
    ]


def test_merged_and_small_populations_say_so():
    said = told(Place("front_line", "office", ("front_line", "office"), 13, 3), "80.00")

    assert said[1].startswith("They come from several populations, ranked as one:")
    assert said[-1] == "Fewer than 20 people were ranked, so the bands are advice."


@pytest.mark.parametrize(
    ("changes", "place", "total", "last"),
    [
        ({"A": {"at_least": Decimal(90)}}, Place("o", "o", ("o",), 40, 0), "89.99", "Band A asks for a total of at least 90: B."),
        ({"E": {"below": Decimal(60)}}, Place("o", "o", ("o",), 40, 39), "60.00",
         "Band E is for totals below 60, which this total is not: D."),
        ({}, Place("o", "o", ("o",), 40, 0, barred=True), "99.00", "A standing sanction bars band A: B."),
        ({"B": {"below": Decimal(90)}}, Place("o", "o", ("o",), 40, 4, barred=True), "95.00", "A standing sanction bars band A: B."),
        ({"spec": {"mode": "off"}}, Place("o", "o", ("o",), 40, 0), "99.00", "This scheme gives no bands."),
    ],
)
def test_each_step_from_the_place_to_the_band_is_told(changes, place, total, last):
    assert told(place, total, with_bands(**changes))[-1] == last


def test_each_condition_is_told_with_its_figures_met_or_not():
    place = Place("office", "office", ("office",), 40, 2)

    found = {one.spec.kind: one for one in following(place, "B", Decimal("99.35"), ["over_100"], SCHEME)}

    words = {kind: [str(one.words) for one in each.conditions] for kind, each in found.items()}
    assert words["award"] == ["Place 3 is one of the first 4 of 40: the top 10 %."]
    assert words["honour"] == ["The total 99.35 is not over 100."]
    assert words["training"] == ["It goes with band D/E; band B was given."]
    assert [kind for kind, each in found.items() if each.follows] == ["award", "talent_pool"]


def test_last_places_are_a_condition_too():
    last = tuple(
        one.model_copy(update={"when": one.when.model_copy(update={"bands": (), "last_percent": Decimal(25)})})
        for one in SCHEME.actions
        if one.kind == "training"
    )
    scheme = SCHEME.model_copy(update={"actions": last})

    said = [
        (one.follows, str(one.conditions[0].words))
        for above in (29, 30)
        for one in following(Place("o", "o", ("o",), 40, above), "D", Decimal(70), [], scheme)
    ]

    assert said == [
        (False, "Place 30 is not one of the last 10 of 40: the last 25 %."),
        (True, "Place 31 is one of the last 10 of 40: the last 25 %."),
    ]


def test_who_is_excluded_or_not_ranked_has_nothing_to_follow():
    place = Place("office", "office", ("office",), 40, 0)

    assert {one.held_back for one in following(place, "A", Decimal(99), ["excluded"], SCHEME)} == {"excluded"}
    assert {one.held_back for one in following(None, None, None, [], SCHEME)} == {"not_ranked"}
    assert not any(one.follows for one in following(place, "A", Decimal(101), ["excluded"], SCHEME))


def manager_review(answers=5):
    form = SCHEME.forms["kpi_customer_service"]
    rows = {row.code: {"actual": "104" if row.less_is_better else "88", "target": "100"} for row in form.rows if not row.source_form}
    card = {item.code: "4" for item in SCHEME.forms["vp_card_management"].items}
    survey = {item.code: "4" for item in SCHEME.forms["customer_questionnaire"].items} | {"comment": "不要外传"}
    filled = [Filled("manager_scoring", form.code, rows), Filled("vp_feedback", "vp_card_management", card)]
    filled += [Filled("customer_survey", "customer_questionnaire", survey)] * answers
    who = {"population": "management", "post": "客户服务经理"}
    score = score_review(filled, scheme=SCHEME, kind=KIND, **who)
    return score, review_detail(score, SCHEME, KIND, period="2025", **who)


def test_a_key_figure_table_is_recomputed_from_its_rows():
    score, detail = manager_review()

    assert review_value(detail) == score.value
    rows = {row["code"]: row for row in detail["stages"][0]["filled"][0]["rows"]}
    assert rows["external_satisfaction"]["actual"] == "80"
    assert rows["internal_satisfaction"]["value"] is None
    assert "no_actual:internal_satisfaction" in detail["flags"]


def test_what_enters_through_a_row_is_told_beside_as_a_group():
    _, detail = manager_review()

    beside = {one["stage"]: one for one in detail["stages"] if one["weight_given"] == "0"}
    told = beside["customer_survey"]["group"]
    items = told.pop("items")
    assert told == {"count": 5, "least": 3, "value": "80", "answered": 5, "left_out": {}}
    assert {one["value"] for one in items} == {"80"}
    assert "不要外传" not in repr(detail)


def test_a_key_figure_says_where_its_actual_comes_from():
    score, detail = manager_review()
    written = {row.code: row.source for row in SCHEME.forms["kpi_customer_service"].rows}

    scored = next(one for one in detail["stages"] if one["stage"] == "manager_scoring")
    views = next(one for one in review_tree(score, SCHEME, KIND).children if one.code == "manager_scoring").children

    assert {row["code"]: row["source"] for row in scored["filled"][0]["rows"]} == written
    assert {row.code: row.source for view in views for row in view.children} == written
    assert set(written.values()) >= {"entered", "records", "customer_questionnaire"}
    card = next(one for one in detail["stages"] if one["stage"] == "vp_feedback")
    assert all("source" not in row for row in card["filled"][0]["rows"])


def test_the_rules_hold_the_limits_of_commendations_what_bands_are_worth_and_when_the_top_is_crowded():
    rules = rules_of(with_bands(A={"coefficient": Decimal("1.25")}, spec={"crowded_times": Decimal("1.5")}))

    assert rules["composition"]["bonus"] == {"least": 1, "most": 10, "most_a_period": 10}
    assert [band["coefficient"] for band in rules["distribution"]["bands"]][:2] == ["5/4", "6/5"]
    assert rules["distribution"]["crowded_times"] == "3/2"


def test_records_lead_down_into_reviews_by_kind_and_period():
    score, _ = manager_review()
    records = (RecordValue("monthly_appraisal", "2025-07", Fraction(90)), RecordValue("year_end", "2025", Fraction(80)))
    person = PersonYear("1", "management", None, None, records)
    (graded,) = grade([person], year=2025, scheme=SCHEME)
    tree = with_reviews(explain_total(graded, person, SCHEME), {("year_end", "2025"): review_tree(score, SCHEME, KIND)})

    parts = {child.code: child for child in tree.children}
    assert [child.children for child in parts["monthly"].children] == [()]
    (year,) = parts["year_end"].children
    assert [child.code for child in year.children] == ["finance", "customer", "process", "learning"]


def staff_review(*answers, asked=9):
    filled = [Filled("customer_survey", "customer_questionnaire", one) for one in answers]
    who = {"population": "front_line", "post": "客服专员"}
    score = score_review(filled, scheme=SCHEME, kind=KIND, asked={"customer_survey": asked}, **who)
    told = review_detail(score, SCHEME, KIND, period="2025", **who)
    node = next(one for one in review_tree(score, SCHEME, KIND).children if one.code == "customer_survey")
    return node, next(one for one in told["stages"] if one["stage"] == "customer_survey")["group"]


def test_the_tree_tells_the_method_and_how_many_were_asked_answered_and_counted():
    node, group = staff_review(*[{"overall": "4", "speed": "5"}] * 4, {"overall": "5"}, *[{"overall": "na"}] * 5, asked=12)

    assert [one.title.en for one in node.children] == [
        "Method: mean of the answers ÷ best level × 100", "12 asked, 10 answered, 5 counted, 3 needed",
        "Not counted, no rating given: 5", "95 % interval: 86.45–97.55 (for orientation)",
    ]  # fmt: skip
    assert (group["left_out"], group["interval"]) == ({"skipped": 5}, ["86.45", "97.55"])
    assert "items" not in group


def test_below_the_minimum_the_tree_tells_no_number():
    node, _ = staff_review({"overall": "4"}, {"overall": "5"})

    assert node.value is None
    assert [one.title.en for one in node.children][1:] == ["9 asked, fewer than the 3 needed were counted"]
    assert "2" not in node.title.en


@pytest.mark.parametrize(("answers", "split"), [
    ([{"overall": "4", "speed": "5"}] * 5, {"Overall satisfaction": 80, "Speed of response": 100}),
    ([{"overall": "4", "speed": "5"}] * 4, {}),
    ([{"overall": "4", "speed": "5"}] * 5 + [{"overall": "4"}], {}),
    ([{"overall": "4", "speed": "5"}] * 5 + [{"overall": "na"}], {}),
])  # fmt: skip
def test_the_split_by_item_is_told_only_of_the_very_people_of_the_score(answers, split):
    node, _ = staff_review(*answers)

    assert {one.title.en: one.value for one in node.children if one.code} == split


def test_a_key_figure_that_customers_bring_leads_down_to_their_answers():
    score, _ = manager_review()

    table = next(one for one in review_tree(score, SCHEME, KIND).children if one.code == "manager_scoring")
    row = next(row for view in table.children for row in view.children if row.code == "external_satisfaction")
    assert [one.title.en for one in row.children][:2] == [
        "Method: mean of the answers ÷ best level × 100", "5 answered, 5 counted, 3 needed",
    ]  # fmt: skip
