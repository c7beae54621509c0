"""A mail server for tests, which can be stopped and started again on the same port."""

import asyncio
import email
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


class Postbox:
    """What came in, by Message-ID; `answer` is what it says to each mail, None for yes."""

    def __init__(self) -> None:
        self.mails: dict[str, list[EmailMessage]] = {}
        self.refuse_mailbox: str | None = None
        self.answer: str | None = None

    async def handle_RCPT(  # noqa: N802 (the name is the server's)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refuse_mailbox:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answer is not None:
            return self.answer
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.setdefault(str(mail["Message-ID"]), []).append(mail)
        return "250 taken"


class Server:
    """The server on one port; nothing answers there while it is stopped."""

    def __init__(self, postbox: Postbox, port: int) -> None:
        self.port = port
        self._postbox = postbox
        self._server: asyncio.Server | None = None
        self._links: list[SMTP] = []

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._open, "127.0.0.1", self.port)

    def _open(self) -> SMTP:
        self._links.append(SMTP(self._postbox, hostname="mail.test"))
        return self._links[-1]

    async def stop(self) -> None:
        """Cut every link, and take no new one."""
        if self._server is not None:
            self._server.close()
            self._server = None
        while self._links:
            transport = self._links.pop().transport
            if transport is not None:
                transport.abort()


def words(mail: EmailMessage, kind: str) -> str:
    """The text (plain) or the page (html) of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content()
