"""The ways on which mail leaves: a mail server by SMTP, or a folder of .eml files.

A carrier takes one message at a time and has either handed it over when it returns, or raises. The
same message again is harmless: it has the same Message-ID, and in the folder the same name.
"""

import asyncio
import os
import secrets
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog
from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from msgspec import Struct

from holdfast.breaker import Breaker, Resting
from holdfast.config import (
    MAIL_CONCURRENCY,
    SMTP_FAILURES_MAX,
    SMTP_REST_SECONDS,
    SMTP_SECONDS_MAX,
)
from holdfast.outbox.errand import ErrandFailed, ErrandRefused, ErrandWaits

_PERMANENT = 500  # SMTP replies from here on are a definite no (RFC 5321, 4.2.1)
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700

log = structlog.get_logger(__name__)


def smtp_address(url: str) -> "SmtpAddress":
    """The mail server of HOLDFAST_SMTP_URL, which config.py has checked."""
    parts = urlsplit(url)
    tls = parts.scheme == "smtps"
    return SmtpAddress(
        host=parts.hostname or "",
        port=parts.port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )


class Carrier(Protocol):
    """Hands messages over. Raises ErrandRefused, ErrandFailed or ErrandWaits."""

    async def carry(self, message: EmailMessage, mail_id: str) -> None:
        """Hand one message over; `mail_id` is its errand."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...


class SmtpAddress(Struct, frozen=True):
    """A mail server. `tls` from the first byte (smtps://), else STARTTLS where it is offered, and
    always where a password is sent to another machine."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False

    @property
    def starttls(self) -> bool | None:
        """True: insist on it. None: take it where it is offered."""
        if self.tls:
            return False
        near = self.host in ("localhost", "127.0.0.1", "::1")
        return True if self.user and not near else None


class SmtpCarrier:
    """A mail server. Links are kept for the next mail, MAIL_CONCURRENCY of them at most; a server
    that doesn't answer is left alone for a while."""

    def __init__(self, address: SmtpAddress) -> None:
        self._address = address
        self._breaker = Breaker(SMTP_FAILURES_MAX, SMTP_REST_SECONDS)
        self._idle: list[SMTP] = []

    async def carry(self, message: EmailMessage, mail_id: str) -> None:
        """Send it. A server that refuses this one mail for good is not asked again for it."""
        del mail_id
        try:
            with self._breaker.call(SMTPResponseException, SMTPRecipientsRefused):
                async with asyncio.timeout(SMTP_SECONDS_MAX):
                    await self._send(message)
        except Resting as resting:
            raise ErrandWaits(str(resting), resting.seconds) from resting
        except SMTPRecipientsRefused as refused:
            first = refused.recipients[0]
            raise _answer(first.code, first.message) from refused
        except SMTPResponseException as refused:
            raise _answer(refused.code, refused.message) from refused
        except TimeoutError as error:
            raise ErrandFailed(f"no answer within {SMTP_SECONDS_MAX:g} s") from error
        except (SMTPException, OSError) as error:
            raise ErrandFailed(f"the mail server: {error}") from error

    async def _send(self, message: EmailMessage) -> None:
        """Over a link that is open, or over a new one where that has been closed meanwhile."""
        while self._idle:
            link = self._idle.pop()
            try:
                await self._send_over(link, message)
                return
            except SMTPServerDisconnected:
                continue
        link = self._new_link()
        await link.connect()
        await self._send_over(link, message)

    async def _send_over(self, link: SMTP, message: EmailMessage) -> None:
        try:
            await link.send_message(message)
        except SMTPResponseException:
            self._keep(link)
            raise
        except BaseException:
            link.close()
            raise
        self._keep(link)

    def _keep(self, link: SMTP) -> None:
        if link.is_connected and len(self._idle) < MAIL_CONCURRENCY:
            self._idle.append(link)
        else:
            link.close()

    def _new_link(self) -> SMTP:
        address = self._address
        return SMTP(
            hostname=address.host,
            port=address.port,
            username=address.user or None,
            password=address.password or None,
            use_tls=address.tls,
            start_tls=address.starttls,
            timeout=SMTP_SECONDS_MAX,
        )

    async def close(self) -> None:
        """Close the links; whatever is being sent is sent again."""
        while self._idle:
            self._idle.pop().close()


class FolderCarrier:
    """A folder of .eml files, which mail programs open: the default where no server is named."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def carry(self, message: EmailMessage, mail_id: str) -> None:
        """Write it whole or not at all; readable by us alone, since it holds tickets."""
        try:
            await asyncio.to_thread(self._write, bytes(message), mail_id)
        except OSError as error:
            raise ErrandFailed(f"{self._folder}: {error.strerror}") from error

    def _write(self, body: bytes, mail_id: str) -> None:
        self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        path = self._folder / f"{mail_id}.eml"
        new = path.with_name(f".{mail_id}.{secrets.token_hex(4)}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
        with open(descriptor, "wb") as file:  # noqa: PTH123 (an open descriptor, not a path)
            file.write(body)
        new.replace(path)

    async def close(self) -> None:
        """Nothing is open."""


def _answer(code: int, message: str) -> Exception:
    words = f"the mail server answered {code} {message}"
    return ErrandRefused(words) if code >= _PERMANENT else ErrandFailed(words)
