"""What an address may hold."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` as far as a row's number can go: a larger one is a page that is not there, not a fault."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:  # noqa: A002 (werkzeug's word)
        super().__init__(map, *arguments, **({"max": LARGEST_ID} | options))
