"""The scheme as everyone it rates can read it."""

import re

import pytest
from ruamel.yaml import YAML

from states.scheme import builtin_scheme, builtin_scheme_text
from tests.cycle_company import make_account, make_scheme
from tests.question_texts import EVERY_KIND
from tests.scheme_texts import publish_changed
from workflow_app.db import db
from workflow_app.models import SchemeVersion


@pytest.fixture
def reader(client, sign_in, db_session):
    return sign_in(client, make_account())


def test_before_the_first_scheme_the_page_says_so(reader):
    assert "No scheme is published yet" in reader.get("/scheme").text


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_everything_that_counts_is_on_the_page(client, sign_in, db_session, locale):
    make_scheme()
    scheme = builtin_scheme()

    page = sign_in(client, make_account(locale=locale)).get("/scheme").text

    said = [scheme.title, *(one.title for one in scheme.distribution.bands), *(one.title for one in scheme.actions),
            *(one.title for one in scheme.cycle_kinds.values()), *(one.title for one in scheme.forms.values())]  # fmt: skip
    from markupsafe import escape

    assert [text.in_(locale) for text in said if str(escape(text.in_(locale))) not in page] == []


@pytest.mark.parametrize("code", sorted(builtin_scheme().forms))
def test_every_form_can_be_read(reader, code):
    make_scheme()

    page = reader.get(f"/scheme/form/{code}")

    assert page.status_code == 200
    assert builtin_scheme().forms[code].title.en in page.text


def test_the_file_is_downloaded_as_it_was_published(reader):
    version = make_scheme()

    answer = reader.get(f"/scheme/{version.id}.yaml")

    assert answer.text == builtin_scheme_text()


def test_drafts_and_unknown_versions_are_not_shown(reader):
    version = make_scheme()
    draft = SchemeVersion(code="x", version=1, title_zh="草", title_en="Draft", text=version.text, digest="d")
    db.session.add(draft)
    db.session.flush()

    for path in (f"/scheme?version={draft.id}", f"/scheme/{draft.id}.yaml", "/scheme?version=99999999999999999999", "/scheme/form/nothing"):
        assert reader.get(path).status_code == 404


def test_a_form_with_every_kind_of_question_is_read_in_words(reader):
    def ask(values):
        asked = YAML(typ="safe").load(EVERY_KIND)["every_kind"]
        values["scales"]["three"] = {"title": {"zh": "三级", "en": "Three"}, "levels": [
            {"value": 3, "title": {"zh": "好", "en": "Good"}}, {"value": 1, "title": {"zh": "差", "en": "Poor"}},
        ]}  # fmt: skip
        for one in asked["questions"]:
            one.update({key: str(one[key]) for key in ("earliest", "latest") if key in one})
        values["forms"]["every_kind"] = asked

    publish_changed(ask)

    page = reader.get("/scheme/form/every_kind").text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    assert "Waited too long counted the other way round · weight 2" in words
    assert "Would buy again not scored" in words
    assert "Clear required asked if “Overall” is at most 1" in words
    assert "Reasons any of several · asked if “Channel” is answered: Visit, Not applicable · Price, Speed" in words
    assert "Calls required figure · asked if “Complained” is answered: Yes" in words
    assert "The latest day · asked if “Calls” is at least 2" in words
    assert reader.get("/scheme/whole").status_code == 200
