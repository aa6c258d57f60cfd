"""How faults are written down: one line of JSON each, tracebacks without the values of variables.

Those values are tokens of customers' links, passwords and what people wrote about each other.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Set up the loggers of this process."""
    level = logging.getLevelNamesMapping().get(str(app.config["SETTINGS"].log_level).upper(), logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
