"""What customers said, read over HTTP: the person rated tries every page and file and learns of no small group."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from states.permissions import SYSTEM
from tests.survey_company import ITEMS, make_account, make_employee, make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, MailMessage, Redaction, ReviewStage, Submission, SurveyPublication
from workflow_app.queries.free_answers import name_in
from workflow_app.queries.surveys import latest_answer
from workflow_app.services import composing, releasing
from workflow_app.services.answering import submit_answers
from workflow_app.services.publishing_answers import publish_answers


class Released:
    """A person whose customers answered, and whose result is out."""

    def __init__(self, customers: int, *, na: int = 0, languages: list[str] | None = None, release: bool = True) -> None:
        self.survey = make_survey(customers=customers, languages=languages or ["zh"] * customers)
        for at, invitation in enumerate(self.survey.invitations):
            given = dict.fromkeys(ITEMS, "4") | {"comment": f"秘密留言{at}"}
            if at < na:
                given["speed"] = "na"
            submit_answers(invitation, given, known=0, now=clock.now())
        self.review, self.cycle = self.survey.review, self.survey.cycle
        self.person = make_account(self.review.employee)
        self.cycle.state = "calibrating"
        db.session.flush()
        composing.compose_cycle(self.cycle.id, now=clock.now())
        if release:
            self.release()
        db.session.commit()

    def release(self) -> None:
        self.cycle.state, self.review.state = "released", "release"
        self.cycle.released_at = clock.now()
        for row in db.session.query(ReviewStage).filter_by(review_id=self.review.id):
            row.state = "done"
        db.session.add(ReviewStage(review_id=self.review.id, stage="release", position=9, state="open"))
        db.session.flush()
        releasing.release_reviews(self.cycle.id, now=clock.now())

    def name(self, at: int = 0, question: str = "comment") -> str:
        """What names the newest text of this customer in an address."""
        newest = latest_answer(self.survey.invitations[at])
        return name_in(self.review, newest.id, question)

    def change(self, at: int, comment: str) -> None:
        """A customer says something else after the release."""
        invitation, state = self.survey.invitations[at], self.cycle.state
        self.cycle.state, invitation.expires_at = "open", clock.now() + timedelta(days=1)
        submit_answers(invitation, dict.fromkeys(ITEMS, "1") | {"comment": comment}, known=1, now=clock.now())
        self.cycle.state = state
        db.session.flush()

    @property
    def addresses(self) -> list[str]:
        number = self.review.id
        mine = ["", "/print", ".json", "/customers", "/customers?lang=en", "/customers?of=language:en&item=speed", "/customers?customer=1"]
        return [f"/results/{number}{more}" for more in mine] + [f"/api/v1/reviews/{number}/result", "/results", "/"]


def all_said(client, company: Released) -> str:
    return "\n".join(client.get(address, follow_redirects=True).text for address in company.addresses)


def test_a_score_of_nought_is_a_score(client, sign_in, db_session):
    company = Released(6)
    publication = db.session.query(SurveyPublication).one()
    publication.payload = publication.payload | {"value": "0", "interval": None}
    db.session.commit()

    page = sign_in(client, company.person).get(f"/results/{company.review.id}/customers").text

    assert "0.00<small> / 100" in page


def test_below_the_minimum_to_show_no_page_and_no_file_tells_a_text_or_a_question(client, sign_in, db_session):
    company = Released(4)

    said = all_said(sign_in(client, company.person), company)

    assert "秘密留言" not in said
    assert said.count("作答人数太少，不予显示") >= 2
    assert "4.00 / 5" not in said
    assert "80.00" in said


@pytest.mark.parametrize("customers", [1, 2])
def test_with_one_or_two_customers_it_says_that_this_is_not_anonymous_and_shows_nothing(client, sign_in, db_session, customers):
    company = Released(customers)
    own = sign_in(client, company.person)

    page, said = own.get(f"/results/{company.review.id}/customers").text, all_said(own, company)

    assert "不是匿名的" in page
    assert "秘密留言" not in said
    told = own.get(f"/results/{company.review.id}.json").json
    found = re.findall(r'"group": (\{.*?\})', json.dumps(told))
    assert all(json.loads(one)["count"] is None for one in found)
    assert f"{customers} 份" not in page


def test_with_enough_the_person_reads_figures_and_texts_and_nothing_that_names_or_dates(client, sign_in, db_session):
    company = Released(6)
    own = sign_in(client, company.person)

    page, said = own.get(f"/results/{company.review.id}/customers").text, all_said(own, company)

    assert page.count("秘密留言") == 6
    assert page.count("4.00 / 5") == len(ITEMS)
    day = clock.now().date()
    assert day.isoformat() not in page
    for invitation in company.survey.invitations:
        assert invitation.customer.name not in said
        assert invitation.customer.email not in said
        assert invitation.reference not in said
    assert "basis" not in said


def test_a_question_that_one_customer_did_not_rate_is_told_nowhere(client, sign_in, db_session):
    company = Released(7, na=1)
    own = sign_in(client, company.person)

    page = own.get(f"/results/{company.review.id}/customers?lang=en").text
    told = json.dumps(own.get(f"/results/{company.review.id}.json").json)

    assert page.count("4.00 / 5") == len(ITEMS) - 1
    assert "it would tell of too few customers" in page
    assert '"items"' not in told
    assert "customer_questionnaire:speed" not in told


def test_before_the_release_there_is_nothing_and_afterwards_it_is_linked(client, sign_in, db_session):
    company = Released(6, release=False)
    own = sign_in(client, company.person)

    before = own.get(f"/results/{company.review.id}/customers").status_code
    company.release()
    db.session.commit()

    assert before == 403
    assert f"/results/{company.review.id}/customers" in own.get(f"/results/{company.review.id}").text


def test_a_later_answer_moves_nothing_that_the_person_reads(client, sign_in, db_session):
    company = Released(6)
    own, address = sign_in(client, company.person), f"/results/{company.review.id}/customers"
    before = content(own.get(address).text)
    company.change(0, "改了")
    publish_answers(company.review, actor=SYSTEM, now=clock.now())
    db.session.commit()

    assert content(own.get(address).text) == before


def test_the_person_rated_reaches_none_of_hrs_pages(client, sign_in, db_session):
    company = Released(6)
    own, name = sign_in(client, company.person), company.name()

    results = f"/cycles/{company.cycle.id}/survey"
    pages = [f"/reviews/{company.review.id}/answers", results, f"{results}?of=language:zh"]

    assert [own.get(address).status_code for address in pages] == [403, 403, 403]
    for act in ("hide", "show"):
        sent = own.post(f"/reviews/{company.review.id}/answers/{name}/{act}", data={"whole": "y", "reason": "我不喜欢"})
        assert sent.status_code == 403
    assert db.session.scalars(select(Redaction)).all() == []


def test_hr_who_is_rated_reads_only_what_was_published(client, sign_in, db_session):
    company = Released(6)
    company.person.roles = ["hr"]
    db.session.commit()
    own = sign_in(client, company.person)

    assert own.get(f"/reviews/{company.review.id}/answers").status_code == 403
    assert company.review.employee.name not in own.get(f"/cycles/{company.cycle.id}/survey").text.split("</header>")[-1]


@pytest.mark.parametrize("release", [False, True])
def test_the_superior_in_hr_reads_no_single_answer_about_a_report(client, sign_in, db_session, release):
    company = Released(6, release=release)
    superior = make_account(company.review.employee.superior, "hr")
    db.session.commit()
    desk, name = sign_in(client, superior), company.name()

    opened = desk.get(f"/reviews/{company.review.id}/answers")
    acts = [desk.post(f"/reviews/{company.review.id}/answers/{name}/{act}", data={"whole": "y", "reason": "x"}) for act in ("hide", "show")]
    listed = desk.get(f"/cycles/{company.cycle.id}/survey").text.split("</header>")[-1]

    assert {one.status_code for one in (opened, *acts)} == {403}
    assert "秘密留言" not in opened.text + "".join(one.text for one in acts)
    assert company.review.employee.name not in listed
    assert db.session.scalars(select(Redaction)).all() == []
    assert not db.session.scalars(select(Event).filter_by(kind="answers_read")).all()
    assert company.review.employee.name in sign_in(client, company.survey.hr).get(f"/cycles/{company.cycle.id}/survey").text


def test_a_colleague_reads_nothing(client, sign_in, db_session):
    company = Released(6)
    other = make_account(make_employee("别人"))
    db.session.commit()

    assert sign_in(client, other).get(f"/results/{company.review.id}/customers").status_code == 403


def test_hr_hides_words_and_the_person_reads_bars(client, sign_in, db_session):
    company = Released(6)
    hr, name = sign_in(client, company.survey.hr), company.name()
    before = hr.get(f"/reviews/{company.review.id}/answers").text

    sent = hr.post(
        f"/reviews/{company.review.id}/answers/{name}/hide", data={"words": "秘密", "reason": "点了名"}
    )
    wrong = hr.post(f"/reviews/{company.review.id}/answers/{name}/hide", data={"words": "不在", "reason": "理由甲"})

    assert before.count("秘密留言") == 6
    assert (sent.status_code, wrong.status_code) == (303, 422)
    assert "理由甲" in wrong.text
    page = sign_in(client, company.person).get(f"/results/{company.review.id}/customers").text
    assert page.count("秘密留言") == 5
    assert "███留言0" in page
    assert db.session.query(SurveyPublication).count() == 2


def test_opening_the_answers_is_recorded_and_texts_reach_neither_events_nor_mails(client, sign_in, db_session):
    company = Released(6)
    hr = sign_in(client, company.survey.hr)

    hr.get(f"/reviews/{company.review.id}/answers")

    events = db.session.scalars(select(Event)).all()
    assert [one.actor_id for one in events if one.kind == "answers_read"] == [company.survey.hr.id]
    mails = db.session.scalars(select(MailMessage)).all()
    kept = json.dumps([[one.data, one.detail.data if one.detail else None] for one in events], ensure_ascii=False)
    assert "秘密留言" not in kept + "".join(one.text + one.html for one in mails)


def test_while_the_survey_is_open_hr_reads_no_answer(client, sign_in, db_session):
    company = Released(6, release=False)
    company.cycle.state, company.survey.stage.state = "open", "open"
    db.session.commit()

    answer = sign_in(client, company.survey.hr).get(f"/reviews/{company.review.id}/answers")

    assert answer.status_code == 409
    assert "秘密留言" not in answer.text


@pytest.mark.parametrize("what", ["hide", "show"])
def test_while_the_survey_is_open_a_refused_form_shows_no_answer_either(client, sign_in, db_session, what):
    company = Released(6, release=False)
    company.cycle.state, company.survey.stage.state = "open", "open"
    name = company.name()
    db.session.commit()

    sent = sign_in(client, company.survey.hr).post(f"/reviews/{company.review.id}/answers/{name}/{what}")

    assert sent.status_code == 409
    assert "秘密留言" not in sent.text


def test_hiding_more_leaves_hidden_what_was(client, sign_in, db_session):
    company = Released(6)
    hr, name = sign_in(client, company.survey.hr), company.name()
    address = f"/reviews/{company.review.id}/answers/{name}/hide"

    for words in ("秘密", "留言"):
        hr.post(address, data={"words": words, "reason": "点了名"})
    whole = hr.post(address, data={"whole": "y", "reason": "全部"})
    again = hr.post(address, data={"words": "0", "reason": "再来"})

    shown = db.session.scalars(select(Redaction.shown).order_by(Redaction.id)).all()
    assert (whole.status_code, again.status_code) == (303, 409)
    assert shown == ["███留言0", "███0", ""]


@pytest.mark.parametrize(("comment", "shown"), [("秘密留言0", "███留言0"), ("王经理的秘密", "")])
def test_an_answer_that_is_changed_after_hr_looked_keeps_its_bars(client, sign_in, db_session, comment, shown):
    company = Released(6, release=False)
    invitation = company.survey.first
    hr, name = sign_in(client, company.survey.hr), company.name()
    hr.post(f"/reviews/{company.review.id}/answers/{name}/hide", data={"words": "秘密", "reason": "点了名"})
    db.session.get(type(company.cycle), company.cycle.id).state = "open"

    made = submit_answers(invitation, dict.fromkeys(ITEMS, "5") | {"comment": comment}, known=1, now=clock.now())

    assert [one.shown for one in db.session.scalars(select(Redaction).filter_by(submission_id=made.id))] == [shown]


def content(page: str) -> str:
    """What a page says, without the forms around it, whose tokens change with the second."""
    return page.split("<main")[1].split("</main", maxsplit=1)[0]


def figures(page: str) -> list[str]:
    return re.findall(r"\d+\.\d\d / 5", page)


def test_hr_reads_the_cycle_by_language_and_no_filter_tells_of_the_one_english_writer(client, sign_in, db_session):
    company = Released(8, languages=["zh"] * 7 + ["en"])
    hr, address = sign_in(client, company.survey.hr), f"/cycles/{company.cycle.id}/survey?lang=en"

    everybody, chinese, english = (hr.get(f"{address}&of={of}").text for of in ("", "language:zh", "language:en"))

    assert len(figures(everybody)) == len(ITEMS)
    # Seven are enough by themselves, but everybody less these seven is one.
    assert figures(chinese) == figures(english) == []
    assert "it would tell of too few customers" in chinese
    assert "Too few answers to show" in english


def test_with_enough_of_both_languages_each_is_shown(client, sign_in, db_session):
    company = Released(11, languages=["zh"] * 6 + ["en"] * 5)
    hr, address = sign_in(client, company.survey.hr), f"/cycles/{company.cycle.id}/survey"

    pages = [hr.get(f"{address}?of={of}&item=speed").text for of in ("language:zh", "language:en", "department:客户服务部", "nonsense")]

    assert [len(figures(page)) for page in pages] == [len(ITEMS)] * 4


def test_before_every_result_is_out_there_are_no_results_of_the_cycle(client, sign_in, db_session):
    company = Released(8, release=False)

    page = sign_in(client, company.survey.hr).get(f"/cycles/{company.cycle.id}/survey?lang=en").text

    assert "No results yet" in page
    assert figures(page) == []


def test_a_customers_new_language_moves_nobody_between_the_filters(client, sign_in, db_session):
    company = Released(11, languages=["zh"] * 6 + ["en"] * 5)
    hr, address = sign_in(client, company.survey.hr), f"/cycles/{company.cycle.id}/survey?of=language:zh"
    before = content(hr.get(address).text)

    company.survey.first.customer.language = "en"
    db.session.commit()

    assert content(hr.get(address).text) == before


ADDRESS = re.compile(r"/reviews/(\d+)/answers/([a-z2-7]{32})/(hide|show)")


def test_hrs_page_tells_no_number_of_an_answer_and_not_their_order(client, sign_in, db_session):
    company = Released(12, release=False)
    first = 7_000_000
    for number in db.session.scalars(select(Submission.id).order_by(Submission.id)).all():
        db.session.execute(update(Submission).where(Submission.id == number).values(id=first + number))
    db.session.commit()
    db.session.expire_all()
    hr, address = sign_in(client, company.survey.hr), f"/reviews/{company.review.id}/answers"
    hr.post(f"{address}/{company.name()}/hide", data={"words": "秘密", "reason": "点了名"})

    page = content(hr.get(address).text)

    named = re.findall(r'(?:href|action|id|for|name|value|aria-\w+|data-[\w-]+)="([^"]*)"', page)
    places = [found for one in named if (found := ADDRESS.fullmatch(one))]
    # Twelve texts to hide words in, one of them to show again; what else has a number counts the cards.
    assert len(places) == 13
    assert not [one for one in named if "/answers" in one and not ADDRESS.fullmatch(one)]
    assert str(first)[:5] not in page
    written = [int(text) for text in re.findall(r'<p class="prose">秘密留言(\d+)</p>', page)]
    assert sorted(written) == list(range(12))
    assert written not in (sorted(written), sorted(written, reverse=True))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_what_is_published_and_what_is_newer(client, sign_in, db_session, language):
    company = Released(6)
    company.change(0, "改了")
    db.session.commit()
    hr, address = sign_in(client, company.survey.hr), f"/reviews/{company.review.id}/answers"

    page = content(hr.get(f"{address}?lang={language}").text)

    assert page.count({"zh": "已公布<", "en": ">published<"}[language]) == 6
    assert page.count({"zh": "未公布<", "en": ">not published<"}[language]) == 1
    assert page.count({"zh": "客户后来改了这份回答", "en": "has changed this answer since"}[language]) == 1


def test_what_was_published_and_then_changed_is_hidden_from_who_reads_it(client, sign_in, db_session):
    company = Released(6)
    name = company.name()
    company.change(0, "改了")
    db.session.commit()

    sent = sign_in(client, company.survey.hr).post(
        f"/reviews/{company.review.id}/answers/{name}/hide", data={"words": "秘密", "reason": "点了名"}
    )

    page = sign_in(client, company.person).get(f"/results/{company.review.id}/customers").text
    assert sent.status_code == 303
    assert "███留言0" in page
    assert "秘密留言0" not in page


def test_hr_looks_at_what_a_customer_wrote_anew_and_lets_it_stand(client, sign_in, db_session):
    company = Released(6)
    hr, address = sign_in(client, company.survey.hr), f"/reviews/{company.review.id}/answers"
    hr.post(f"{address}/{company.name()}/hide", data={"words": "秘密", "reason": "点了名"})
    company.change(0, "改了")
    db.session.commit()

    before = hr.get(f"{address}?lang=en").text
    sent = hr.post(f"{address}/{company.name()}/show")

    assert before.count("Hidden whole until you have looked") == before.count(">Show it whole<") == 1
    assert sent.status_code == 303
    assert "Hidden whole until you have looked" not in hr.get(address).text


def test_of_erased_answers_the_page_says_so(client, sign_in, db_session):
    company = Released(6)
    name = company.name()
    db.session.execute(delete(SurveyPublication))
    db.session.execute(update(Submission).values(answers={}))
    db.session.commit()
    hr, address = sign_in(client, company.survey.hr), f"/reviews/{company.review.id}/answers"

    page, sent = hr.get(f"{address}?lang=en"), hr.post(f"{address}/{name}/hide", data={"whole": "y", "reason": "点了名"})

    assert "The answers are kept no longer" in page.text
    assert (sent.status_code, hr.post(f"{address}/{'a' * 32}/hide", data={"whole": "y", "reason": "x"}).status_code) == (409, 404)


def test_hrs_page_lights_up_cycles_and_the_persons_own_page_their_reviews(client, sign_in, db_session):
    company = Released(6)

    hrs = sign_in(client, company.survey.hr).get(f"/reviews/{company.review.id}/answers?lang=en").text
    own = sign_in(client, company.person).get(f"/results/{company.review.id}/customers?lang=en").text

    here = [re.findall(r'<a[^>]*aria-current="page"[^>]*>([^<]*)', page.split("<main")[0]) for page in (hrs, own)]
    assert here == [["Cycles"], ["My reviews"]]
