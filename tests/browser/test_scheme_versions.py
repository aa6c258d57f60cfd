"""Schemes from draft to notice in a real browser: without JavaScript, on a narrow screen, and nothing for axe to find."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_cycle
from tests.scheme_texts import changed, insert_before
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import SchemeVersion
from workflow_app.services.launching import launch, launch_chunk

pytestmark = pytest.mark.browser


@pytest.fixture
def company(db_session):
    company = Company()
    company.cycle = make_cycle()
    launch(company.cycle, actor=SYSTEM, now=NOW)
    launch_chunk(company.cycle.id, 0, 10**6, now=NOW)
    db.session.commit()
    return company


@pytest.fixture
def page_of(app, site, new_page, sign_in):
    """A page of an account, without JavaScript, as wide as the smallest phone."""

    def make(account, **options):
        client = sign_in(app.test_client(), account)
        # An open transaction of the test would hold SQLite's one writer while the browser posts.
        db.session.commit()
        page = new_page(viewport={"width": 320, "height": 800}, locale="en-GB", **options)
        page.context.add_cookies([{"name": "kaoping", "value": client.get_cookie("kaoping").value, "url": site}])
        return page

    return make


def publish(page, site, tmp_path):
    """Upload a file, and publish the draft that it makes; returns the address of the version."""
    file = tmp_path / "scheme.yaml"
    file.write_text(changed(lambda scheme: insert_before(scheme, "vp_feedback")), "utf-8")
    page.goto(f"{site}/schemes")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Make a draft of it").click()
    page.get_by_role("link", name="Publish …").click()
    page.fill("[name=note]", "A word of the head of department")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("body")).to_contain_text("The scheme is published")
    return page.url


def test_a_scheme_is_published_read_signed_and_taken_over(app, company, page_of, site, tmp_path):
    page = page_of(company.hr, java_script_enabled=False)
    version = publish(page, site, tmp_path)
    run_jobs(app)

    reader = page_of(make_account(employee=company.agent), java_script_enabled=False)
    reader.goto(site)
    reader.get_by_role("link", name="Read the scheme").click()
    reader.get_by_role("button", name="I have read it").click()
    expect(reader.locator("body")).to_contain_text("You have signed")

    page.goto(f"{version}/readers?show=read")
    expect(page.locator("main")).to_contain_text(company.agent.name)
    page.goto(f"{site}/cycles/{company.cycle.id}")
    db.session.commit()
    page.get_by_role("link", name="See what moving to it would change").click()
    expect(page.locator("main")).to_contain_text("gains the step “Word of the head”")
    page.get_by_role("button", name="Move it to version 2").click()
    expect(page.locator("body")).to_contain_text("The cycle runs by version 2 now; 7 reviews were fitted to it.")


def test_every_page_passes_axe_and_fits_a_phone(company, page_of, site, tmp_path):
    page = page_of(company.hr)
    publish(page, site, tmp_path)
    old, new = db.session.query(SchemeVersion.id).order_by(SchemeVersion.id).all()
    paths = ("/schemes", f"/schemes/{old.id}", f"/schemes/{new.id}", f"/schemes/{new.id}/readers", f"/schemes/{old.id}/retire",
             f"/schemes/difference?old={old.id}&new={new.id}", f"/cycles/{company.cycle.id}/move", "/scheme", "/scheme/whole")  # fmt: skip
    db.session.commit()
    for path in paths:
        page.goto(f"{site}{path}")

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]] == [], path
