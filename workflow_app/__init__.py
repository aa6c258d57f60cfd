"""create_app: wiring only."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from workflow_app.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application, wired to its settings (from the environment unless given)."""
    # Loaded here, so that `kaoping grade` and `--help` start without the web.
    from flask import Flask  # noqa: PLC0415
    from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: PLC0415

    from workflow_app.settings import Settings as SettingsClass  # noqa: PLC0415

    settings = settings or SettingsClass()
    app = Flask(__name__)
    _configure(app, settings)
    _bind_extensions(app)
    _register_views(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    from workflow_app.secret import secret_key  # noqa: PLC0415

    settings.data.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        COMPANY_TIMEZONE=settings.time_zone,
        SECRET_KEY=secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.database,
        # A failed statement's values are answers, names and links: they are in no log and in no incident.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        SQLALCHEMY_BINDS=_glancing(settings),
        MAX_CONTENT_LENGTH=settings.max_upload,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_NAME="kaoping",
        WTF_CSRF_TIME_LIMIT=None,
        TESTING=settings.testing,
        RATELIMIT_ENABLED=not settings.testing,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
    )


def _glancing(settings: Settings) -> dict[str, dict[str, Any]]:
    """Connections for statements that are transactions of their own (at_once): nothing around them, no ping before."""
    if settings.database.startswith("sqlite"):
        return {}
    alone = {"isolation_level": "AUTOCOMMIT", "hide_parameters": True, "pool_size": 8, "pool_reset_on_return": None}
    return {"glance": {"url": settings.database} | alone}


def _bind_extensions(app: Flask) -> None:
    from pathlib import Path  # noqa: PLC0415

    from workflow_app import errors, headers, i18n, logs, models, navigation, outbox, sign_in  # noqa: F401, PLC0415
    from workflow_app.db import db  # noqa: PLC0415
    from workflow_app.extensions import csrf, limiter, migrate  # noqa: PLC0415

    db.init_app(app)
    migrate.init_app(app, db, directory=str(Path(__file__).parent / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    limiter.init_app(app)
    outbox.register(app, app.config["SETTINGS"].redis_url)
    for part in (logs, sign_in, i18n, headers, navigation, errors):
        part.init_app(app)


def _register_views(app: Flask) -> None:
    """Every module in views/ offers one blueprint named `blueprint`."""
    from workflow_app import api, views  # noqa: PLC0415
    from workflow_app.addresses import RowNumber  # noqa: PLC0415

    app.url_map.converters["int"] = RowNumber

    for module in iter_modules(views.__path__, f"{views.__name__}."):
        blueprint = getattr(import_module(module.name), "blueprint", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
    api.init_app(app)
