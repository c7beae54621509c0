"""A wording as a message that mail servers carry (RFC 5322): text, HTML, the tickets attached.

Pure. The Message-ID is made from the errand, so that a mail that was sent and not ticked off is the
same mail the second time: mail programs show it once.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from msgspec import Struct

from holdfast.mail.look import as_html, as_text
from holdfast.mail.wording import Wording


class Sender(Struct, frozen=True):
    """Whom mails come from: `name` as it is shown, `address` as mailbox@domain."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def sender_of(mail_from: str) -> Sender:
    """The sender of HOLDFAST_MAIL_FROM; where nothing is sent out, one of this machine."""
    name, address = parseaddr(mail_from or "Holdfast <tickets@localhost>")
    return Sender(name, address)


def message_of(
    wording: Wording,
    link: str,
    pdf: bytes | None,
    *,
    mail_id: str,
    sent_at: datetime,
    sender: Sender,
    to: tuple[str, str],
) -> EmailMessage:
    """The message; `to` is the buyer's name and address, `mail_id` the errand."""
    message = EmailMessage()
    message["Message-ID"] = f"<{mail_id}@{sender.domain}>"
    message["Date"] = format_datetime(sent_at)
    message["From"] = _address(sender.name, sender.address)
    message["To"] = _address(*to)
    message["Subject"] = wording.subject
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = wording.language
    message.set_content(as_text(wording, link))
    message.add_alternative(as_html(wording, link), subtype="html")
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename="tickets.pdf")
    return message


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(" ".join(name.split()), user, domain)
