import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_cycle, make_employee, make_scheme
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Incident, MailMessage, Review, ReviewStage
from workflow_app.services import progress
from workflow_app.services.launching import launch, launch_chunk


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def hr(client, sign_in, company):
    """Signed in as HR, who is employee 范专员."""
    return sign_in(client, company.hr)


@pytest.fixture
def cycle(company):
    """Open since NOW, every review made."""
    cycle = make_cycle()
    launch(cycle, actor=SYSTEM, now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    progress.find("cycle", cycle.id, "launch").finished_at = NOW
    return cycle


def review_of(employee):
    return db.session.scalar(select(Review).filter_by(employee_id=employee.id))


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_an_empty_list_says_what_comes_and_has_the_button(hr):
    page = hr.get("/cycles")

    assert page.status_code == 200
    assert "No cycle yet" in page.text
    assert 'href="/cycles/new"' in page.text


def test_a_cycle_is_made_and_leads_to_its_people(hr, company):
    version = make_scheme()
    assert "2025" in hr.get("/cycles/new").text

    answer = hr.post("/cycles/new", data={"kind": f"{version.id}:year_end", "period": "2025"}, follow_redirects=True)

    assert answer.status_code == 200
    said = text_of(answer)
    assert "Year-end appraisal 2025" in said
    assert "Launch for 7 people" in said
    assert db.session.scalar(select(Cycle.state)) == "draft"


@pytest.mark.parametrize(("kind", "period", "status"), [
    ("", "2025", 422), ("{}:year_end", "", 422), ("{}:year_end", "1.1.2025", 422), ("{}:lunch", "2025", 422),
    ("999999:year_end", "2025", 422), ("x:y", "2025", 422), ("²:year_end", "2025", 422),
])
def test_a_cycle_that_makes_no_sense_is_refused_and_the_input_kept(hr, kind, period, status):
    kind = kind.format(make_scheme().id)

    answer = hr.post("/cycles/new", data={"kind": kind, "period": period, "title_en": "My title"})

    assert answer.status_code == status
    assert "Please check what you entered" in answer.text
    assert "My title" in answer.text
    assert db.session.scalar(select(Cycle.id)) is None


def test_before_the_launch_every_count_is_a_door(hr, company):
    make_employee(name="丁离", superior=company.manager, left=datetime(2025, 6, 30, tzinfo=UTC).date())
    make_employee(name="辛人", superior=company.manager, vp=company.vp, joined=datetime(2025, 11, 3, tzinfo=UTC).date())
    company.supervisor.left = datetime(2026, 1, 5, tzinfo=UTC).date()
    cycle = make_cycle()

    doors = {show: text_of(hr.get(f"/cycles/{cycle.id}?show={show}")) for show in ("in", "out", "lacking", "too_new")}

    assert "Left on 30 Jun 2025" in doors["out"]
    assert "方总" in doors["out"]
    assert "侯杰" not in doors["out"]
    assert "侯杰" in doors["lacking"]
    assert "nobody for: Manager scoring" in doors["lacking"]
    assert "辛人" in doors["too_new"]
    assert "侯杰" not in doors["too_new"]
    assert "侯杰" not in text_of(hr.get(f"/cycles/{cycle.id}?q=武超"))
    assert "Nobody fits" in hr.get(f"/cycles/{cycle.id}?q=%25").text


def test_launch_shows_progress_and_then_the_reviews(app, hr, company):
    cycle = make_cycle()

    page = hr.post(f"/cycles/{cycle.id}/launch", follow_redirects=True)
    before = hr.get(f"/cycles/{cycle.id}/progress").json
    run_jobs(app)
    after = hr.get(f"/cycles/{cycle.id}/progress").json

    assert "data-progress=" in page.text
    assert "<noscript>" in page.text
    assert (before["done"], before["total"], before["over"]) == (0, 7, False)
    assert (after["done"], after["total"], after["over"]) == (7, 7, True)
    assert "侯杰" in hr.get(after["next"]).text
    assert hr.post(f"/cycles/{cycle.id}/launch").status_code == 409


def test_the_cockpit_counts_by_stage_and_lists_the_stage(hr, cycle, company):
    said = text_of(hr.get(f"/cycles/{cycle.id}?stage=self_review"))

    assert "Self review 7" in said
    assert "Waits for 7 reviews" in said
    assert "Not begun" in said
    assert "Open calibration" not in said
    assert "of 1 answered" not in said
    assert "Nobody is at this step" in text_of(hr.get(f"/cycles/{cycle.id}?stage=vp_feedback"))


def test_what_needs_attention_leads_to_it(hr, cycle, company):
    form = db.session.scalar(select(Assignment).filter_by(review_id=review_of(company.agent).id, stage="vp_feedback"))
    form.assignee_id = None
    db.session.add(
        Incident(message_key="k", job="launch_chunk", payload={}, error="x", attempts=5, created_at=NOW, state="open")
    )

    said = text_of(hr.get(f"/cycles/{cycle.id}"))
    lacking = hr.get(f"/cycles/{cycle.id}?only=lacking")

    assert "1 form without a person: name somebody" in said
    assert "1 job failed" in said
    assert "1 person with too few customers" in said
    assert "侯杰" in lacking.text
    assert "武超" not in re.sub(r"(?s)<aside.*", "", lacking.text.split("Needs attention")[0])


def test_a_lacking_person_is_named_on_the_page(hr, cycle, company):
    form = db.session.scalar(select(Assignment).filter_by(review_id=review_of(company.agent).id, stage="vp_feedback"))
    form.assignee_id = None
    address = f"/cycles/{cycle.id}/lacking/{form.id}"
    number = company.director.employee_no

    unknown = hr.post(address, data={"person": "K9999"})
    named = hr.post(address, data={"person": f"{number} 汤总监"}, follow_redirects=True)

    assert unknown.status_code == 422
    assert "K9999" in unknown.text
    assert "汤总监 now fills the form about 侯杰" in named.text
    assert hr.post(address, data={"person": number}).status_code == 409


def test_remind_sends_at_once_and_says_for_whom_not(hr, cycle, company):
    picked = [review_of(company.agent).id, review_of(company.clerk).id]

    answer = hr.post(f"/cycles/{cycle.id}/reviews", data={"act": "remind", "review": picked}, follow_redirects=True)

    assert "1 person reminded." in answer.text
    assert f"{company.clerk.name}: " in answer.text, "their own review is named and keeps nobody else waiting"
    assert [mail.to_address for mail in db.session.scalars(select(MailMessage))] == [company.agent.email]


@pytest.mark.parametrize(("act", "data", "done"), [
    ("extend", {"day": "2031-01-06"}, "Done for 2 reviews."),
    ("omit", {"reason": "no self reviews this year"}, "Done for 2 reviews."),
])
def test_the_other_acts_ask_first_and_then_act(hr, cycle, company, act, data, done):
    picked = {"act": act, "review": [review_of(company.agent).id, review_of(company.other).id], "stage": "self_review"}

    asked = hr.post(f"/cycles/{cycle.id}/reviews", data=picked)
    empty = hr.post(f"/cycles/{cycle.id}/reviews", data=picked | {"confirmed": "1"})
    acted = hr.post(f"/cycles/{cycle.id}/reviews", data=picked | {"confirmed": "1"} | data, follow_redirects=True)

    assert asked.status_code == 200
    assert "侯杰" in asked.text
    assert "武超" in asked.text
    assert empty.status_code == 422
    assert acted.status_code == 200
    assert done in acted.text


def test_a_deadline_in_the_past_is_refused_by_name(hr, cycle, company):
    data = {"act": "extend", "review": [review_of(company.agent).id], "confirmed": "1", "day": "2020-01-06"}

    answer = hr.post(f"/cycles/{cycle.id}/reviews", data=data, follow_redirects=True)

    assert answer.status_code == 422
    assert "侯杰: The new deadline lies in the past" in answer.text
    assert 'value="2020-01-06"' in answer.text, "what was typed stays for another try"


def test_what_can_be_done_for_nobody_says_each_reason_once(hr, cycle, company):
    picked = [review_of(company.agent).id, review_of(company.other).id]
    data = {"act": "hand_over", "review": picked, "confirmed": "1", "person": "汤总监"}

    answer = hr.post(f"/cycles/{cycle.id}/reviews", data=data)

    assert answer.status_code == 422
    assert "侯杰, 武超: " in answer.text or "武超, 侯杰: " in answer.text
    assert 'value="汤总监"' in answer.text


def test_unknown_acts_are_refused(hr, cycle, company):
    data = {"act": "dance", "review": str(review_of(company.agent).id)}

    assert hr.post(f"/cycles/{cycle.id}/reviews", data=data).status_code == 422


@pytest.mark.parametrize("data", [{}, {"act": "remind"}, {"act": "omit", "review": "x"}])
def test_acts_on_nobody_lead_back_to_the_list_as_it_was(hr, cycle, data):
    answer = hr.post(f"/cycles/{cycle.id}/reviews", data=data | {"only": "late"})

    assert answer.status_code == 302
    assert answer.location.endswith(f"/cycles/{cycle.id}?only=late")
    assert "Tick at least one person in the list first." in hr.get(answer.location).text


def test_reviews_of_another_cycle_are_not_touched(hr, cycle, company):
    other = make_cycle(period="2024")

    answer = hr.post(f"/cycles/{other.id}/reviews", data={"act": "remind", "review": review_of(company.agent).id})

    assert answer.status_code == 302
    assert not db.session.scalars(select(MailMessage)).all()
    assert hr.get(f"/cycles/{other.id}/reviews/{review_of(company.agent).id}").status_code == 404


def test_a_review_shows_its_steps_forms_and_history(hr, cycle, company):
    said = text_of(hr.get(f"/cycles/{cycle.id}/reviews/{review_of(company.agent).id}"))

    assert "Who fills what" in said
    assert "宋主管" in said
    assert "Review made" in said
    assert "Return to an earlier step" in said
    own = text_of(hr.get(f"/cycles/{cycle.id}/reviews/{review_of(company.clerk).id}"))
    assert "somebody else in HR" in own
    assert "Return to an earlier step" not in own


def test_a_review_is_returned_and_taken_out_with_a_reason(hr, cycle, company):
    review = review_of(company.agent)
    row = db.session.scalar(select(ReviewStage).filter_by(review_id=review.id, stage="self_review"))
    address = f"/cycles/{cycle.id}/reviews/{review.id}"
    hr.post(f"/cycles/{cycle.id}/reviews", data={"act": "omit", "review": review.id, "confirmed": "1", "reason": "by mistake"})
    assert row.state == "omitted"

    nothing = hr.post(f"{address}/return", data={"back-stage": "self_review"})
    back = hr.post(f"{address}/return", data={"back-stage": "self_review", "back-reason": "it was left out by mistake"})
    out = hr.post(f"{address}/exclude", data={"out-reason": "on long leave"}, follow_redirects=True)

    assert (nothing.status_code, back.status_code) == (422, 302)
    assert "is out of the cycle" in out.text
    assert review.state == "excluded"


def test_calibration_is_refused_by_name_and_opens_when_all_are_ready(hr, cycle, company):
    refused = hr.post(f"/cycles/{cycle.id}/calibration")
    for review in db.session.scalars(select(Review)):
        review.state = "calibration"
        for row in review.stages:
            if row.stage not in ("calibration", "approval", "release", "feedback_interview", "acknowledgement"):
                row.state, row.omission_reason = "omitted", "test"
    ready = hr.get(f"/cycles/{cycle.id}")
    opened = hr.post(f"/cycles/{cycle.id}/calibration")

    assert refused.status_code == 409
    assert "not ready" in refused.text
    assert "Every review is ready." in ready.text
    assert "Open calibration" in ready.text
    assert opened.status_code == 302
    assert db.session.get(Cycle, cycle.id).state == "calibrating"


def test_a_cycle_is_cancelled_only_with_a_reason(hr, cycle):
    assert hr.get(f"/cycles/{cycle.id}/cancel").status_code == 200
    assert hr.post(f"/cycles/{cycle.id}/cancel", data={"reason": ""}).status_code == 422
    assert hr.post(f"/cycles/{cycle.id}/cancel", data={"reason": "oh"}).status_code == 422

    assert hr.post(f"/cycles/{cycle.id}/cancel", data={"reason": "launched by mistake"}).status_code == 302
    assert "Cancelled" in hr.get("/cycles").text


def test_the_general_manager_looks_and_an_employee_does_not(client, sign_in, cycle, company):
    review = review_of(company.agent)
    sign_in(client, make_account("general_manager", employee=company.gm))
    cockpit = client.get(f"/cycles/{cycle.id}")
    assert cockpit.status_code == 200
    assert f"/cycles/{cycle.id}/customers" not in cockpit.text
    assert "Leave out" not in client.get(f"/cycles/{cycle.id}/reviews/{review.id}").text
    assert client.post(f"/cycles/{cycle.id}/reviews", data={"act": "remind", "review": review.id}).status_code == 403

    sign_in(client, make_account(employee=company.agent))
    for address in ("/cycles", "/cycles/new", f"/cycles/{cycle.id}", f"/cycles/{cycle.id}/progress",
                    f"/cycles/{cycle.id}/lacking", f"/cycles/{cycle.id}/reviews/{review.id}"):
        assert client.get(address).status_code == 403


def test_unknown_cycles_are_not_found(hr):
    for address in ("/cycles/999", "/cycles/999/progress", "/cycles/999/lacking", "/cycles/999/cancel"):
        assert hr.get(address).status_code == 404


def test_three_hundred_people_are_pages_not_a_wall(hr, cycle, company):
    for _ in range(80):
        make_employee(superior=company.supervisor, vp=company.vp)
    launch_chunk(cycle.id, 0, 10**6, now=NOW + timedelta(hours=1))

    page = hr.get(f"/cycles/{cycle.id}?stage=self_review&page=2")
    beyond = hr.get(f"/cycles/{cycle.id}?stage=self_review&page=99")

    assert page.text.count('name="review"') == 30
    assert "Page 2 of 3, 87 in all" in page.text
    assert "Page 3 of 3" in beyond.text


def test_every_page_in_chinese_has_no_english_left(client, sign_in, cycle, company):
    company.hr.locale = "zh"
    sign_in(client, company.hr)
    review = review_of(company.agent)

    for address in ("/cycles", "/cycles/new", f"/cycles/{cycle.id}", f"/cycles/{cycle.id}/lacking",
                    f"/cycles/{cycle.id}/cancel", f"/cycles/{cycle.id}/reviews/{review.id}"):
        page = client.get(address).text
        main = re.sub(r"(?s)<(script|style|datalist).*?</\1>", "", page.split("<main")[1].split(">", 1)[1].split("</main>")[0])
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", main).replace("noscript", ""))
        assert [word for word in words if not re.fullmatch(r"T\d+", word)] == [], address
