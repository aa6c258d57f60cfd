"""HR's pages of mail to customers in a real browser: axe and 320 px, in both languages, with an error and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from tests.survey_company import make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import MailMessage
from workflow_app.services import inviting
from workflow_app.services.bouncing import note_refused

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def survey(db_session):
    """A customer whose mail came back, and who wants none."""
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=clock.now())
    mail = db.session.scalars(select(MailMessage).order_by(MailMessage.id)).first()
    mail.state = "failed"
    note_refused(mail, reason="550 5.1.1 no such user", now=clock.now())
    made.first.customer.opted_out_at = clock.now()
    db.session.commit()
    return made


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_pass_axe_and_fit_a_phone(app, site, survey, new_page, sign_in, language):
    cookie = sign_in(app.test_client(), survey.hr).get_cookie("kaoping")
    mail, customer = db.session.scalar(select(MailMessage.id)), survey.first.customer_id
    db.session.commit()
    page = new_page(viewport={"width": 320, "height": 900})
    page.context.add_cookies([{"name": "kaoping", "value": cookie.value, "url": site}])
    seen = []

    def look(name):
        assert page.evaluate(SIDEWAYS) <= 0, name
        seen.extend(f"{name}: {fault['id']}" for fault in Axe().run(page).response["violations"])

    for path in ("/mail?state=bounced&", f"/mail/{mail}?", f"/customers/{customer}/address?"):
        page.goto(f"{site}{path}lang={language}")
        assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
        look(path)
    page.fill("[name=email]", "nobody")
    page.locator("form", has=page.locator("[name=email]")).locator("button").click()
    page.locator("[data-error-summary]").wait_for()
    page.wait_for_load_state()
    assert page.title().startswith(("Error", "有误"))
    assert page.input_value("[name=email]") == "nobody"
    look("error")

    assert seen == []
