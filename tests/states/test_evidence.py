import io
import zipfile

import pytest

from states.errors import Refusal
from states.evidence import MOST_BYTES, Upload, accepted, plain_name

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def packed(*names, content=b"<x/>"):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return held.getvalue()


SHEET = packed("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", b"%PDF-1.7 x", "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF0000WEBPVP8 ", "image/webp"),
        ("录音摘要.txt", "迟到".encode(), "text/plain"),
        ("old.txt", "迟到".encode("gb18030"), "text/plain"),
        ("a.xlsx", SHEET, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.docx", packed("[Content_Types].xml", "word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)  # fmt: skip
def test_what_people_send_as_evidence_is_taken(name, content, media_type):
    taken = accepted(Upload(name, content))

    assert (taken.filename, taken.media_type) == (name, media_type)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("page.svg", b"<svg onload='x'/>"),
        ("page.pdf", b"<html><script>alert(1)</script>"),
        ("page.png", b"<html>"),
        ("page.webp", b"RIFF0000WAVE"),
        ("run.exe", b"MZ"),
        ("macro.xlsm", SHEET),
        ("macro.xlsx", packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("not.xlsx", b"PK\x03\x04 no zip at all"),
        ("other.docx", SHEET),
        ("nul.txt", b"a\x00b"),
        ("noending", b"%PDF-"),
        (".pdf", b""),
        ("", b"%PDF-"),
        ("..", b"%PDF-"),
    ],
)
def test_what_is_no_evidence_is_refused(name, content):
    with pytest.raises(Refusal):
        accepted(Upload(name, content))


def test_a_huge_file_is_refused_as_too_large():
    with pytest.raises(Refusal) as refused:
        accepted(Upload("a.txt", b"a" * (MOST_BYTES + 1)))

    assert refused.value.kind == "too_large"


def test_a_packed_flood_is_refused():
    with pytest.raises(Refusal):
        accepted(Upload("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml", content=b"0" * 60_000_000)))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\papers\\a\\proof.pdf", "proof.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("a\x00b.png", "ab.png"),
        ("  .pdf", "pdf"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_name_loses_its_path_and_what_cannot_be_read(sent, kept):
    assert plain_name(sent) == kept
