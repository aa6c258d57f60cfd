"""A reason and a contact are one value and come apart as they were."""

import pytest

from states.declines import LONGEST_CONTACT, LONGEST_KEPT, joined, parted, room_for_reason


@pytest.mark.parametrize(("reason", "contact"), [("", ""), ("没有时间", ""), ("", "王女士 138"), ("不归我管", "wang@example.net")])
def test_what_was_said_comes_apart_again(reason, contact):
    assert parted(joined(reason, contact)) == (reason, contact)


def test_nothing_said_is_nothing_kept():
    assert joined("", "") is None
    assert parted(None) == ("", "")


@pytest.mark.parametrize("length", [0, 1, LONGEST_CONTACT])
def test_the_longest_of_both_fill_what_can_be_kept_and_no_more(length):
    contact = "人" * length
    kept = joined("长" * room_for_reason(contact), contact)

    assert len(kept) == LONGEST_KEPT
