"""The small parts that every section of a scheme file is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Protocol, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a number")
    return value


Figure = BeforeValidator(_no_truth)
"""Keeps `true` from counting as 1."""

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
BandCode = Annotated[str, Field(pattern=r"^[A-Z]$")]
Amount = Annotated[Decimal, Figure, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=6)]
Positive = Annotated[Decimal, Figure, Field(gt=0, le=1_000_000, max_digits=12, decimal_places=6)]
Percent = Annotated[Decimal, Figure, Field(ge=0, le=100, max_digits=9, decimal_places=6)]
Days = Annotated[int, Figure, Field(ge=0, le=366)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Part(BaseModel):
    """A piece of a scheme: immutable, and strict about keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that works its cached properties out anew: pydantic would hand on those of the first one."""
        made = super().model_copy(update=update, deep=deep)
        for name in made.__dict__.keys() - type(made).model_fields.keys():
            del made.__dict__[name]
        return made


class Text(Part):
    """A title in both languages of the product."""

    zh: Words
    en: Words

    def in_(self, locale: str) -> str:
        """The words for a locale code such as `zh`, `zh_CN` or `en`; English for any other."""
        return self.zh if locale.lower().startswith("zh") else self.en


class Coded(Protocol):
    """Anything that carries a code."""

    @property
    def code(self) -> str: ...


Piece = TypeVar("Piece", bound=Coded)


def by_code(pieces: Iterable[Piece], code: str) -> Piece | None:
    """The piece with this code, or None."""
    return next((piece for piece in pieces if piece.code == code), None)


class Applies(Part):
    """For whom something holds: by post, by population, or (both empty) for everyone."""

    posts: tuple[Words, ...] = ()
    populations: tuple[Code, ...] = ()

    def holds_for(self, *, population: str, post: str) -> bool:
        """Whether a person of this population and post is meant."""
        if self.posts and post not in self.posts:
            return False
        return not self.populations or population in self.populations
