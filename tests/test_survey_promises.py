"""What a customer's link promises, point by point, and the tests that hold each promise.

The points are those of the house's checklist for such links, in our words. A test is named
`module::function`; a promise whose tests are renamed or taken away fails here.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

PROMISES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("Opening a link, however often and by whatever program, changes nothing but telemetry", (
        "web/test_survey_scanners::test_opening_fifty_times_changes_no_row_of_any_table",
        "web/test_survey_scanners::test_the_first_look_is_noted_once_and_decides_nothing",
        "web/test_survey_scanners::test_after_fifty_robots_the_customer_answers_as_if_they_had_not_been",
    )),
    2: ("A robot that presses every button of an untouched form is refused; declining takes a POST and a reason", (
        "web/test_survey_scanners::test_every_button_of_an_untouched_form_stores_nothing",
        "web/test_survey_scanners::test_declining_is_never_a_matter_of_opening_an_address",
        "web/test_survey_steps::test_paging_through_an_untouched_form_stores_nothing",
        "web/test_survey::test_declining_needs_a_reason",
    )),
    3: ("No page sends itself, nothing is chosen beforehand, no mail holds a rating", (
        "web/test_survey_scanners::test_no_page_sends_itself",
        "web/test_survey::test_nothing_is_chosen_beforehand",
        "forms/test_kinds::test_nothing_is_chosen_beforehand_anywhere",
        "web/test_survey::test_mails_hold_no_rating_and_stop_with_the_answer",
    )),
    4: ("The token is long, kept only as a digest, and in no log, page or referrer", (
        "web/test_survey::test_the_token_stands_in_no_page_and_only_its_digest_is_kept",
        "web/test_survey_people::test_no_page_of_the_list_holds_a_token",
        "web/test_survey::test_the_token_is_not_logged",
        "web/test_survey::test_headers_keep_the_address_secret",
        "worker/test_survey_mail::test_no_row_keeps_a_token_at_any_time_and_delivery_is_noted",
    )),
    5: ("Ended and unknown links say which they are, without a name; only made-up ones are counted", (
        "web/test_survey::test_ended_links_have_pages_of_their_own_without_a_name",
        "web/test_survey::test_a_token_that_was_guessed_from_a_real_one_is_unknown",
        "web/test_survey::test_unknown_links_are_limited_and_known_ones_are_not",
    )),
    6: ("What no browser sends is refused for every kind of question, without a fault", (
        "web/test_survey::test_the_nonce_of_another_link_is_refused",
        "web/test_survey_tampering::test_the_nonce_of_another_link_opens_nothing",
        "web/test_survey_tampering::test_a_choice_figure_or_day_that_was_not_offered",
        "web/test_survey_tampering::test_a_parameter_that_comes_twice",
        "web/test_survey_tampering::test_a_nul_in_any_kind_of_answer",
        "web/test_survey_tampering::test_ten_megabytes_in_any_field",
        "web/test_survey_tampering::test_five_thousand_fields",
    )),
    7: ("Pages are not kept, not indexed, run no script but ours and name no other host", (
        "web/test_survey::test_headers_keep_the_address_secret",
        "web/test_survey_scanners::test_nothing_on_any_page_comes_from_elsewhere",
    )),
    8: ("Formulas and markup in what customers write are inert in pages, mails, CSV and XLSX", (
        "web/test_survey::test_markup_in_a_comment_is_inert",
        "worker/test_survey_mail::test_hrs_note_is_words_and_nothing_else",
        "web/test_campaign::test_markup_in_a_reason_is_inert",
        "services/test_exporting_answers::test_no_cell_of_a_csv_is_a_formula",
        "services/test_exporting_answers::test_no_cell_of_a_workbook_is_a_formula",
    )),
    9: ("The same form twenty times at once is one answer, and everybody is thanked", (
        "web/test_survey_lost_replies::test_twenty_posts_at_once_are_one_answer_and_all_see_thanks",
        "services/test_answering::test_twenty_at_once_leave_one_answer",
    )),
    10: ("When the reply is lost after the commit, sending again succeeds", (
        "web/test_survey_lost_replies::test_committed_and_the_reply_lost_the_next_try_is_a_success",
        "browser/test_survey_newer_drafts::test_a_reply_that_is_lost_on_the_way_and_a_second_try_is_one_answer",
    )),
    11: ("A page left open for more than a day counts, without any cookie", (
        "web/test_survey_lost_replies::test_a_page_left_open_without_cookies_is_still_taken",
        "web/test_survey::test_no_cookie_is_set_and_none_is_needed",
    )),
    12: ("Without a connection the draft stays in the browser, goes with the answer, and is not kept on a shared device", (
        "browser/test_survey::test_a_draft_outlives_a_lost_connection_and_goes_with_the_answer",
        "browser/test_survey::test_pressed_without_a_connection_the_page_stays_and_says_so",
        "browser/test_survey::test_on_a_shared_device_nothing_is_kept",
        "web/test_survey_drafts::test_a_shared_device_keeps_nothing_and_forgets_what_was_kept",
        "web/test_survey_drafts::test_looking_it_over_keeps_it_too_and_sending_wipes_it",
    )),
    13: ("A stale tab is told and keeps its text; going back after sending says so", (
        "web/test_survey::test_a_stale_tab_is_told_and_keeps_its_text",
        "web/test_survey::test_going_back_and_checking_again_says_that_it_was_sent",
        "web/test_survey_newer_drafts::test_an_older_page_keeps_nothing_in_the_place_of_a_newer_draft",
        "web/test_survey_newer_drafts::test_sending_from_an_older_review_sends_nothing_before_it_is_chosen",
        "browser/test_survey_newer_drafts::test_the_older_of_two_tabs_is_told_and_may_choose_either",
        "browser/test_survey::test_back_after_sending_and_sending_again_is_one_answer",
    )),
    14: ("Whoever is answering when it closes has a grace and is told; an invitation keeps its own questions", (
        "web/test_survey::test_who_was_answering_when_it_closed_has_a_grace_and_is_told",
        "services/test_choosing_customers::test_the_grace_of_the_campaign_moves_the_end",
        "web/test_survey::test_after_the_grace_it_has_closed",
        "web/test_survey_lost_replies::test_a_new_version_of_the_scheme_leaves_an_invitation_its_own_questions",
        "web/test_survey_leftover::test_what_was_entered_stands_on_the_page_that_says_so",
    )),
    15: ("The whole journey works without scripts", (
        "browser/test_survey::test_the_whole_journey_on_a_small_phone",
        "web/test_survey_phones::test_without_scripts_nothing_is_missing",
        "web/test_survey_languages::test_all_that_was_entered_stands_on_the_page_in_the_other_language",
    )),
    16: ("It fits 320 pixels and twice the size of text, in the browsers of chat apps, and opens from a QR code", (
        "browser/test_survey::test_the_whole_journey_on_a_small_phone",
        "browser/test_survey_zoom::test_every_kind_of_question_fits_a_small_phone_and_large_text",
        "web/test_survey_phones::test_the_browser_inside_a_chat_app_gets_the_whole_journey",
        "web/test_survey_phones::test_the_qr_code_says_the_address_of_the_same_page",
        "web/test_survey_phones::test_the_page_and_all_it_loads_are_light",
    )),
    17: ("Axe finds nothing on any page, in either language", (
        "browser/test_survey::test_no_page_has_an_accessibility_fault",
        "browser/test_survey_zoom::test_every_kind_of_question_fits_a_small_phone_and_large_text",
    )),
    18: ("Choices stand in a fieldset with a legend, and not applicable is offered", (
        "web/test_survey::test_radios_stand_in_fieldsets_with_not_applicable",
        "web/test_survey_kinds::test_every_kind_has_its_controls_under_a_legend_or_label",
    )),
    19: ("Errors stand in the title, in a focused summary that leads to them, and at the question; input is kept; keys are enough", (
        "browser/test_survey::test_after_an_error_the_summary_has_the_focus_and_leads_to_the_question",
        "browser/test_survey::test_the_keyboard_is_enough",
        "web/test_survey::test_tampered_answers_are_refused_in_the_form",
        "web/test_survey_kinds::test_what_the_question_does_not_take_is_refused_with_the_rest_kept",
    )),
    20: ("Answers are looked over before they are sent; then there is a reference, and until when they may be changed", (
        "web/test_survey::test_a_customer_answers_looks_it_over_and_sends",
        "web/test_survey::test_answers_can_be_changed_while_the_survey_is_open",
    )),
    21: ("Mails have a plain and an HTML part and one-click unsubscribing by POST", (
        "worker/test_survey_mail::test_a_mail_has_both_parts_in_the_customers_language_and_one_link",
        "worker/test_survey_mail::test_one_click_unsubscribes_by_post_and_a_get_only_shows_a_page",
        "web/test_survey::test_the_mail_programs_own_button_opts_out",
    )),
    22: ("Whether a reminder is still wanted is asked again when its turn to be sent comes", (
        "worker/test_survey_mail::test_a_mail_that_is_not_wanted_any_more_is_withdrawn_when_its_turn_comes",
        "services/test_bouncing::test_who_bounced_is_not_reminded_whether_asked_for_or_queued",
        "services/test_ended_surveys::test_nobody_is_reminded_of_an_ended_survey",
    )),
    23: ("A field that only robots fill flags the answer and no more", (
        "web/test_survey::test_a_filled_honeypot_only_flags",
        "web/test_campaign::test_a_filled_honeypot_is_pointed_out",
        "services/test_first_answers::test_both_ways_write_the_same",
    )),
    24: ("No filter and no difference in time tells of a few; who is rated has no hand in the links", (
        "states/test_disclosure::test_nobody_who_adds_and_subtracts_all_published_figures_isolates_a_small_group",
        "services/test_publishing_answers::test_one_changed_answer_is_not_told_from_the_difference",
        "web/test_published_answers::test_hr_reads_the_cycle_by_language_and_no_filter_tells_of_the_one_english_writer",
        "web/test_published_answers::test_with_one_or_two_customers_it_says_that_this_is_not_anonymous_and_shows_nothing",
        "web/test_survey::test_with_two_customers_it_says_plainly_that_it_is_not_anonymous",
        "services/test_inviting::test_neither_the_person_rated_nor_a_superior_has_a_hand_in_it",
        "services/test_choosing_customers::test_those_whom_it_concerns_have_no_hand_in_it",
    )),
    25: ("Golden scores: nothing applicable, skipped, reversed, nought, hidden", (
        "services/test_answering::test_golden_scores_of_single_answers",
        "states/test_questionnaires::test_all_not_applicable_is_no_answer_and_never_zero",
        "states/test_questionnaires::test_skipped_is_told_apart_from_not_applicable",
        "states/test_questionnaires::test_a_reversed_item_counts_lowest_plus_highest_less_what_was_given",
        "states/test_questionnaires::test_a_rating_of_0_is_a_rating",
        "states/test_questionnaires::test_a_hidden_answer_is_dropped_whoever_sent_it",
    )),
}  # fmt: skip


@cache
def functions_of(module: str) -> frozenset[str]:
    path = TESTS / f"{module}.py"
    found = ast.parse(path.read_text("utf-8")).body if path.exists() else []
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef))


def test_there_are_twenty_five_promises():
    assert list(PROMISES) == list(range(1, 26))


@pytest.mark.parametrize("number", PROMISES)
def test_every_promise_is_held_by_tests_that_exist(number):
    words, tests = PROMISES[number]
    missing = [name for name in tests if name.partition("::")[2] not in functions_of(name.partition("::")[0])]

    assert words
    assert tests
    assert missing == []


def test_what_the_server_promises_is_tried_on_both_databases():
    """A test in a browser runs on one of them; every promise about what is stored has one that touches the database."""
    server = {number for number in PROMISES if number not in {12, 15, 16, 17}}
    alone = {number for number in server if all(name.startswith("browser/") for name in PROMISES[number][1])}

    assert alone == set()
