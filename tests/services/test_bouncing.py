"""What comes back: noted once, with the mail, the invitation and the customer; never with somebody else."""

import mailbox
from datetime import timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.survey_company import make_survey
from tests.worker.bounced_mails import notification
from workflow_app import clock
from workflow_app.db import db
from workflow_app.imports import delivery_status
from workflow_app.imports.delivery_status import read_notification
from workflow_app.models import Event, MailMessage
from workflow_app.services import inviting, reminding_customers
from workflow_app.services.bounce_reports import read_bounces
from workflow_app.services.bouncing import note_bounce
from workflow_app.services.survey_mails import why_withdrawn

NOW = clock.now()
LATER = timedelta(hours=1)


@pytest.fixture
def survey(db_session):
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=NOW)
    for mail in mails():
        mail.state, mail.sent_at = "sent", NOW
    db_session.flush()
    return made


def mails():
    return db.session.scalars(select(MailMessage).order_by(MailMessage.id)).all()


def bounce(message_id="", address="", *, permanent=True, by_service=False):
    found = note_bounce(
        message_id=message_id, address=address, reason="550 no such user", permanent=permanent, now=NOW, by_service=by_service
    )
    db.session.expire_all()
    return found


def test_a_permanent_bounce_is_noted_with_mail_invitation_and_customer(survey):
    first = survey.first
    assert bounce(f"<{mails()[0].key}@localhost>") == "noted"

    assert (mails()[0].bounced_at, mails()[0].bounce_reason) == (NOW, "550 no such user")
    assert (first.bounced_at, first.bounce_reason, first.customer.bounced_at) == (NOW, "550 no such user", NOW)
    assert [one.bounced_at for one in survey.invitations[1:]] == [None, None]
    event = db.session.scalar(select(Event).filter_by(kind="mail_bounced"))
    assert "@" not in str(event.data)


def test_a_mailbox_that_is_full_keeps_the_address(survey):
    bounce(mails()[0].key, permanent=False)
    assert (survey.first.bounced_at, survey.first.customer.bounced_at) == (NOW, None)


def test_the_same_bounce_again_changes_nothing(survey):
    bounce(mails()[0].key)
    assert bounce(mails()[0].key) == "known"
    assert bounce(address=survey.first.customer.email.upper()) == "known"
    assert len(db.session.scalars(select(Event).filter_by(kind="mail_bounced")).all()) == 1


def told(mail, reason, *, permanent):
    found = note_bounce(message_id=mail.key, address="", reason=reason, permanent=permanent, now=NOW + LATER)
    db.session.expire_all()
    return found


def recorded():
    return [one.data["permanent"] for one in db.session.scalars(select(Event).filter_by(kind="mail_bounced").order_by(Event.id))]


def test_an_address_that_is_dead_after_all_is_marked_so_though_its_mail_had_come_back_for_a_while(survey):
    first = survey.first
    assert bounce(mails()[0].key, permanent=False) == "noted"
    assert bounce(mails()[0].key, permanent=False) == "known"

    assert told(mails()[0], "550 gone for good", permanent=True) == "noted"

    assert (first.customer.bounced_at, first.bounced_at, mails()[0].bounced_at) == (NOW + LATER, NOW, NOW)
    assert (first.bounce_reason, mails()[0].bounce_reason) == ("550 gone for good", "550 gone for good")
    assert recorded() == [False, True]
    assert [told(mails()[0], "again", permanent=each) for each in (True, False)] == ["known", "known"]
    assert recorded() == [False, True]


def test_a_permanent_bounce_that_hr_has_dealt_with_is_not_noted_again(survey):
    bounce(mails()[0].key, permanent=False)
    told(mails()[0], "550 gone", permanent=True)
    survey.first.customer.bounced_at = None  # HR tries the same address once more
    db.session.flush()

    assert told(mails()[0], "550 gone", permanent=True) == "known"
    assert survey.first.customer.bounced_at is None


def test_a_later_report_does_not_blame_an_address_that_was_corrected_meanwhile(survey):
    bounce(mails()[0].key, permanent=False)
    survey.first.customer.email = "right@example.net"
    db.session.flush()

    assert told(mails()[0], "550 gone", permanent=True) == "known"
    assert (survey.first.customer.bounced_at, mails()[0].bounce_reason) == (None, "550 no such user")


@pytest.mark.parametrize("by_service", [False, True])
@pytest.mark.parametrize(
    "claimed", ["<somebody@localhost>", "somebody@LOCALHOST", "<invitation-999-1@elsewhere>", "reminder-999-1-2026-01-01"]
)
def test_what_claims_to_be_ours_and_is_not_known_is_nobodys_bounce(survey, claimed, by_service):
    assert bounce(claimed, survey.first.customer.email, by_service=by_service) == "unknown"
    assert survey.first.customer.bounced_at is None


def test_what_we_did_not_send_is_nobodys_bounce(survey):
    assert bounce("<somebody@else>", survey.first.customer.email) == "unknown"
    assert bounce("<somebody@else>", "stranger@example.net", by_service=True) == "unknown"
    assert bounce(address="stranger@example.net") == "unknown"
    assert bounce() == bounce(by_service=True) == "unknown"
    assert survey.first.customer.bounced_at is None


@pytest.mark.parametrize(
    "given",
    [
        "<0100018f3c9a2b1d-7a1e4c1f-0000@email.amazonses.com>", "0100018f3c9a2b1d-7a1e4c1f-8f6d-000000",
        "a8c1040e-db1c-4e18-ac79-bc5f64c7ce2c", "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", "< not an id >", "@",
    ],
)
def test_an_id_that_the_mail_service_gave_leaves_the_address_to_find_the_mail(survey, given):
    assert bounce(given, survey.first.customer.email, by_service=True) == "noted"
    assert survey.first.customer.bounced_at == NOW
    assert [one.bounced_at for one in mails()[1:]] == [None, None]


def test_our_own_id_is_found_before_the_address(survey):
    assert bounce(mails()[1].key, survey.first.customer.email, by_service=True) == "noted"
    assert [one.bounced_at for one in mails()] == [None, NOW, None]


def test_an_address_corrected_meanwhile_is_not_blamed(survey):
    survey.first.customer.email = "right@example.net"
    assert bounce(mails()[0].key) == "noted"
    assert (survey.first.customer.bounced_at, survey.first.bounced_at) == (None, None)


def test_who_bounced_is_not_reminded_whether_asked_for_or_queued(survey):
    bounce(mails()[0].key)
    assert reminding_customers.remind_customers(survey.cycle.id, after=0, now=NOW) == 2
    assert why_withdrawn(mails()[0], now=NOW) == "bounced"
    with pytest.raises(Refusal):
        reminding_customers.remind(survey.first, actor=survey.hr.actor(), now=NOW)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (notification("invitation-1-1"), ("invitation-1-1", True, True)),
        (notification("invitation-1-1", status="4.2.2"), ("invitation-1-1", False, True)),
        (notification("invitation-1-1", action="delayed", status="4.4.1"), ("invitation-1-1", False, False)),
        (notification(original="Original-Message-ID: <k@localhost>"), ("<k@localhost>", True, True)),
        (notification("invitation-1-1", original="X-Kaoping-Message: reminder-2-1"), ("reminder-2-1", True, True)),
        (notification(), ("", True, True)),
        (notification("k", status="nonsense"), ("k", False, True)),
    ],
)
def test_a_notification_is_read(content, expected):
    (report,) = read_notification(content)
    assert (report.message_id, report.permanent, report.failed) == expected
    assert report.address == "c@example.net"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\x00\xfe" * 100, b"Subject: out of office\n\nI am away", b"Content-Type: multipart/report\n\nno parts",
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 500,
        b"Content-Type: multipart/report; boundary==?utf-8?b?//8=?=\n\n--x\n", b"From: \xff\nContent-Type: multipart/report\n\n\xff",
        notification("k").replace(b"Final-Recipient", b"Final\x00Recipient"),
    ],
)  # fmt: skip
def test_what_is_no_notification_is_counted_and_stops_nothing(db_session, tmp_path, content):
    folder = tmp_path / "box"
    (folder / "new").mkdir(parents=True)
    (folder / "new" / "1").write_bytes(content)
    (folder / "new" / "2").write_bytes(notification("unheard-of"))
    counts = read_bounces(folder, now=NOW)
    assert counts["other"] + counts["unreadable"] == 1 or counts["noted"] == 0
    assert counts["unknown"] == 1


@pytest.mark.parametrize("kind", ["eml", "mbox", "maildir"])
def test_each_kind_of_mailbox_is_read_and_reading_it_again_changes_nothing(survey, tmp_path, kind):
    content, path = notification(mails()[0].key), tmp_path / f"bounces.{kind}"
    if kind == "eml":
        path.write_bytes(content)
    else:
        box = mailbox.mbox(path) if kind == "mbox" else mailbox.Maildir(path)
        box.add(content)
        box.add(b"Subject: out of office\n\nI am away")
        box.close()
    before = path.read_bytes() if path.is_file() else None

    assert read_bounces(path, now=NOW)["noted"] == 1
    db.session.expire_all()
    again = read_bounces(path, now=NOW)

    assert (again["noted"], again["known"], again["other"]) == (0, 1, kind != "eml")
    assert survey.first.customer.bounced_at == NOW
    assert before is None or path.read_bytes() == before


@pytest.mark.parametrize(
    ("original", "count"), [("Original-Message-ID: <abc@else.example>", "unknown"), ("X-Kaoping-Message: {key}", "noted")]
)
def test_in_a_mailbox_a_strangers_mail_that_came_back_is_not_held_against_the_address(survey, tmp_path, original, count):
    path, address = tmp_path / "one.eml", survey.first.customer.email
    path.write_bytes(notification(recipient=address, original=original.format(key=mails()[0].key)))

    assert read_bounces(path, now=NOW)[count] == 1
    db.session.expire_all()
    assert (survey.first.customer.bounced_at is not None) is (count == "noted")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"just words\n"])
def test_a_file_that_holds_no_mail_is_refused_kindly(db_session, tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(Refusal, match="no mail"):
        read_bounces(path, now=NOW)
    with pytest.raises(Refusal, match="no mail"):
        read_bounces(tmp_path, now=NOW)


def test_files_and_mails_beyond_every_mailbox_are_refused(db_session, tmp_path, monkeypatch):
    path = tmp_path / "one.eml"
    path.write_bytes(notification("k"))
    monkeypatch.setattr(delivery_status, "LARGEST_MAIL", 10)
    assert read_bounces(path, now=NOW)["unreadable"] == 1
    monkeypatch.setattr(delivery_status, "LARGEST_FILE", 10)
    with pytest.raises(Refusal, match="larger"):
        read_bounces(path, now=NOW)
