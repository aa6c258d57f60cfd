"""The editor of a draft, as HR uses it without scripts."""

from __future__ import annotations

import pytest

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from states.scheme.editing import values_of
from tests.cycle_company import NOW, make_account
from workflow_app.db import db
from workflow_app.models import SchemeVersion
from workflow_app.queries.scheme_sections import BY_ENTRY, sections
from workflow_app.services.publishing import start_draft

TEXT = builtin_scheme_text()


@pytest.fixture
def draft(db_session):
    return start_draft(TEXT, actor=SYSTEM, now=NOW)


@pytest.fixture
def hr(client, sign_in, db_session):
    return sign_in(client, make_account("hr"))


def every_page():
    for section in (*sections(), "text"):
        yield section
    values = values_of(TEXT)
    for section, top in BY_ENTRY.items():
        for key in values[top]:
            yield f"{section}/{key}"


@pytest.mark.parametrize("path", list(every_page()))
def test_every_section_opens(hr, draft, path):
    page = hr.get(f"/schemes/drafts/{draft.id}/edit/{path}")
    assert page.status_code == 200
    assert "No faults" in page.text
