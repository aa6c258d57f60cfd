"""The data behind a figure tell nothing of too few customers, in whatever shape they were kept."""

from states.explaining.shielding import shielded


def kept(group=None, **row):
    stage = {"stage": "customer_survey", "group": group} if group else {"stage": "manager_scoring", "filled": [{"rows": [row]}]}
    return {"value": "80", "stages": [stage]}


def group_of(made_of, **options):
    return shielded(made_of, shown=(), least=5, **options)["stages"][0]["group"]


def row_of(made_of, shown=()):
    return shielded(made_of, shown=shown, least=5)["stages"][0]["filled"][0]["rows"][0]


def test_below_the_least_to_count_not_even_the_number_is_told():
    told = group_of(kept({"count": 2, "least": 3, "value": None, "answered": 2, "left_out": {"skipped": 1}}))

    assert told == {"count": None, "least": 3, "value": None, "answered": None, "left_out": None}


def test_the_interval_is_told_from_as_many_answers_as_may_be_shown():
    assert group_of(kept({"count": 4, "least": 3, "value": "80", "interval": ["1", "2"]}))["interval"] is None
    assert group_of(kept({"count": 5, "least": 3, "value": "80", "interval": ["1", "2"]}))["interval"] == ["1", "2"]


def test_what_one_question_brought_to_a_key_figure_is_told_where_the_question_may_be_shown():
    made_of = kept(code="complaints", value="4", actual="88", target="80", source="survey:complaint")

    assert row_of(made_of) == {
        "code": "complaints", "value": "4", "target": "80", "source": "survey:complaint", "withheld": True
    }
    assert row_of(made_of, ["survey:complaint"])["actual"] == "88"


def test_figures_that_people_enter_and_whole_scores_stay():
    for source in ("entered", "records", "survey"):
        assert row_of(kept(code="k", value="4", actual="88", source=source))["actual"] == "88"


def test_what_was_kept_is_not_changed():
    made_of = kept({"count": 2, "least": 3, "value": None})

    group_of(made_of)

    assert made_of["stages"][0]["group"]["count"] == 2


def test_of_a_published_questionnaire_only_the_questions_that_were_published_are_told():
    items = [{"code": "speed", "value": "80"}, {"code": "courtesy", "value": "90"}]
    made_of = kept({"count": 6, "least": 3, "value": "85", "items": items})
    made_of["stages"][0]["form"] = {"code": "survey"}

    told = shielded(made_of, shown={"survey:courtesy"}, least=5, published="survey")["stages"][0]["group"]

    assert told["items"] == items[1:]
