"""The Flask extensions, made once and bound to the application in create_app."""

from typing import Any

from flask import request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect


class Limits(Limiter):
    """Limits for what says so by itself, such as signing in; a customer's link has none that would have to be looked up.

    The page itself counts made-up addresses (workflow_app/survey_pages). What is left out here only saves time: should
    the library call it by another name, the filter below says the same.
    """

    def _check_request_limit(self, *arguments: Any, **options: Any) -> None:
        if not _is_a_customers_link():
            super()._check_request_limit(*arguments, **options)


csrf = CSRFProtect()
limiter = Limits(get_remote_address, storage_uri="memory://")
login_manager = LoginManager()
migrate = Migrate()


@limiter.request_filter
def _is_a_customers_link() -> bool:
    return request.path.startswith("/s/")
