"""The scheme file: model, loader, and the schemes that the product ships."""

from states.scheme.base import Text
from states.scheme.loader import (
    SchemeErrors,
    builtin_scheme,
    builtin_scheme_codes,
    builtin_scheme_text,
    load_scheme,
)
from states.scheme.model import Scheme
from states.scheme.schema import json_schema

__all__ = [
    "Scheme", "SchemeErrors", "Text", "builtin_scheme", "builtin_scheme_codes",
    "builtin_scheme_text", "json_schema", "load_scheme",
]  # fmt: skip
