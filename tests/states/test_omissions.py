"""Whose silence needs a record of HR (scheme §4)."""

from states.omissions import scoring_stages
from states.scheme import builtin_scheme

SCHEME = builtin_scheme()


def test_one_raters_scoring_blocks_and_self_reviews_surveys_and_texts_do_not():
    assert scoring_stages(SCHEME.cycle_kinds["year_end"], SCHEME) == ("manager_scoring", "vp_feedback")
    assert scoring_stages(SCHEME.cycle_kinds["monthly_appraisal"], SCHEME) == ("manager_scoring",)
    assert scoring_stages(SCHEME.cycle_kinds["weekly_inspection"], SCHEME) == ("inspection",)
