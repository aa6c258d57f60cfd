"""A customer's link and what its form carries: all derived from the secret, none of it stored.

The token names its invitation (so that an ended link can be told from a made-up one) and proves it by
160 bits of an HMAC over the id and the generation. The database keeps its SHA-256 only. The letters
are those of base 32 in lower case: no chat application cuts such an address short.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from workflow_app.models import Invitation

PROOF_BYTES = 20
LARGEST_ID = 2**31 - 1
# Stands for the link in a mail that is kept here; the link itself is put in when the mail is sent.
PLACEHOLDER = "{survey-link}"
_TOKEN = re.compile(r"([a-z2-7]{32})([1-9][0-9]{0,9})")
# What a sentence puts behind an address, and what never stands in a token.
_TAIL = re.compile(r"[^A-Za-z0-9].*", re.DOTALL)
_IN_TEXT = re.compile(r"/s/[a-z2-7]{32}[0-9]{1,10}", re.IGNORECASE)
_NONCE = re.compile(r"([0-9]{1,4})\.([a-z2-7]{32})")


def token_of(invitation: Invitation) -> str:
    """The token of the invitation's current generation; a reminder carries the same one."""
    return _token(invitation.id, invitation.generation)


def digest_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_to(invitation: Invitation) -> str:
    """The address that a customer opens."""
    base = str(current_app.config["SETTINGS"].base_url).rstrip("/")
    return f"{base}/s/{token_of(invitation)}"


def without_links(text: str) -> str:
    """The same text with every customer's token struck out."""
    return _IN_TEXT.sub("/s/…", text)


def struck(text: str) -> str:
    """A kept mail as it is shown: where the link will stand, and no token."""
    base = str(current_app.config["SETTINGS"].base_url).rstrip("/")
    return without_links(text.replace(PLACEHOLDER, f"{base}/s/…"))


def tidied(token: str) -> str:
    """The token of an address that was copied with the sentence behind it, or typed in capitals."""
    return _TAIL.sub("", token).lower()


def named_by(token: str) -> int | None:
    """The id of the invitation that a token names, proven or not; None where it names none."""
    found = _TOKEN.fullmatch(token)
    number = int(found[2]) if found else 0
    return number if 0 < number <= LARGEST_ID else None


def generation_of(token: str, invitation: Invitation) -> int | None:
    """The generation that the token is genuine for, up to the current one; None for a made-up token."""
    for generation in range(invitation.generation, 0, -1):
        if hmac.compare_digest(token, _token(invitation.id, generation)):
            return generation
    return None


def nonce_of(invitation: Invitation, answered: int) -> str:
    """What a form of this invitation carries: the number of answers it knows of, signed.

    It is bound to the invitation and its generation, not to the time: a page may stay open for days.
    """
    return f"{answered}.{_proof('form', invitation.id, invitation.generation, answered)}"


def read_nonce(invitation: Invitation, nonce: str) -> int | None:
    """The number of answers that the form knew of; None where the nonce is not this invitation's."""
    found = _NONCE.fullmatch(nonce)
    if found is None or not hmac.compare_digest(nonce, nonce_of(invitation, int(found[1]))):
        return None
    return int(found[1])


def draft_name(invitation: Invitation) -> str:
    """The name of the draft in the customer's own browser; nothing can be opened with it."""
    return _proof("draft", invitation.id)[:16]


def name_of(purpose: str, *parts: int | str) -> str:
    """A name for what has a number that nobody may learn; always the same one.

    Without the key it tells neither the number nor which of two came first, and two purposes have nothing in common.
    """
    return _proof(f"name of {purpose}", *parts)


def _token(number: int, generation: int) -> str:
    return f"{_proof('link', number, generation)}{number}"


def _proof(purpose: str, *parts: int | str) -> str:
    said = ":".join(("kaoping survey", purpose, *map(str, parts)))
    key = str(current_app.config["SECRET_KEY"]).encode()
    proof = hmac.new(key, said.encode(), hashlib.sha256).digest()[:PROOF_BYTES]
    return base64.b32encode(proof).decode().lower()
