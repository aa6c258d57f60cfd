"""Groups of raters, tests as parts, ties and last places: what a stage, a part and an action may say."""

from fractions import Fraction

import pytest

from states.actions import proposals
from states.distribution import Standing, distribute, is_among_last
from states.scheme import SchemeErrors, builtin_scheme, builtin_scheme_text, load_scheme
from states.scheme.actors import ACTORS, role_of
from states.year_end import Filled, score_review

TEXT = builtin_scheme_text()
SCHEME = builtin_scheme()
SPOT = "    period: day\n    record_kind: spot_check\n    stages:\n"
PEERS = """      - code: peer_view
        title: {zh: 同事互评, en: Peer view}
        actor: peers
        forms: [{form: vp_card_staff}]
        days: 5
        alongside: true
        overdue: omit
        least_to_count: 2
        least_to_show: 4
"""
OLD_PARTS = "    parts: [{stage: inspection, weight: 100}]\n  monthly_appraisal:"
NEW_PARTS = """    tests: [theory_test]
    parts: [{stage: inspection, weight: 60}, {stage: peer_view, weight: 30}, {test: theory_test, weight: 10}]
  monthly_appraisal:"""


def with_peers(peers=PEERS, parts=NEW_PARTS):
    """The built-in scheme, its spot check scored by peers and a test as well."""
    assert SPOT in TEXT
    assert OLD_PARTS in TEXT
    return TEXT.replace(SPOT, SPOT + peers).replace(OLD_PARTS, parts)


def spot_check_of(cards, tests=None, scheme=None):
    scheme = scheme or load_scheme(with_peers())
    items = [item.code for item in scheme.forms["vp_card_staff"].items]
    filled = [Filled("inspection", "inspection_spot", {})]
    filled += [Filled("peer_view", "vp_card_staff", dict.fromkeys(items, value)) for value in cards]
    kind = scheme.cycle_kinds["spot_check"]
    return score_review(
        filled, scheme=scheme, kind=kind, population="front_line", post="客服专员",
        tests={form: Fraction(score) for form, score in (tests or {}).items()},
    )


def test_a_group_below_its_least_number_is_missing_and_never_nought():
    found = spot_check_of(["5"], {"theory_test": 80})

    assert found.stages["peer_view"].value is None
    assert found.flags == ("missing:peer_view",)
    assert found.value == (60 * Fraction(100) + 10 * Fraction(80)) / 70


def test_a_group_that_is_large_enough_counts_by_its_mean():
    found = spot_check_of(["5", "4"], {"theory_test": 80})

    assert found.stages["peer_view"].value == 90
    assert found.value == 60 + 27 + 8


def test_the_single_forms_of_a_group_are_not_in_the_trace():
    assert spot_check_of(["5", "4"]).stages["peer_view"].forms == ()


def test_a_test_that_was_not_taken_is_missing():
    assert spot_check_of(["5", "4"]).flags == ("missing:theory_test",)


def test_a_stages_own_minimum_goes_before_the_forms_and_the_schemes():
    scheme = load_scheme(with_peers())
    stage = scheme.cycle_kinds["spot_check"].stage("peer_view")
    survey = scheme.forms["customer_questionnaire"]

    assert (scheme.least_to_count(stage), scheme.least_to_show(stage)) == (2, 4)
    assert (scheme.least_to_count(None, survey), scheme.least_to_show(None)) == (3, 5)
    assert scheme.least_to_count(None, survey.model_copy(update={"minimum_answers": 7})) == 7
    assert scheme.least_to_count(stage, survey.model_copy(update={"minimum_answers": 7})) == 2


@pytest.mark.parametrize("actor", [*ACTORS, "role:finance_clerk"])
def test_every_actor_is_known_and_only_roles_are_named(actor):
    assert (role_of(actor) is None) == (actor in ACTORS)


@pytest.mark.parametrize("actor", ["boss", "'role:'", "role:Finance", "role", "Peers"])
def test_an_unknown_actor_is_refused_with_those_that_are_known(actor):
    with pytest.raises(SchemeErrors) as refused:
        load_scheme(with_peers(PEERS.replace("actor: peers", f"actor: {actor}")))

    assert "'peers'" in str(refused.value)
    assert "'role:'" in str(refused.value)


def test_the_worse_band_is_the_other_way_to_settle_a_tie():
    standings = [Standing(number, Fraction(90 - (number > 2))) for number in range(20)]
    worse = SCHEME.distribution.model_copy(update={"ties": "worse_band"})

    better, other = distribute(standings, SCHEME.distribution), distribute(standings, worse)

    assert (better[0].band, better[5].band) == ("A", "B")
    assert (other[0].band, other[5].band) == ("B", "E")
    assert other[0].flags == better[0].flags == ("tied_on_cut",)
    assert [one.rank for one in other.values()] == [one.rank for one in better.values()]


@pytest.mark.parametrize(("rank", "last"), [(15, False), (16, True), (20, True)])
def test_the_last_quarter_of_twenty_begins_at_place_16(rank, last):
    assert is_among_last(rank, 20, 25) is last


def test_a_tied_group_across_the_line_is_not_among_the_last():
    assert not is_among_last(15, 20, 25)


def test_an_action_may_go_by_the_last_places():
    text = TEXT.replace("when: {bands: [E]}", "when: {last_percent: 25}")
    scheme = load_scheme(text)

    assert "demotion_review" in proposals("C", 16, 20, Fraction(60), (), scheme)
    assert "demotion_review" not in proposals("E", 15, 20, Fraction(60), (), scheme)
