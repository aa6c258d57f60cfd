"""Mail on the wire: one message with a text and an HTML part, over SMTP."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import TYPE_CHECKING

from workflow_app.survey_links import PLACEHOLDER

if TYPE_CHECKING:
    from workflow_app.models import MailMessage
    from workflow_app.settings import Settings

TIMEOUT_SECONDS = 20
PERMANENT = 500
LONGEST_ANSWER = 300
KEY_HEADER = "X-Kaoping-Message"
# RFC 3463: the mailbox or its domain is not there. 5.7 is a matter of policy, and says nothing of the address.
NO_SUCH_ADDRESS = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)(?![0-9])")
POLICY = re.compile(r"5\.7\.[0-9]")
# A mail's key is its occasion: a word and a number first (services/mailing.queue_mail).
_MESSAGE_ID = re.compile(r"\s*<?(?P<key>[^<>@\s]{1,120})(?:@(?P<domain>[^<>@\s]*))?>?\s*")
_KEY = re.compile(r"[a-z]+-[0-9]+(?:-.*)?")
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>]+")


class MailNotTakenError(Exception):
    """The mail server's answer, without addresses. `for_log` has its code only: nothing personal is logged."""

    def __init__(self, answer: str, *, code: int | None = None) -> None:
        super().__init__(answer)
        self.for_log = str(code) if code else "no answer"


class MailDeferredError(MailNotTakenError):
    """The mail server did not take this message now; it may later."""


class MailRefusedError(MailNotTakenError):
    """The mail server will not take this message, now or later; `recipient`: because of the address."""

    def __init__(self, answer: str, *, code: int | None = None, recipient: bool = False) -> None:
        super().__init__(answer, code=code)
        self.recipient = recipient


def compose(row: MailMessage, settings: Settings, *, link: str = "") -> EmailMessage:
    """The row as a message, `link` put where its place is kept.

    Its Message-ID is made of the row's key: a duplicate can be told as one.
    """
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = row.to_address
    message["Subject"] = one_line(row.subject)
    message["Date"] = formatdate(row.created_at.timestamp())
    message["Message-ID"] = f"<{row.key}@{_domain(settings.mail_from)}>"
    message["Auto-Submitted"] = "auto-generated"
    message[KEY_HEADER] = row.key
    for name, value in row.headers.items():
        message[name] = one_line(value.replace(PLACEHOLDER, link))
    message.set_content(row.text.replace(PLACEHOLDER, link))
    message.add_alternative(row.html.replace(PLACEHOLDER, link), subtype="html")
    return message


def key_in(message_id: str) -> str:
    """The key of the mail that a Message-ID of ours (or the key alone) names; empty where it is no such text."""
    found = _MESSAGE_ID.fullmatch(message_id)
    return found["key"] if found else ""


def claims_ours(message_id: str, settings: Settings) -> bool:
    """Whether this is made like the ids that `compose` writes, by our domain or by its key; it may be made up."""
    found = _MESSAGE_ID.fullmatch(message_id)
    if found is None:
        return False
    return (found["domain"] or "").lower() == _domain(settings.mail_from).lower() or bool(_KEY.fullmatch(found["key"]))


def deliver(message: EmailMessage, settings: Settings) -> None:
    """Hand a message to the mail server. Raises MailRefusedError for good, MailDeferredError for now."""
    taken = False
    try:
        with _connect(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
            taken = True
    except (OSError, smtplib.SMTPException) as error:
        # What goes wrong while one takes leave changes nothing: the server has said that it has the message.
        if not taken:
            raise _understood(error) from None


def one_line(value: str) -> str:
    """A header's value without line ends, which would begin another header."""
    return " ".join(value.split())


def _understood(error: Exception) -> MailNotTakenError:
    """What the server's answer means. Raised without its cause, whose text holds the address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        answer = _without_addresses(code, said)
        if code >= PERMANENT:
            return MailRefusedError(answer, code=code, recipient=not POLICY.search(answer))
        return MailDeferredError(answer, code=code)
    if isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, _without_addresses(error.smtp_code, error.smtp_error)
        refused = isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) and code >= PERMANENT
        if refused:
            return MailRefusedError(answer, code=code, recipient=bool(NO_SUCH_ADDRESS.search(answer)))
        return MailDeferredError(answer, code=code)
    return MailDeferredError(_ADDRESS.sub("…", f"{type(error).__name__}: {error}")[:LONGEST_ANSWER])


def _without_addresses(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return _ADDRESS.sub("…", one_line(f"{code} {text}"))[:LONGEST_ANSWER]


def _connect(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.smtp_tls == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    if settings.smtp_tls == "starttls":
        server.starttls(context=context)
    return server


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"
