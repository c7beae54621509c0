"""Mails leave by SMTP: once in the mailbox, whatever breaks, and nothing is lost meanwhile."""

import email
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.policy import default
from pathlib import Path

import pytest

from holdfast.accounts.access_link import AccessLinks
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus, Refund
from holdfast.desk.order import EventStatus, OutboxKind
from holdfast.mail.carrier import FolderCarrier, SmtpAddress, SmtpCarrier, smtp_address
from holdfast.mail.message import Sender
from holdfast.mail.post import Post
from holdfast.outbox import Relay
from tests.cast import seats
from tests.checkout.counter import Counter, counter, link_lost, pays
from tests.house import House, open_house
from tests.mail.postbox import Postbox, Server, words
from tests.served import free_port

pytestmark = pytest.mark.anyio

SENDER = Sender("The Grand", "tickets@grand.example")
LINKS = AccessLinks(b"a secret of thirty-two characters")
STATES = """
SELECT state::text, attempts, last_error FROM outbox WHERE kind = 'MAIL' ORDER BY created_at
"""


class Office:
    """A counter whose relay writes to a mail server that a test stops and starts."""

    def __init__(self, at: Counter, house: House, postbox: Postbox, server: Server) -> None:
        self.at = at
        self.house = house
        self.postbox = postbox
        self.server = server
        self.carrier = SmtpCarrier(SmtpAddress("127.0.0.1", server.port))
        post = Post(at.database, LINKS, self.carrier, SENDER, "https://grand.example")
        at.relay = Relay(at.database, at.clock, at.providers, [post])

    async def pass_twice(self) -> None:
        """News become mails, and mails go out."""
        for _ in range(2):
            await self.at.make_errands_due()
            await self.at.relay.carry_out_due()


@asynccontextmanager
async def open_office(database: Database) -> AsyncGenerator[Office]:
    postbox = Postbox()
    server = Server(postbox, free_port())
    await server.start()
    async with counter(database) as at:
        office = Office(at, await open_house(database), postbox, server)
        try:
            yield office
        finally:
            await office.carrier.close()
            await server.stop()


@pytest.fixture
async def office(database: Database) -> AsyncGenerator[Office]:
    async with open_office(database) as office:
        yield office


async def test_a_sale_is_confirmed_by_mail_with_tickets_and_link(office: Office) -> None:
    order = await office.at.buy(office.house, seats(0, 1))
    await office.pass_twice()
    await office.pass_twice()
    ((mail_id, mails),) = office.postbox.mails.items()
    (mail,) = mails
    assert mail_id == f"<mail_confirmed_{order.order_id}@grand.example>"
    assert mail["From"] == "The Grand <tickets@grand.example>"
    assert mail["To"] == "Ada Lovelace <ada@example.org>"
    token = LINKS.token(order.order_id, order.created_at)
    link = f"https://grand.example/orders/{order.order_id}?token={token}"
    assert link in words(mail, "plain")
    assert link in words(mail, "html")
    (attached,) = mail.iter_attachments()
    assert attached.get_content().startswith(b"%PDF-")
    assert await office.at.fetch(STATES) == [("DONE", 1, None)]


async def test_refund_and_cancelled_event_are_told_once_each(office: Office) -> None:
    at, house = office.at, office.house
    order = await at.buy(house, seats(0, 1))
    await at.settlement.refund(order.order_id, (order.items[0].item_id,))
    await at.office.submit(house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    await at.office.submit(house.event_id, Refund(order_id=order.order_id, force=True))
    for _ in range(3):
        await office.pass_twice()
    mails = [mail for found in office.postbox.mails.values() for mail in found]
    subjects = sorted(str(mail["Subject"]) for mail in mails)
    assert subjects == ["Cancelled: An evening", "Refund for An evening"], "the tickets are void"
    cancelled = next(mail for mail in mails if mail["Subject"].startswith("Cancelled"))
    left = order.total_amount - order.items[0].total
    assert f"€{left / 100:.2f}" in words(cancelled, "plain")


async def test_nothing_is_lost_while_the_mail_server_is_away(office: Office) -> None:
    at = office.at
    await office.server.stop()
    for seat_id in range(6):
        await at.buy(office.house, seats(seat_id), f"buyer-{seat_id}")
    for _ in range(4):
        await office.pass_twice()
    assert office.postbox.mails == {}
    states = {str(row[0]) for row in await at.fetch(STATES)}
    assert states == {"WAITING"}
    tries = [row[1] for row in await at.fetch(STATES)]
    assert sum(int(str(n)) for n in tries) < 6 * 8, "a server that is away is left alone"
    assert await at.fetch("SELECT DISTINCT state::text FROM outbox WHERE kind = 'CAPTURE'") == [
        ("DONE",)
    ], "money does not wait for mail"
    await office.server.start()
    office.carrier._breaker._opened_at = -1_000.0  # the rest is over
    await office.pass_twice()
    await office.pass_twice()
    assert len(office.postbox.mails) == 6
    assert {len(found) for found in office.postbox.mails.values()} == {1}


async def test_a_mail_that_was_sent_and_not_ticked_off_is_the_same_mail_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await office.at.buy(office.house, seats(0))
    await office.at.relay.carry_out_due()

    async def dies(errand: object) -> None:
        raise RuntimeError("the power is out")

    office.postbox.mails.clear()
    await office.at.run("UPDATE outbox SET state = 'WAITING', done_at = NULL WHERE kind = 'MAIL'")
    with monkeypatch.context() as patch:
        patch.setattr(office.at.relay, "_done", dies)
        await office.pass_twice()
    await office.pass_twice()
    (mails,) = office.postbox.mails.values()
    assert len(mails) >= 2
    assert len({str(mail["Message-ID"]) for mail in mails}) == 1
    assert order.order_id in str(mails[0]["Message-ID"])


async def test_a_mailbox_that_does_not_exist_is_left_to_a_person(office: Office) -> None:
    office.postbox.refuse_mailbox = "ada@example.org"
    await office.at.buy(office.house, seats(0))
    await office.pass_twice()
    ((state, attempts, trouble),) = await office.at.fetch(STATES)
    assert (state, attempts) == ("PARKED", 1)
    assert "550 no such mailbox" in str(trouble)


async def test_a_server_that_is_busy_is_asked_again(office: Office) -> None:
    office.postbox.answer = "451 come back later"
    await office.at.buy(office.house, seats(0))
    await office.pass_twice()
    ((state, _, trouble),) = await office.at.fetch(STATES)
    assert state == "WAITING"
    assert "451 come back later" in str(trouble)
    office.postbox.answer = None
    await office.pass_twice()
    assert len(office.postbox.mails) == 1


async def test_a_late_payment_that_goes_back_is_told(office: Office) -> None:
    at, house = office.at, office.house
    late = await at.worker.hold(house, seats(0))
    at.provider.after["charge"] = at.provider.before["lookup"] = link_lost
    await pays(at, late)
    at.provider.after.clear()
    at.provider.before.clear()
    await at.run("UPDATE orders SET expires_at = created_at, hold_cap_at = created_at")
    await at.run("UPDATE seat SET held_until = (SELECT min(created_at) FROM orders) "
                 "WHERE status = 'HELD'")  # fmt: skip
    at.office._desks.clear()
    await at.buy(house, seats(0), "somebody else")
    await at.until_quiet()
    subjects = {str(m["Subject"]) for f in office.postbox.mails.values() for m in f}
    assert "Your payment for An evening goes back" in subjects


async def test_without_a_mail_server_mails_lie_in_a_folder(
    database: Database, tmp_path: Path
) -> None:
    async with counter(database) as at:
        house = await open_house(database)
        folder = tmp_path / "mail"
        post = Post(database, LINKS, FolderCarrier(folder), SENDER, "http://localhost:8000")
        at.relay = Relay(database, at.clock, at.providers, [post])
        order = await at.buy(house, seats(0))
        await at.until_quiet()
        (path,) = folder.iterdir()
        assert path.name == f"mail_confirmed_{order.order_id}.eml"
        assert path.stat().st_mode & 0o077 == 0, "it holds tickets"
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        assert mail["Subject"] == "Your tickets for An evening"
        path.parent.chmod(0o700)
        rows = await at.fetch("SELECT kind::text FROM outbox WHERE state <> 'DONE'")
        assert rows == []


def test_the_address_of_a_mail_server_says_how_it_is_reached() -> None:
    plain = smtp_address("smtp://127.0.0.1")
    assert (plain.port, plain.tls, plain.starttls) == (587, False, None)
    secret = smtp_address("smtp://ada%40x.org:p%3Aw@mail.example:2525")
    assert (secret.user, secret.password, secret.port) == ("ada@x.org", "p:w", 2525)
    assert secret.starttls is True, "a password is not sent in the clear"
    safe = smtp_address("smtps://u:p@mail.example")
    assert (safe.port, safe.tls, safe.starttls) == (465, True, False)
    assert OutboxKind.MAIL is Post.kind
