"""What every answer says to the browser."""

import gzip

import pytest

from tests.web.gallery import create_gallery
from workflow_app.headers import asset


@pytest.fixture(scope="module")
def app_of_gallery():
    return create_gallery()


@pytest.fixture
def gallery(app_of_gallery):
    return app_of_gallery.test_client()


@pytest.mark.parametrize(
    "path", ["/gallery", "/gallery/survey", "/gallery/error/404", "/nowhere", "/static/kaoping.css"]
)
def test_every_answer_is_protected(gallery, path):
    with gallery.get(path) as answer:
        headers = answer.headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "noindex" in headers["X-Robots-Tag"]


@pytest.mark.parametrize("path", ["/gallery", "/gallery/survey", "/nowhere", "/static/missing.css"])
def test_no_page_is_kept(gallery, path):
    assert gallery.get(path).headers["Cache-Control"] == "no-store"


def test_a_fingerprinted_file_is_kept_for_ever_and_a_bare_one_is_asked_for_again(gallery):
    with gallery.application.test_request_context():
        address = asset("kaoping.css")

    with gallery.get(address) as kept, gallery.get("/static/kaoping.css") as bare:
        assert "immutable" in kept.headers["Cache-Control"]
        assert bare.headers["Cache-Control"] == "no-cache"


def test_only_a_secure_connection_promises_to_stay_secure(gallery):
    assert "Strict-Transport-Security" not in gallery.get("/gallery").headers
    assert "max-age" in gallery.get("/gallery", base_url="https://localhost").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("filename", ["kaoping.css", "js/page.js", "img/seal.svg"])
def test_files_are_sent_compressed_to_who_takes_it(gallery, filename):
    plain = gallery.get(f"/static/{filename}", buffered=True)
    small = gallery.get(f"/static/{filename}", headers={"Accept-Encoding": "br, gzip"}, buffered=True)

    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data)
    assert "Content-Encoding" not in plain.headers
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, small))
    known = {"If-None-Match": small.headers["ETag"], "Accept-Encoding": "gzip"}
    again = gallery.get(f"/static/{filename}", headers=known, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_a_page_with_what_somebody_typed_is_never_compressed(gallery):
    answer = gallery.get("/gallery/survey", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("filename", ["missing.css", "../headers.py", "%2e%2e/headers.py"])
def test_what_is_not_there_is_not_compressed(gallery, filename):
    answer = gallery.get(f"/static/{filename}", headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert answer.status_code == 404
    assert "Content-Encoding" not in answer.headers
