"""The page that says in words what differs between two versions."""

import pytest

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, make_account, make_scheme
from tests.scheme_texts import changed, insert_before, publish_changed
from workflow_app.services.publishing import start_draft


@pytest.fixture
def versions(db_session):
    def change(scheme):
        insert_before(scheme, "vp_feedback")
        scheme["composition"]["bonus"].update(most=8)

    return make_scheme(), publish_changed(change)


def draft(text):
    return start_draft(text, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", ("Stage “Word of the head” was added", "10 → 8")), ("zh", ("部门负责人意见", "10 → 8"))],
)
def test_everybody_reads_what_differs(versions, client, sign_in, locale, said):
    old, new = versions

    page = sign_in(client, make_account(locale=locale)).get(f"/schemes/difference?old={old.id}&new={new.id}").text

    assert [words for words in said if words not in page] == []


def test_two_that_say_the_same_say_so(versions, client, sign_in):
    old, _new = versions
    same = draft(builtin_scheme_text() + "\n# a comment\n")

    page = sign_in(client, make_account("hr", locale="en")).get(f"/schemes/difference?old={old.id}&new={same.id}").text

    assert "Nothing differs" in page


def test_a_draft_is_compared_by_those_who_see_drafts_alone(versions, client, sign_in):
    old, _new = versions
    made = draft(changed(lambda scheme: scheme.update(purpose=[])))
    path = f"/schemes/difference?old={old.id}&new={made.id}"

    assert sign_in(client, make_account()).get(path).status_code == 404
    assert sign_in(client, make_account("general_manager")).get(path).status_code == 200


def test_a_faulty_draft_is_refused_with_what_to_do(versions, client, sign_in):
    old, _new = versions
    made = draft("code: [")

    answer = sign_in(client, make_account("hr", locale="en")).get(f"/schemes/difference?old={old.id}&new={made.id}")

    assert answer.status_code == 422
    assert "Mend its faults first" in answer.text


@pytest.mark.parametrize("query", ["", "?old=1", "?old=x&new=y", "?old=99999999999&new=1"])
def test_unknown_versions_are_not_found(versions, client, sign_in, query):
    assert sign_in(client, make_account("hr")).get(f"/schemes/difference{query}").status_code == 404
