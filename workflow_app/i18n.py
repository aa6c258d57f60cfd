"""The reader's language: choosing it, loading its words, and saying messages in it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import current_app, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale, gettext
from flask_login import current_user

from states.errors import Message
from workflow_app import formats
from workflow_app.services.preferences import LOCALES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask
    from werkzeug.wrappers import Response

LOCALE_COOKIE = "kaoping_locale"
DEFAULT_LOCALE = "zh"
YEAR = 365 * 24 * 3600
HTML_LANG = {"zh": "zh-CN", "en": "en"}
CATALOGUES = Path(__file__).parent / "translations"


class MergedDomain(Domain):  # type: ignore[misc]
    """All catalogues of a language as one: every desk keeps a .po of its own.

    They are read as they are, so no compiled file has to be kept in step with them.
    """

    def get_translations(self) -> NullTranslations:
        """The words of the current language, read once a process."""
        code = locale_code()
        if code not in self.cache:
            self.cache[code] = load_catalogue(CATALOGUES, code)
        merged: NullTranslations = self.cache[code]
        return merged


class MergedBabel(Babel):  # type: ignore[misc]
    """Flask-Babel with one domain made of all catalogues, kept for the life of the process."""

    _domain: MergedDomain | None = None

    @property
    def domain_instance(self) -> MergedDomain:
        if self._domain is None:
            self._domain = MergedDomain(translation_directories=[str(CATALOGUES)], domain="messages")
        return self._domain


babel = MergedBabel()


def load_catalogue(folder: Path, code: str) -> NullTranslations:
    """Merge every .po of language `code` below `folder`; English, the source, has none."""
    merged = Translations()
    merged.plural = lambda n: int(n != 1)
    for path in sorted((folder / code / "LC_MESSAGES").glob("*.po")):
        merged.merge(_read(path, code))
        merged.plural = lambda n: int(n != 1) if code != "zh" else 0
    return merged


def _read(path: Path, code: str) -> Translations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(fp=compiled, domain=path.stem)


def select_locale() -> str:
    """The language asked for: by this address, the account, the session, the cookie, the browser."""
    if not has_request_context():
        return _company_locale()
    for code in _wishes():
        if code in LOCALES:
            return code
    return _browser_locale() or _company_locale()


def _company_locale() -> str:
    return str(getattr(current_app.config.get("SETTINGS"), "default_locale", DEFAULT_LOCALE))


def _wishes() -> Iterable[str | None]:
    # ?lang= serves pages that have neither a session nor cookies: the customers' links.
    yield request.args.get("lang")
    yield g.get("locale")
    if current_user:
        yield getattr(current_user, "locale", None)
    yield session.get("locale")
    yield request.cookies.get(LOCALE_COOKIE)


def remember(response: Response, code: str) -> None:
    """Put the language into a cookie of a year."""
    response.set_cookie(LOCALE_COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure)


def _browser_locale() -> str | None:
    for tag, _quality in request.accept_languages:
        code = tag.split("-")[0].lower()
        if code in LOCALES:
            return code
    return None


def locale_code() -> str:
    """`zh` or `en`, whatever is in force now."""
    locale = get_locale()
    return str(locale.language) if locale is not None else DEFAULT_LOCALE


def link_locale() -> str:
    """The same on a page without an account: the language that its address asks for, else the customer's own."""
    asked = request.args.get("lang")
    return asked if asked in LOCALES else str(g.locale)


def html_lang() -> str:
    """The value of the page's `lang` attribute."""
    return HTML_LANG.get(locale_code(), locale_code())


def company_name() -> str:
    """The company's name in the reader's language."""
    settings = current_app.config.get("SETTINGS")
    return str(getattr(settings, f"company_{locale_code()}", "") or "Kaoping 考评")


def t(said: object) -> str:
    """Say a `Message`, a bilingual `Text`, a marked sentence or a plain value in the reader's language."""
    if isinstance(said, Message):
        sentence = gettext(said.key)
        data = {name: _datum(value) for name, value in said.data.items()}
        return str(sentence % data if data else sentence.replace("%%", "%"))
    if hasattr(said, "in_"):
        return str(said.in_(locale_code()))
    if said is None or said == "":
        return ""
    return str(gettext(said)) if type(said) is str else str(said)


def address_in(code: str) -> str:
    """This page in another language, relative: a page without a session keeps all else that its address says."""
    asked = request.args.to_dict() if has_request_context() else {}
    return "?" + urlencode(asked | {"lang": code})


def _datum(value: Any) -> Any:
    if isinstance(value, Message) or hasattr(value, "in_"):
        return t(value)
    return formats.plain(value)


def init_app(app: Flask) -> None:
    """Choose the language a request, and give templates `t` and the formats."""
    zone = str(app.config.get("COMPANY_TIMEZONE", "Asia/Shanghai"))
    babel.init_app(
        app,
        default_locale=DEFAULT_LOCALE,
        default_timezone=zone,
        locale_selector=select_locale,
    )
    app.jinja_env.globals.update(
        t=t,
        html_lang=html_lang,
        locale_code=locale_code,
        company_name=company_name,
        address_in=address_in,
        locales=(("zh", "中文"), ("en", "English")),
    )
    app.jinja_env.filters.update(formats.FILTERS, t=t, title_of=t)
