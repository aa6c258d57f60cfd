"""Pages of careers, tests, gates and of a cycle's end in a real browser: axe, a narrow screen, both languages."""

from datetime import UTC, date, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, Company, make_employee
from tests.services.test_advancing import hand_in, review_of
from workflow_app.db import db
from workflow_app.services.examining import Entry, enter_results
from workflow_app.services.launching import create_cycle, launch, launch_chunk
from workflow_app.services.leave import Wanted, record_leave
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.recurring import switch_on

pytestmark = pytest.mark.browser


@pytest.fixture
def company(db_session):
    company = Company()
    version = publish_scheme(builtin_scheme_text(), actor=SYSTEM, now=datetime(2025, 1, 6, tzinfo=UTC))
    company.joiner = make_employee(name="新人", superior=company.supervisor, vp=company.vp, joined=date(2025, 3, 3))
    company.second = make_employee(name="辛人", superior=company.supervisor, vp=company.vp, joined=date(2025, 3, 3))
    company.cycle = create_cycle(version, "year_end", "2025", actor=SYSTEM, now=NOW)
    launch(company.cycle, actor=SYSTEM, now=NOW)
    launch_chunk(company.cycle.id, 0, 10**6, now=NOW)
    hand_in(review_of(company.agent), "self_review")
    make_employee(name="后来", superior=company.supervisor, vp=company.vp)
    company.other.left = date(2025, 12, 30)
    reached = {company.joiner: "40", company.second: "5"}
    both = [Entry(one, {"company_rules": points, "product_knowledge": "30"}) for one, points in reached.items()]
    (company.result, _) = enter_results(version, "theory_test", date(2025, 4, 1), both, actor=SYSTEM, now=NOW)
    record_leave(company.agent, Wanted("sick", date(2025, 2, 1), date(2025, 12, 31), "住院"), actor=SYSTEM, now=NOW)
    switch_on(version.code, "weekly_inspection", "2026-W10", actor=SYSTEM, now=NOW)
    return company


@pytest.fixture
def hr_page(company, app, site, new_page, sign_in):
    client = sign_in(app.test_client(), company.hr)
    cookie = client.get_cookie("kaoping")
    # An open transaction of the test would hold SQLite's one writer while the browser reads.
    db.session.commit()

    def make(**options):
        page = new_page(**options)
        page.context.add_cookies([{"name": "kaoping", "value": cookie.value, "url": site}])
        return page

    return make


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_passes_axe_and_fits_a_phone_all_opened(company, hr_page, site, locale):
    company.hr.locale = locale
    db.session.commit()
    number, joiner = company.agent.id, company.joiner.id
    paths = [
        f"/cycles/{company.cycle.id}/closing", "/cycles/recurring", "/tests", f"/tests/results/{company.result.id}", "/tests/mine",
        "/gates", "/gates?show=all", f"/gates/{joiner}/induction", "/career/leave?show=all", f"/career/{number}", f"/people/{joiner}",
    ]
    db.session.commit()
    page = hr_page(viewport={"width": 320, "height": 800})
    for path in paths:
        page.goto(f"{site}{path}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

        found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]

        assert found == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
