"""Mail on the wire: one message with a text and an HTML part, over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow_app.models import MailMessage
    from workflow_app.settings import Settings

TIMEOUT_SECONDS = 20
PERMANENT = 500


class MailRefusedError(Exception):
    """The mail server will not take this message, now or later."""


def compose(row: MailMessage, settings: Settings) -> EmailMessage:
    """The row as a message. Its Message-ID is made of the row's key: a duplicate can be told as one."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = row.to_address
    message["Subject"] = one_line(row.subject)
    message["Date"] = formatdate(row.created_at.timestamp())
    message["Message-ID"] = f"<{row.key}@{_domain(settings.mail_from)}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in row.headers.items():
        message[name] = one_line(value)
    message.set_content(row.text)
    message.add_alternative(row.html, subtype="html")
    return message


def deliver(message: EmailMessage, settings: Settings) -> None:
    """Hand a message to the mail server. Raises MailRefusedError for good, OSError/SMTPException for now."""
    try:
        with _connect(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()))
        if code >= PERMANENT:
            raise MailRefusedError(f"{code} {answer!r}") from refused
        raise
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        if refused.smtp_code >= PERMANENT:
            raise MailRefusedError(f"{refused.smtp_code} {refused.smtp_error!r}") from refused
        raise


def one_line(value: str) -> str:
    """A header's value without line ends, which would begin another header."""
    return " ".join(value.split())


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
