"""A mail server of our own, which really speaks SMTP: it keeps what it is sent and refuses what it is told to refuse."""

from __future__ import annotations

import email
from contextlib import contextmanager
from email import policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

from tests.servers.live import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


class MailServer:
    """`answer` to what is sent, `recipients`: an answer to each address; `drop`: take it, then say nothing more."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer = "250 OK"
        self.recipients: dict[str, str] = {}
        self.drop = False
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        said = self.recipients.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (as above)
        if self.answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.drop:
            server.transport.abort()
        return self.answer


@contextmanager
def serving_mail() -> Iterator[MailServer]:
    """A mail server on a free port, until the block ends."""
    server = MailServer()
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
