from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from states.errors import Refusal
from states.permissions import SYSTEM
from states.scheme import SchemeErrors, builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account, make_cycle, make_scheme
from workflow_app.db import db
from workflow_app.models import Event, SchemeVersion
from workflow_app.models.schemes import PublishedVersionChanged
from workflow_app.schemes import current_version
from workflow_app.services.launching import create_cycle
from workflow_app.services.publishing import (
    discard_draft,
    publish_draft,
    publish_scheme,
    retire,
    save_draft,
    start_draft,
)

TEXT = builtin_scheme_text()
OTHER = TEXT + "\n# reviewed\n"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def hr(db_session):
    return make_account("hr").actor()


def kinds_of(version_id):
    return db.session.scalars(select(Event.kind).filter_by(subject_type="scheme", subject_id=version_id).order_by(Event.version)).all()


def test_a_draft_keeps_its_text_names_and_author(hr):
    draft = start_draft(TEXT, actor=hr, now=NOW)

    assert (draft.state, draft.version, draft.code, draft.published_at) == ("draft", None, "customer_service", None)
    assert (draft.text, draft.created_by_id, draft.updated_at) == (TEXT, hr.account_id, NOW)
    assert current_version() is None


@pytest.mark.parametrize("faulty", ["", "title: [", "code: 5\ntitle: plain", "- a list", "code: sales\ntitle: {zh: 销售, en: 7}"])
def test_a_faulty_text_is_kept_and_has_a_name_meanwhile(hr, faulty):
    draft = start_draft(faulty, actor=hr, now=NOW)

    assert draft.text == faulty
    assert draft.code
    assert draft.title_zh


def test_what_cannot_be_read_keeps_the_names_it_had(hr):
    draft = start_draft(TEXT, actor=hr, now=NOW)

    save_draft(draft, "code: [", revision=draft.revision, actor=hr, now=LATER)

    assert (draft.code, draft.text, draft.updated_at) == ("customer_service", "code: [", LATER)


@pytest.mark.parametrize("unkeepable", [b"\xff\xfe\x00", "a: \x00", "a: \ud800", "x" * 1_000_001])
def test_what_no_column_can_hold_is_refused(hr, unkeepable):
    with pytest.raises(SchemeErrors):
        start_draft(unkeepable, actor=hr, now=NOW)

    assert db.session.scalar(select(func.count(SchemeVersion.id))) == 0


def test_lines_end_alike_whatever_wrote_them(hr):
    assert start_draft("\ufeffa: 1\r\nb: 2\r", actor=hr, now=NOW).text == "a: 1\nb: 2\n"


def test_two_writers_notice_each_other(hr):
    draft = start_draft("a: 1", actor=hr, now=NOW)
    before = draft.revision
    save_draft(draft, "a: 2", revision=before, actor=hr, now=NOW)

    with pytest.raises(Refusal) as refusal:
        save_draft(draft, "a: 3", revision=before, actor=hr, now=LATER)

    assert refusal.value.kind == "conflict"
    assert draft.text == "a: 2"


def test_the_same_text_twice_is_one_save(hr):
    draft = start_draft("a: 1", actor=hr, now=NOW)
    before = draft.revision
    save_draft(draft, "a: 2", revision=before, actor=hr, now=NOW)

    save_draft(draft, "a: 2", revision=before, actor=hr, now=LATER)

    assert draft.revision == before + 1
    assert kinds_of(draft.id) == ["scheme_draft_started", "scheme_draft_saved"]


def test_a_draft_becomes_the_next_version_of_its_code(hr):
    first = publish_draft(start_draft(TEXT, actor=hr, now=NOW), actor=hr, now=NOW)
    second = publish_draft(start_draft(OTHER, actor=hr, now=NOW, based_on=first), actor=hr, now=LATER, note=" 更清楚 ")

    assert [(one.version, one.state, one.published_at) for one in (first, second)] == [
        (1, "published", NOW), (2, "published", LATER),
    ]
    assert (second.based_on_id, second.note) == (first.id, "更清楚")
    assert current_version() is second


def test_publishing_names_every_fault_and_changes_nothing(hr):
    draft = start_draft(TEXT.replace("share: rest", "share: 30", 1).replace("half_up", "sideways"), actor=hr, now=NOW)

    with pytest.raises(SchemeErrors) as refusal:
        publish_draft(draft, actor=hr, now=NOW)

    assert len(refusal.value.messages) == 2
    assert (draft.state, draft.version) == ("draft", None)


def test_the_same_text_is_not_published_twice(hr):
    publish_draft(start_draft(TEXT, actor=hr, now=NOW), actor=hr, now=NOW)

    with pytest.raises(Refusal) as refusal:
        publish_draft(start_draft(TEXT, actor=hr, now=NOW), actor=hr, now=NOW)

    assert refusal.value.message.data == {"number": 1}


def test_what_was_looked_at_is_what_is_published(hr):
    draft = start_draft(TEXT, actor=hr, now=NOW)
    seen = draft.revision
    save_draft(draft, OTHER, revision=seen, actor=hr, now=NOW)

    with pytest.raises(Refusal) as refusal:
        publish_draft(draft, revision=seen, actor=hr, now=NOW)

    assert refusal.value.kind == "conflict"


@pytest.mark.parametrize("change", ["save", "publish", "discard"])
def test_a_published_version_is_no_draft_any_more(hr, change):
    version = publish_draft(start_draft(TEXT, actor=hr, now=NOW), actor=hr, now=NOW)
    again = {
        "save": lambda: save_draft(version, OTHER, revision=version.revision, actor=hr, now=LATER),
        "publish": lambda: publish_draft(version, actor=hr, now=LATER),
        "discard": lambda: discard_draft(version, actor=hr, now=LATER),
    }

    with pytest.raises(Refusal) as refusal:
        again[change]()

    assert refusal.value.kind == "conflict"
    assert version.text == TEXT


@pytest.mark.parametrize("name", ["text", "digest", "code", "title_en"])
def test_no_line_of_code_changes_a_published_version(hr, name):
    version = publish_draft(start_draft(TEXT, actor=hr, now=NOW), actor=hr, now=NOW)

    setattr(version, name, "another")

    with pytest.raises(PublishedVersionChanged):
        db.session.flush()
    db.session.rollback()


def test_no_line_of_code_deletes_a_published_version(hr):
    db.session.delete(make_scheme())

    with pytest.raises(PublishedVersionChanged):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE scheme_version SET text = 'x'", "UPDATE scheme_version SET state = 'draft'", "DELETE FROM scheme_version"],
)
def test_the_database_itself_keeps_a_published_version(hr, statement):
    version = make_scheme()
    db.session.commit()

    with pytest.raises(IntegrityError):
        db.session.execute(sql(statement))
    db.session.rollback()

    assert db.session.get(SchemeVersion, version.id).text == TEXT
    db.session.execute(sql("UPDATE scheme_version SET state = 'retired'"))


def test_a_discarded_draft_is_gone_and_its_history_stays(hr):
    draft = start_draft("a: 1", actor=hr, now=NOW)
    number = draft.id

    discard_draft(draft, actor=hr, now=LATER)

    assert db.session.get(SchemeVersion, number) is None
    assert kinds_of(number) == ["scheme_draft_started", "scheme_draft_discarded"]


def test_no_cycle_starts_from_a_retired_version_and_a_running_one_keeps_it(hr):
    Company()
    cycle = make_cycle()

    version = retire(cycle.scheme_version, actor=hr, now=LATER)

    assert (version.state, version.retired_at) == ("retired", LATER)
    assert current_version() is None
    assert cycle.scheme_version is version
    with pytest.raises(Refusal):
        create_cycle(version, "year_end", "2024", actor=hr, now=LATER)


def test_retiring_twice_is_retiring_once(hr):
    version = make_scheme()
    retire(version, actor=hr, now=NOW)

    retire(version, actor=hr, now=LATER)

    assert version.retired_at == NOW
    assert kinds_of(version.id) == ["scheme_published", "scheme_retired"]


def test_a_draft_is_discarded_not_retired(hr):
    with pytest.raises(Refusal):
        retire(start_draft(TEXT, actor=hr, now=NOW), actor=hr, now=NOW)


@pytest.mark.parametrize("roles", [(), ("general_manager",), ("admin",)])
def test_only_hr_writes_schemes(db_session, roles):
    version, draft = make_scheme(), start_draft(OTHER, actor=SYSTEM, now=NOW)
    somebody = make_account(*roles).actor()
    refused = (
        lambda: start_draft(TEXT, actor=somebody, now=NOW),
        lambda: save_draft(draft, TEXT, revision=1, actor=somebody, now=NOW),
        lambda: publish_draft(draft, actor=somebody, now=NOW),
        lambda: publish_scheme(TEXT, actor=somebody, now=NOW),
        lambda: discard_draft(draft, actor=somebody, now=NOW),
        lambda: retire(version, actor=somebody, now=NOW),
    )

    for act in refused:
        with pytest.raises(Refusal) as refusal:
            act()
        assert refusal.value.kind == "forbidden"
