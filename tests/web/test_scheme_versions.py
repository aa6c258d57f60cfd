"""HR's desk of schemes: starting, uploading, publishing, retiring; who sees what."""

from io import BytesIO

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from states.scheme import builtin_scheme, builtin_scheme_codes, builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account, make_cycle, make_scheme
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import SchemeNotice, SchemeVersion
from workflow_app.services.publishing import publish_scheme, start_draft

TEXT = builtin_scheme_text()
OTHER = TEXT + "\n# reviewed\n"


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def as_hr(company, client, sign_in):
    return sign_in(client, company.hr)


def only_version():
    return db.session.scalars(select(SchemeVersion)).one()


def draft(text=TEXT):
    return start_draft(text, actor=SYSTEM, now=NOW)


def test_the_empty_desk_says_what_to_do(as_hr):
    page = as_hr.get("/scheme", follow_redirects=True)

    assert page.request.path == "/schemes"
    assert "Start a draft, read it through, and publish it" in page.text
    assert page.text.count('name="builtin"') == len(builtin_scheme_codes())


@pytest.mark.parametrize("code", builtin_scheme_codes())
def test_a_draft_starts_from_any_scheme_that_comes_along(as_hr, code):
    page = as_hr.post("/schemes/start", data={"builtin": code}, follow_redirects=True)

    assert (only_version().text, only_version().state) == (builtin_scheme_text(code), "draft")
    assert builtin_scheme(code).title.en in page.text
    assert "Publish …" in page.text


def test_a_draft_starts_from_a_published_version(as_hr):
    version = make_scheme()

    as_hr.post("/schemes/start", data={"version": version.id})

    made = db.session.scalar(select(SchemeVersion).filter_by(state="draft"))
    assert (made.text, made.based_on_id) == (TEXT, version.id)


@pytest.mark.parametrize("data", [{"builtin": "none"}, {}, {"version": "999999999999"}, {"version": "x"}])
def test_a_draft_of_nothing_is_refused(as_hr, data):
    assert as_hr.post("/schemes/start", data=data).status_code == 404


def upload(client, content, name="plan.yaml"):
    return client.post("/schemes/upload", data={"file": (BytesIO(content), name)}, follow_redirects=True)


def test_a_file_becomes_a_draft(as_hr):
    page = upload(as_hr, TEXT.encode())

    assert only_version().text == TEXT
    assert "Read it as it will be read" in page.text


def test_a_faulty_file_becomes_a_draft_that_says_what_is_wrong(as_hr):
    page = upload(as_hr, TEXT.replace("share: rest", "share: 30", 1).encode())

    assert "makes 80" in page.text
    assert "What is wrong with it" in page.text
    assert "Publish …" not in page.text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \x00"])
def test_what_is_no_text_is_refused_with_the_reason(as_hr, content):
    page = upload(as_hr, content)

    assert page.status_code == 422
    assert "Please check what you entered" in page.text
    assert db.session.scalar(select(SchemeVersion)) is None


def test_no_file_is_refused(as_hr):
    assert "Choose a file first." in as_hr.post("/schemes/upload", data={}).text


def test_publishing_is_confirmed_and_tells_everyone(app, as_hr, company):
    made = draft()
    asked = as_hr.get(f"/schemes/{made.id}/publish").text
    assert "7 people whom it rates are told" in asked
    assert "It becomes version 1" in asked

    page = as_hr.post(f"/schemes/{made.id}/publish", data={"revision": made.revision, "note": "新办法"}, follow_redirects=True)

    assert "People are being told" in page.text
    run_jobs(app)
    assert len(db.session.scalars(select(SchemeNotice)).all()) == 7
    page = as_hr.get(f"/schemes/{made.id}")
    assert "新办法" in page.text
    assert company.clerk.name in page.text
    assert as_hr.get(f"/schemes/{made.id}/telling").json["over"] is True


def test_a_faulty_draft_cannot_be_published(as_hr):
    made = draft("code: [")

    assert "It cannot be published yet" in as_hr.get(f"/schemes/{made.id}/publish").text
    assert as_hr.post(f"/schemes/{made.id}/publish", data={"revision": 1}).status_code == 422
    assert only_version().state == "draft"


def test_what_somebody_else_saved_meanwhile_is_not_published_unread(as_hr):
    made = draft()

    answer = as_hr.post(f"/schemes/{made.id}/publish", data={"revision": 7, "note": "我写的"})

    assert answer.status_code == 409
    assert "我写的" in answer.text
    assert only_version().state == "draft"


def test_a_draft_is_discarded_after_a_question(as_hr):
    made = draft()
    assert "gone for good" in as_hr.get(f"/schemes/{made.id}/discard").text

    as_hr.post(f"/schemes/{made.id}/discard")

    assert db.session.scalar(select(SchemeVersion)) is None


def test_the_last_version_of_a_scheme_is_retired_with_a_warning(as_hr):
    version = make_cycle().scheme_version
    asked = as_hr.get(f"/schemes/{version.id}/retire").text
    assert "This is the last published version" in asked
    assert "1 cycle that runs keeps it" in asked

    page = as_hr.post(f"/schemes/{version.id}/retire", follow_redirects=True)

    assert "Retired" in page.text
    assert only_version().state == "retired"
    assert "retired" in as_hr.get(f"/scheme?version={version.id}").text


def test_the_desk_shows_every_state(as_hr):
    old = publish_scheme(TEXT, actor=SYSTEM, now=NOW)
    publish_scheme(OTHER, actor=SYSTEM, now=NOW)
    draft(TEXT + "\n# third\n")
    draft("code: [")

    page = as_hr.get("/schemes").text

    assert "can be published" in page
    assert "Mend the faults" in page
    assert page.count("in force") == 1
    as_hr.post(f"/schemes/{old.id}/retire")
    assert 'id="retired"' in as_hr.get("/schemes").text


def test_a_newer_version_is_named_on_the_older(as_hr):
    cycle = make_cycle()
    old, new = cycle.scheme_version, publish_scheme(OTHER, actor=SYSTEM, now=NOW)

    page = as_hr.get(f"/schemes/{old.id}").text

    assert "Version 2 is newer." in page
    assert f"/schemes/{new.id}" in page
    assert cycle.title_en in page


def test_everybody_sees_what_is_published_and_nobody_else_the_drafts(client, sign_in, db_session):
    version, made = make_scheme(), draft(OTHER)
    somebody = sign_in(client, make_account())

    page = somebody.get("/schemes").text

    assert f"/scheme?version={version.id}" in page
    assert 'id="drafts"' not in page
    hidden = (f"/schemes/{made.id}", f"/schemes/{version.id}", f"/schemes/{made.id}/publish", f"/schemes/{version.id}/readers")
    assert {path: somebody.get(path).status_code for path in hidden} == dict.fromkeys(hidden, 403)
    for path in (f"/scheme/whole?version={made.id}", f"/scheme/{made.id}.yaml", f"/scheme?version={made.id}"):
        assert somebody.get(path).status_code == 404


def test_the_general_manager_reads_drafts_and_changes_nothing(client, sign_in, db_session):
    made = draft()
    boss = sign_in(client, make_account("general_manager"))

    page = boss.get(f"/schemes/{made.id}").text

    assert "Read it as it will be read" in page
    assert "Publish …" not in page
    assert boss.get(f"/scheme/whole?version={made.id}").status_code == 200
    for path in ("start", "upload", f"{made.id}/publish", f"{made.id}/discard", f"{made.id}/retire", f"{made.id}/remind"):
        assert boss.post(f"/schemes/{path}").status_code == 403
