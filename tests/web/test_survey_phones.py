"""What a phone opens: from a chat app, from a QR code; and how much it has to load for it."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
import segno

from tests.survey_company import filled, make_survey, path_of
from workflow_app.db import db
from workflow_app.survey_links import link_to

IN_APP = {
    "WeChat": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.49 NetType/4G",
    "WeCom": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) wxwork/4.1.22 MicroMessenger/7.0.1 Language/zh",
    "QQ": "Mozilla/5.0 (Linux; Android 13; V2049A) AppleWebKit/537.36 MQQBrowser/6.2 QQ/9.0.8 NetType/WIFI",
    "DingTalk": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 AliApp(DingTalk/7.5.20) language/zh-CN",
    "Alipay": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AliApp(AP/10.6.10) AlipayClient/10.6.10 Language/zh-Hans",
    "LINE": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari Line/14.9.0",
    "an old one": "Mozilla/5.0 (Linux; U; Android 4.4.2; zh-cn) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30",
}
LIMIT = 30_000
NAMED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IMPORTED = re.compile(r'"\./([\w.]+\.js)"')


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


@pytest.mark.parametrize("agent", IN_APP.values(), ids=IN_APP.keys())
def test_the_browser_inside_a_chat_app_gets_the_whole_journey(app, survey, agent):
    client, path, said = app.test_client(use_cookies=False), path_of(survey.first), {"User-Agent": agent}
    plain = client.get(path).text
    answers = [client.get(path, headers=said)]
    same = answers[0].text == plain
    answers += [client.post(path, data=filled(survey.first, act), headers=said) for act in ("review", "send")]
    answers.append(client.get(path, headers=said))

    assert same
    assert [answer.status_code for answer in answers] == [200, 200, 303, 200]


def dark_modules(svg):
    """The dark squares of segno's picture: one path of horizontal strokes, in units of one square."""
    strokes = re.search(r'class="qrline"[^>]* d="M([^"]+)"', svg)[1]
    x = y = 0.0
    found, begun = set(), False
    for letter, numbers in re.findall(r"([Mmh]?)([-\d. ]+)", f"M{strokes}"):
        values = [float(one) for one in numbers.split()]
        if letter in {"M", "m"}:
            x, y = (values[0], values[1]) if letter == "M" else (x + values[0], y + values[1])
            begun = True
        elif begun:
            found |= {(int(x + step), int(y)) for step in range(int(values[0]))}
            x += values[0]
    return found


def test_the_qr_code_says_the_address_of_the_same_page(client, survey, sign_in):
    link = link_to(survey.first)
    sign_in(client, survey.hr)
    shown = client.post(f"/invitations/{survey.first.id}/link")
    code = segno.make(link, error="m")
    border = code.default_border_size
    wanted = {
        (column + border, row + border)
        for row, modules in enumerate(code.matrix) for column, module in enumerate(modules) if module
    }  # fmt: skip
    customer = client.application.test_client(use_cookies=False)

    assert shown.status_code == 200
    assert dark_modules(shown.text) == wanted
    assert link in shown.text
    opened = customer.get(urlsplit(link).path)
    assert opened.status_code == 200
    assert opened.text == customer.get(path_of(survey.first)).text


def loaded_with(client, page):
    """Everything that a page names, and what its scripts bring in, by name."""
    wanted, found = NAMED.findall(page), {}
    while wanted:
        name = wanted.pop()
        if name.partition("?")[0] not in found:
            body = client.get(name).data
            found[name.partition("?")[0]] = body
            if name.partition("?")[0].endswith(".js"):
                wanted += [f"/static/js/{one}" for one in IMPORTED.findall(body.decode()) if "survey" in one]
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_and_all_it_loads_are_light(client, survey, language):
    path = f"{path_of(survey.first)}?lang={language}"
    pages = [client.get(path), client.post(path, data=filled(survey.first, "review"))]
    for page in pages:
        found = loaded_with(client, page.text)
        weights = {name: len(gzip.compress(body)) for name, body in {"page": page.data, **found}.items()}

        assert {"/static/kaoping.css", "/static/js/page.js", "/static/js/survey.js"} <= weights.keys()
        assert sum(weights.values()) <= LIMIT, weights


def test_without_scripts_nothing_is_missing(client, survey):
    page = client.get(path_of(survey.first)).text

    assert "<noscript" not in page
    assert re.search(r'<form[^>]* method="post"', page)
    assert db.session.get(type(survey.first), survey.first.id).state == "created"
