"""What a person chooses about their own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from workflow_app.models import Account

LOCALES = ("zh", "en")


def choose_locale(account: Account, *, code: str) -> None:
    """Keep the language `code` for the account's pages and mails; refuses one that is not offered.

    No event is recorded: a language says nothing about anybody's grade.
    """
    if code not in LOCALES:
        raise Refusal(Message("Kaoping speaks Chinese and English. Please choose one of them."))
    account.locale = code
