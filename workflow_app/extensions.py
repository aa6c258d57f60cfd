"""The Flask extensions, made once and bound to the application in create_app."""

from flask import request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")
login_manager = LoginManager()
migrate = Migrate()


@limiter.request_filter
def _is_a_customers_link() -> bool:
    """No general limit holds for these: the page itself counts made-up addresses (workflow_app/survey_pages)."""
    return request.path.startswith("/s/")
