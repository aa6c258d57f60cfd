"""The editor of a draft, as HR uses it without scripts: sections, the text, checks, two at once, previews."""

from __future__ import annotations

import re

import pytest

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text, load_scheme
from states.scheme.editing import values_of
from tests.cycle_company import NOW, make_account, make_employee, make_scheme
from tests.staff_question_texts import with_questions
from workflow_app.db import db
from workflow_app.models import SchemeVersion
from workflow_app.queries.scheme_sections import BY_ENTRY, seats_for, section_of, sections, timeline
from workflow_app.services.publishing import save_draft, start_draft

TEXT = builtin_scheme_text()
VALUES = values_of(TEXT)
BROKEN = TEXT.replace("  bands:", "  bands: [", 1)


@pytest.fixture
def draft(db_session):
    return start_draft(TEXT, actor=SYSTEM, now=NOW)


@pytest.fixture
def hr(client, sign_in, db_session):
    return sign_in(client, make_account("hr", employee=make_employee(name="范专员")))


def kept(draft):
    db.session.expire_all()
    return db.session.get(SchemeVersion, draft.id).text


def send(hr, draft, path="bands", *, text=TEXT, **fields):
    """Press a button of the editor (`do`, save if nothing is said) with these fields on the page."""
    db.session.expire_all()
    base = {"text": text.replace("\n", "\r\n"), "revision": draft.revision, "do": "save"}
    typed = {name.replace("__", "/"): value for name, value in fields.items()}
    return hr.post(f"/schemes/drafts/{draft.id}/edit/{path}", data=base | typed)


def every_page():
    yield from (*sections(), "text")
    for section, top in BY_ENTRY.items():
        yield f"{section}/{next(iter(VALUES[top]))}"


@pytest.mark.parametrize("path", list(every_page()))
def test_every_section_opens_and_is_no_heavier_than_a_picture(hr, draft, path):
    page = hr.get(f"/schemes/drafts/{draft.id}/edit/{path}")

    assert page.status_code == 200
    assert "No faults" in page.text
    assert len(page.data) < 300_000


@pytest.mark.parametrize("path", ["edit/nothing", "edit/forms/nothing"])
def test_what_is_not_there_is_not_shown(hr, draft, path):
    assert hr.get(f"/schemes/drafts/{draft.id}/{path}").status_code in {302, 404}
    assert hr.get("/schemes/drafts/999999/edit").status_code == 404


def test_only_hr_opens_it_and_a_published_text_stays_as_it_is(client, sign_in, draft):
    version = make_scheme()
    sign_in(client, make_account("general_manager"))
    assert client.get(f"/schemes/drafts/{draft.id}/edit").status_code == 403
    assert send(client, draft, text="x: 1\n").status_code == 403

    sign_in(client, make_account("hr"))
    assert client.get(f"/schemes/drafts/{version.id}/edit").status_code == 409
    assert client.get(f"/schemes/drafts/{version.id}/preview/confirmation").status_code == 200


def test_a_field_is_saved_into_the_text(hr, draft):
    answer = send(hr, draft, f__distribution__bands__0__share="10")

    assert answer.status_code == 303
    assert kept(draft) == TEXT.replace("share: 5, barred", "share: 10, barred")


def test_faults_are_kept_named_and_led_to_but_never_published(hr, draft):
    send(hr, draft, f__distribution__bands__2__share="30")

    page = hr.get(f"/schemes/drafts/{draft.id}/edit/bands").text

    assert "1 fault to mend before it can be published" in page
    line = next(number for number, words in enumerate(TEXT.splitlines(), 1) if words == "  bands:")
    assert f'data-line="{line}"' in page
    assert "must make 100; this makes 80" in page
    db.session.expire_all()
    assert hr.post(f"/schemes/{draft.id}/publish", data={"note": "", "revision": draft.revision}).status_code == 422
    assert db.session.get(SchemeVersion, draft.id).state == "draft"


def test_checking_shows_the_same_and_keeps_nothing(hr, draft):
    page = send(hr, draft, do="check", f__distribution__bands__2__share="30").text

    assert "must make 100; this makes 80" in page
    assert "Not saved yet" in page
    assert kept(draft) == TEXT


def test_a_field_checked_and_set_back_is_what_it_was(hr, draft):
    """The page of a check shows what is not saved: what is changed then is held against that."""
    changed = TEXT.replace("share: 5, barred", "share: 7, barred")

    send(hr, draft, text=changed, seen=changed, f__distribution__bands__0__share="5")

    assert kept(draft) == TEXT


def test_the_text_and_a_field_are_both_kept(hr, draft):
    typed = TEXT.replace("mode: guided", "mode: hard  # from next year on")

    send(hr, draft, text=typed, f__distribution__bands__0__share="10", f__distribution__mode="guided")

    assert kept(draft) == typed.replace("share: 5, barred", "share: 10, barred")


def test_a_field_on_a_text_with_a_mistake_of_form_is_refused_and_nothing_is_lost(hr, draft):
    answer = send(hr, draft, text=BROKEN, f__distribution__bands__0__share="10")

    assert answer.status_code == 422
    assert "Please mend the text first" in answer.text
    assert "bands: [" in answer.text
    assert re.search(r'id="f-distribution-bands-0-share"[^>]*value="10"', answer.text)
    assert kept(draft) == TEXT


def test_a_text_with_a_mistake_of_form_may_be_kept_and_mended(hr, draft):
    send(hr, draft, text=BROKEN)
    page = hr.get(f"/schemes/drafts/{draft.id}/edit/bands").text
    assert "cannot be shown as fields" in page
    assert "This is not valid YAML" in page
    db.session.expire_all()

    send(hr, draft, text=TEXT)
    assert "No faults" in hr.get(f"/schemes/drafts/{draft.id}/edit/bands").text


def test_buttons_add_move_and_remove_and_lead_to_the_entry(hr, draft):
    added = send(hr, draft, "kinds/spot_check", do="add f/cycle_kinds/spot_check/stages")
    assert added.location.endswith("/edit/kinds/spot_check?at=f-cycle_kinds-spot_check-stages-2#f-cycle_kinds-spot_check-stages-2")

    db.session.expire_all()
    send(hr, draft, "kinds/spot_check", text=kept(draft), do="up f/cycle_kinds/spot_check/stages/2")
    stages = values_of(kept(draft))["cycle_kinds"]["spot_check"]["stages"]
    assert [one["code"] for one in stages] == ["inspection", "stage_1", "acknowledgement"]

    send(hr, draft, "kinds/spot_check", text=kept(draft), do="remove f/cycle_kinds/spot_check/stages/1")
    assert kept(draft) == TEXT


def test_a_form_is_added_copied_and_removed(hr, draft):
    data = {"do": "add f/forms", "kind f/forms": "test", "key f/forms": "driving", "text": TEXT, "revision": 1}
    assert "/edit/forms/driving" in hr.post(f"/schemes/drafts/{draft.id}/edit/forms", data=data).location

    db.session.expire_all()
    copied = send(hr, draft, "forms", text=kept(draft), do="copy f/forms/driving")
    assert "/edit/forms/driving_copy" in copied.location
    assert values_of(kept(draft))["forms"]["driving_copy"]["kind"] == "test"

    removed = send(hr, draft, "forms/driving_copy", text=kept(draft), do="remove f/forms/driving_copy")
    assert removed.location.endswith("/edit/forms")
    assert "driving_copy" not in values_of(kept(draft))["forms"]


@pytest.mark.parametrize("do", ["drop", "remove f/nothing", "add f/title", "up f/forms/nothing", "begin f/x/y"])
def test_buttons_that_are_none_change_nothing(hr, draft, do):
    assert send(hr, draft, do=do).status_code == 422
    assert kept(draft) == TEXT


def test_who_comes_second_is_told_and_may_replace_knowingly(hr, draft):
    other = make_account("hr", employee=make_employee(name="汤总监"))
    seen = draft.revision
    save_draft(draft, TEXT.replace("share: 5, barred", "share: 6, barred"), revision=seen, actor=other.actor(), now=NOW)
    db.session.commit()

    page = send(hr, draft, revision=seen, f__distribution__bands__1__share="19")

    assert page.status_code == 409
    assert "汤总监" in page.text
    assert re.search(r'id="f-distribution-bands-1-share"[^>]*value="19"', page.text)
    assert "+    - {code: B, title: {zh: 良好, en: Good}, share: 19" in page.text
    revision = int(re.search(r'name="revision" value="(\d+)"', page.text)[1])
    mine = TEXT.replace("share: 20, coefficient: 1.2", "share: 19, coefficient: 1.2")
    send(hr, draft, text=mine, seen=mine, revision=revision)
    assert kept(draft) == mine


def test_the_check_as_one_types_answers_in_the_readers_language_and_writes_nothing(client, sign_in, draft):
    sign_in(client, make_account("hr", locale="zh"))
    data = {"text": TEXT, "section": "bands", "f/distribution/bands/2/share": "30", "people": "100"}

    answer = client.post(f"/schemes/drafts/{draft.id}/check", data=data).json

    assert "share: 30, coefficient: 1}" in answer["text"]
    assert answer["saved"] is False
    assert "合计" in answer["faults"] or "80" in answer["faults"]
    assert kept(draft) == TEXT


def test_the_check_holds_fields_that_a_broken_text_cannot_take(hr, draft):
    data = {"text": BROKEN, "section": "bands", "f/distribution/bands/2/share": "30"}

    answer = hr.post(f"/schemes/drafts/{draft.id}/check", data=data).json

    assert answer["held"] is True
    assert "Line " in answer["faults"]
    assert "Please mend the text first" in answer["faults"]


def test_nobody_checks_or_saves_without_the_token_of_the_page(make_app, draft, db_session, sign_in):
    account = make_account("hr")
    client = sign_in(make_app().test_client(), account)

    assert client.post(f"/schemes/drafts/{draft.id}/check", data={"text": TEXT}).status_code == 400
    assert client.post(f"/schemes/drafts/{draft.id}/edit", data={"text": "x: 1", "do": "save", "revision": 1}).status_code == 400


def test_a_text_of_the_largest_size_is_taken(hr, draft):
    long = TEXT + "# " + "长" * 300_000 + "\n"

    assert send(hr, draft, text=long, seen=long).status_code == 303
    assert kept(draft) == long


def test_going_on_leads_within_the_draft_only(hr, draft):
    inside, outside = f"/schemes/drafts/{draft.id}/edit/forms", "https://example.com/edit/"

    assert send(hr, draft, go=inside).location == inside
    assert "example.com" not in send(hr, draft, go=outside).location


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_form_is_shown_as_its_rater_sees_it_and_cannot_be_sent(hr, draft, locale):
    for code, form in VALUES["forms"].items():
        page = hr.get(f"/schemes/drafts/{draft.id}/preview/{code}?lang={locale}")

        assert page.status_code == 200, code
        main = page.text.split("<main", 1)[1].split("</main>", 1)[0]
        assert form["title"][locale] in main
        assert "<form" not in main, code
        assert "submit" not in main, code


@pytest.mark.parametrize("form", ["scorecard_staff", "vp_card_staff", "customer_questionnaire", "feedback_interview"])
def test_a_preview_shows_every_kind_of_question_and_what_hangs_on_an_answer(hr, db_session, form):
    code = start_draft(with_questions(form), actor=SYSTEM, now=NOW)

    page = hr.get(f"/schemes/drafts/{code.id}/preview/{form}?lang=en").text
    main = page.split("<main", 1)[1].split("</main>", 1)[0]

    for name in ("trained", "mood", "useful", "clear", "nps", "room", "topics", "latest", "place", "story"):
        assert f'name="q_{name}"' in main, name
    assert 'class="question matrix"' in main
    waiting = re.search(r'<div class="asked" data-code="days"([^>]*)>', main)[1]
    assert 'data-when="q_trained"' in waiting
    assert "hidden" not in waiting
    assert ('name="file_papers"' in main) == (form != "customer_questionnaire")
    assert "<form" not in main


def test_a_preview_says_who_gets_which_form(hr, draft):
    page = hr.get(f"/schemes/drafts/{draft.id}/preview/scorecard_staff?kind=year_end&stage=manager_scoring").text

    assert "KPI table of the customer-service manager: 客户服务经理" in page
    assert "Scorecard for managers: Management" in page
    assert "Scorecard for staff: everyone else" in page


def test_a_form_with_faults_has_no_preview_yet_and_an_unknown_one_none_at_all(hr, draft):
    send(hr, draft, text=TEXT.replace("scale: satisfaction", "scale: nothing"))

    assert "cannot be shown yet" in hr.get(f"/schemes/drafts/{draft.id}/preview/vp_card_staff").text
    assert hr.get(f"/schemes/drafts/{draft.id}/preview/confirmation").status_code == 200
    assert hr.get(f"/schemes/drafts/{draft.id}/preview/nothing").status_code == 404


# --- beside the fields ---------------------------------------------------------------------------------------------


def test_seats_are_shown_for_examples_and_a_number_of_ones_own():
    found = {one.people: list(one.counts.values()) for one in seats_for(VALUES, 33)}

    assert found == {7: [0, 2, 4, 1, 0], 20: [1, 4, 10, 4, 1], 40: [2, 8, 20, 8, 2], 33: [2, 7, 16, 7, 1]}


@pytest.mark.parametrize("share", ["share: 30", "share: 300", "share: x", "share: -5"])
def test_shares_that_do_not_make_100_have_no_seats(share):
    assert seats_for(values_of(TEXT.replace("share: rest", share)), None) == []


def test_stages_stand_on_a_line_of_days():
    spans = {one.stage["code"]: (one.first, one.last) for one in timeline(VALUES, "year_end")}

    assert spans["self_review"] == (1, 7)
    assert spans["manager_scoring"] == (8, 17)
    assert spans["customer_survey"] == (1, 20)
    assert timeline(values_of("cycle_kinds: {x: {stages: [{days: many}, 3]}}"), "x")[0].days == 0


def test_every_place_of_a_fault_leads_to_a_section():
    assert section_of(("forms", "scorecard_staff", "areas", 0)) == ("forms", "scorecard_staff")
    assert section_of(("distribution", "bands")) == ("bands", "")
    assert section_of(()) == ("basics", "")
    assert section_of(("nothing",))[0] == "other"


def test_what_hr_does_in_a_morning_is_published(hr, draft):
    card, item = "forms/scorecard_staff", "f/forms/scorecard_staff/areas/0/items/4"
    weights = {"f/composition/parts/0/weight": "30", "f/composition/parts/1/weight": "20"}
    send(hr, draft, f__distribution__bands__0__share="10", **weights)
    send(hr, draft, card, text=kept(draft), do="add f/forms/scorecard_staff/areas/0/items")
    title = {f"{item}/title/zh": "保密", f"{item}/title/en": "Secrecy"}
    send(hr, draft, card, text=kept(draft), do=f"add {item}/clauses", **title)
    clause = {f"{item}/clauses/0/title/zh": "泄密", f"{item}/clauses/0/title/en": "Told", f"{item}/clauses/0/points": "3"}
    send(hr, draft, card, text=kept(draft), **clause)

    scheme = load_scheme(kept(draft))
    assert scheme.distribution.bands[0].share == 10
    assert [part.weight for part in scheme.composition.parts] == [30, 20, 50]
    assert scheme.forms["scorecard_staff"].items[4].clauses[0].points == 3
    assert "# 德勤能绩：满分起扣" in kept(draft)
    hr.post(f"/schemes/{draft.id}/publish", data={"note": "more room at the top", "revision": draft.revision})
    db.session.expire_all()
    assert draft.state == "published"
