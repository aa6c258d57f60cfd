"""The chain over the history: whole when untouched, and every touch is found."""

import pytest
from sqlalchemy import delete, select, update

from states.permissions import SYSTEM
from workflow_app import clock
from workflow_app.db import unit_of_work
from workflow_app.models import Event, EventBlock
from workflow_app.services import sealing
from workflow_app.services.events import record_event


def write(count, subject_id=1):
    with unit_of_work():
        for number in range(count):
            record_event("cycle", subject_id, "changed", actor=SYSTEM, now=clock.now(), data={"n": number, "字": "值"})


def seal(limit=sealing.BLOCK):
    with unit_of_work():
        return sealing.seal(now=clock.now(), limit=limit)


def faults():
    return [str(fault) for fault in sealing.verify().faults]


@pytest.fixture
def sealed(db_session):
    write(5)
    seal(limit=3)
    seal()
    return db_session


def test_an_untouched_chain_is_sound_and_says_what_is_not_sealed_yet(sealed):
    write(2, subject_id=2)
    audit = sealing.verify()
    assert audit.sound
    assert (audit.blocks, audit.events, audit.unsealed) == (2, 5, 2)


def test_sealing_with_nothing_to_seal_makes_no_block(sealed):
    assert seal() == 0
    assert sealing.count_blocks() == 2


def test_each_block_follows_the_one_before(sealed):
    first, second = sealed.scalars(select(EventBlock).order_by(EventBlock.id)).all()
    assert first.previous == sealing.GENESIS
    assert second.previous == first.digest


def test_a_changed_event_is_found(sealed):
    sealed.execute(update(Event).where(Event.id == 2).values(kind="something_else"))
    assert any("Event 2" in fault for fault in faults())


def test_a_changed_event_with_a_new_digest_is_found_too(sealed):
    sealed.execute(update(Event).where(Event.id == 2).values(kind="something_else"))
    row = sealed.execute(select(Event.__table__).where(Event.id == 2)).one()
    sealed.execute(update(Event).where(Event.id == 2).values(digest=sealing.event_digest(row)))
    assert any("digest of block" in fault for fault in faults())


def test_a_removed_event_is_found(sealed):
    sealed.execute(delete(Event).where(Event.id == 2))
    assert any("held 3 events; 2" in fault for fault in faults())


def test_a_removed_unsealed_event_leaves_a_gap(db_session):
    write(3)
    db_session.execute(delete(Event).where(Event.version == 2))
    assert any("gap" in fault for fault in faults())


def test_a_forged_block_breaks_the_chain(sealed):
    sealed.execute(update(EventBlock).where(EventBlock.id == 1).values(digest="f" * 64))
    assert faults()
