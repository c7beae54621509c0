"""Every setting and every limit, with its unit and its reason.

Settings come from the environment and are checked once, at the start; a wrong one stops the start
with a sentence. Limits are constants: changing one is a change of the program. docs/settings.md is
generated from both.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from holdfast.mail_settings import MAIL_SETTINGS, read_mail
from holdfast.setting import Setting, SettingError, is_origin, read_origins
from holdfast.stripe_settings import STRIPE_SETTINGS, StripeSettings, read_stripe
from holdfast.webhook_settings import WEBHOOK_SETTING, Network, read_networks

ACCEPT_LOSS: Final = "a failover may lose sales"  # what an operator must say to sell that way

SETTINGS: Final = (
    Setting(
        "HOLDFAST_DATABASE_URL",
        "",
        "postgresql://... of a server of version 15 or newer; empty: the embedded PostgreSQL.",
    ),
    Setting(
        "HOLDFAST_DATABASE_DIRECT_URL",
        "",
        "The same database past the pooler (pgbouncer) that HOLDFAST_DATABASE_URL leads to, for "
        "the desk and for listening; empty: there is no pooler.",
    ),
    Setting(
        "HOLDFAST_REPLICA_URL",
        "",
        "Comma-separated postgresql://... of streaming replicas: browsing reads from them.",
    ),
    Setting(
        "HOLDFAST_ACCEPT_LOSS",
        "",
        f"{ACCEPT_LOSS!r}, in these words: sell although the standby is asynchronous; empty: then "
        "nothing is sold.",
    ),
    Setting(
        "HOLDFAST_REDIS_URL",
        "",
        "redis://, rediss:// or unix:// of a Redis or Valkey that tells servers what others sold; "
        "empty: PostgreSQL does.",
    ),
    Setting("HOLDFAST_DATA", "", "Folder of the embedded PostgreSQL; empty: the user's own."),
    Setting(
        "HOLDFAST_POSTGRES_BIN",
        "",
        "Folder with initdb and postgres; empty: the wheel's, else the system's.",
    ),
    Setting(
        "HOLDFAST_SECRET",
        "",
        "Signs sessions and links, 32 characters or more; empty: one is made and kept in the data "
        "folder. All servers of one box office need the same.",
    ),
    Setting(
        "HOLDFAST_PUBLIC_URL",
        "",
        "The address that buyers see, as https://tickets.example; empty: taken from the request.",
    ),
    *MAIL_SETTINGS,
    Setting(
        "HOLDFAST_ALLOWED_ORIGINS",
        "",
        "Comma-separated origins whose pages may send orders and show the map in a frame "
        "(docs/embedding.md), as https://arena.example.",
    ),
    WEBHOOK_SETTING,
    *STRIPE_SETTINGS,
)


class Settings(msgspec.Struct, frozen=True):
    """The checked settings of one process. `stripe` None: the test provider takes payments."""

    database_url: str
    direct_url: str
    replica_urls: tuple[str, ...]
    loss_accepted: bool
    redis_url: str
    data: Path
    postgres_bin: Path | None
    secret: str
    public_url: str
    allowed_origins: frozenset[str]
    smtp_url: str = ""
    mail_from: str = ""
    stripe: StripeSettings | None = None
    webhook_networks: tuple[Network, ...] = ()


def default_data_folder() -> Path:
    """Where the embedded server lives when nobody says: a folder a database user can reach."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/holdfast")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "holdfast"


def read_settings(environment: Mapping[str, str], data: Path | None = None) -> Settings:
    """Check the environment; `data` is the folder named on the command line.

    Raises SettingError with a sentence for the first setting that is wrong.
    """

    def text(name: str) -> str:
        return environment.get(name, "").strip()

    database_url = text("HOLDFAST_DATABASE_URL")
    if database_url and not _is_postgresql(database_url):
        raise SettingError(
            "HOLDFAST_DATABASE_URL must start with postgresql://; "
            "leave it empty to use the embedded PostgreSQL."
        )
    direct_url = text("HOLDFAST_DATABASE_DIRECT_URL")
    if direct_url and not (database_url and _is_postgresql(direct_url)):
        raise SettingError(
            "HOLDFAST_DATABASE_DIRECT_URL must start with postgresql:// and stand beside a "
            "HOLDFAST_DATABASE_URL that leads to a pooler."
        )
    replica_urls = tuple(u.strip() for u in text("HOLDFAST_REPLICA_URL").split(",") if u.strip())
    if not all(_is_postgresql(url) for url in replica_urls):
        raise SettingError(
            "HOLDFAST_REPLICA_URL must be addresses that start with postgresql://, with commas "
            "between; a comma inside of one is written %2C."
        )
    accepted = text("HOLDFAST_ACCEPT_LOSS")
    if accepted not in ("", ACCEPT_LOSS):
        raise SettingError(f"HOLDFAST_ACCEPT_LOSS must be {ACCEPT_LOSS!r}, in these words.")
    redis_url = text("HOLDFAST_REDIS_URL")
    if redis_url and urlsplit(redis_url).scheme not in ("redis", "rediss", "unix"):
        raise SettingError(
            "HOLDFAST_REDIS_URL must start with redis://, rediss:// or unix://; "
            "leave it empty to do without."
        )
    secret = text("HOLDFAST_SECRET")
    if secret and len(secret) < SECRET_CHARACTERS_MIN:
        raise SettingError(
            f"HOLDFAST_SECRET is too short: it needs {SECRET_CHARACTERS_MIN} characters or more."
        )
    public_url = text("HOLDFAST_PUBLIC_URL").rstrip("/")
    if public_url and not is_origin(public_url):
        raise SettingError("HOLDFAST_PUBLIC_URL must be an address like https://tickets.example.")
    allowed_origins = read_origins("HOLDFAST_ALLOWED_ORIGINS", text("HOLDFAST_ALLOWED_ORIGINS"))
    postgres_bin = text("HOLDFAST_POSTGRES_BIN")
    if postgres_bin and not (Path(postgres_bin) / "postgres").exists():
        raise SettingError("HOLDFAST_POSTGRES_BIN must be a folder that holds initdb and postgres.")
    return Settings(
        database_url=database_url,
        direct_url=direct_url,
        replica_urls=replica_urls,
        loss_accepted=accepted == ACCEPT_LOSS,
        redis_url=redis_url,
        data=data or Path(text("HOLDFAST_DATA") or default_data_folder()),
        postgres_bin=Path(postgres_bin) if postgres_bin else None,
        secret=secret,
        public_url=public_url,
        allowed_origins=allowed_origins,
        **read_mail(text("HOLDFAST_SMTP_URL"), text("HOLDFAST_MAIL_FROM"), public_url),
        stripe=read_stripe(text, public_url),
        webhook_networks=read_networks(text(WEBHOOK_SETTING.name)),
    )


def _is_postgresql(address: str) -> bool:
    return urlsplit(address).scheme in ("postgresql", "postgres")


# --- Limits. Each: value, unit in the name, reason beside it. ---

# Secrets and sessions
SECRET_CHARACTERS_MIN: Final = 32  # 128 bits and more, however it was written
SESSION_DAYS: Final = 30  # a buyer comes back for the tickets within the month
ACCESS_LINK_DAYS: Final = 400  # a ticket bought a year ahead still opens from its mail
SESSIONS_REMEMBERED_MAX: Final = 50_000  # verified tokens per process, about 300 bytes each
KEY_REMEMBERED_SECONDS: Final = 2.0  # how long a revoked key may still open on another server
KEYS_REMEMBERED_MAX: Final = 1_000  # keys in use at one time; more are looked up again
TIME_REFRESH_SECONDS: Final = 30.0  # how often the time that tokens are checked by is read anew

# Requests
BODY_BYTES_MAX: Final = 65_536  # an order of 500 places is 20 kB
CHART_BYTES_MAX: Final = 67_108_864  # the largest chart that venues/chart_file.py reads, 64 MiB
BODY_SECONDS_MAX: Final = 30.0  # a body that drips in longer than this is an attack or a dead link
LIST_LIMIT_DEFAULT: Final = 100  # a page of a list on a screen, and some more
LIST_LIMIT_MAX: Final = 500  # API.md
REQUEST_PLACES_MAX: Final = 500  # no order_limit may be above it
PRICES_BYTES_MAX: Final = 1_048_576  # 2,000 prices with long names
PRICES_MAX: Final = 2_000  # prices of one event: 200 categories for ten kinds of buyers
REQUEST_PARTS_MAX: Final = 200  # sections, categories or areas named in one request
IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255  # a UUID has 36; longer ones are a mistake
IDEMPOTENCY_HOURS: Final = 24  # API.md
FORGET_KEYS_SECONDS: Final = 600.0  # how often old Idempotency-Keys are forgotten
EVENT_MAX_AGE_SECONDS: Final = 5  # how old an event page may be; seats have their own stream
SCHEMA_MAX_AGE_SECONDS: Final = 300  # the description changes with the program
HEALTH_SECONDS_MAX: Final = 2.0  # a database that is silent for longer cannot sell
LOOP_PAUSE_SECONDS: Final = 1.0  # before a background loop that failed is started again
EMBEDDED_WATCH_SECONDS: Final = 2.0  # how soon a killed supervisor of the database is replaced
CHART_SHELF_BYTES_MAX: Final = 134_217_728  # charts kept ready to send, with their gzip; LRU

# The desk (DESIGN.md section 3)
BATCH_COMMANDS_MAX: Final = 512  # about 20 ms of writing on two cores
BATCH_SEATS_MAX: Final = 1_000  # bounds one statement's arrays
DECIDE_SECONDS_MAX: Final = 0.015  # deciding blocks the loop, so never for longer
HOLD_WAIT_SECONDS_MAX: Final = 1.0  # then 503: a buyer who waits longer has gone elsewhere
QUEUE_HOLDS_MAX: Final = 20_000  # one second's work several times over; beyond it, 503 at once
BATCH_TRIES_MAX: Final = 5  # passing troubles (deadlock, restart, lock timeout) in a row, then 503
BATCH_TRY_PAUSE_SECONDS: Final = 0.1  # times the number of the try
AMBIGUOUS_SECONDS_MAX: Final = 60.0  # how long to ask after a COMMIT whose answer was lost
DESK_IDLE_SECONDS: Final = 60.0  # a desk leaves after a minute without a command
DESKS_MAX: Final = 256  # per process; the longest idle leaves first
EXPIRE_ORDERS_MAX: Final = 130  # holds ended per batch: bulk work is cut in pieces
SWEEP_SECONDS: Final = 1.0  # looks for due holds that often; they are gone within 2 s
SWEEP_EVENTS_MAX: Final = 1_000  # looked after per round; the rest in the next
SWEEP_ROUNDS_MAX: Final = 2_000  # pieces of bulk work per event and round: 200,000 holds
UNDO_PIECES_MAX: Final = 5  # of a cancelled event per round: the holds of others end in time
RETRY_AFTER_SECONDS: Final = 2  # what busy answers ask for

# Money
PAYMENT_ATTEMPTS_MAX: Final = 10  # declined cards per order
HOLD_CAP_SECONDS: Final = 300  # beginning to pay may extend a hold by this much in all
PROVIDER_SECONDS_MAX: Final = 10.0  # then the answer is unknown and is looked up
STRIPE_PAGE_SIZE: Final = 100  # the most that Stripe lists at a time
STRIPE_BOOK_PAGES_MAX: Final = 200  # 20,000 charges, a minute or two of asking
STRIPE_SIGNATURE_SECONDS_MAX: Final = 300  # how old a signed webhook may be: Stripe's own advice
PROVIDER_KEY_HOURS: Final = 23  # Stripe forgets idempotency keys after 24; an hour is for clocks
PROVIDER_LOOKUPS_MAX: Final = 3  # before the buyer is told that it is still being checked
RECONCILE_AFTER_SECONDS: Final = 30  # an unsettled payment older than this is looked up
PAY_SECONDS_MAX: Final = 20.0  # charge and look-ups together; then the reconciler goes on
LOOKUP_SECONDS_MAX: Final = 3.0  # a look-up moves no money, so it may be given up sooner
LOOKUP_PAUSE_SECONDS: Final = 0.3  # between look-ups: the provider may still be booking
PAYMENTS_IN_FLIGHT_MAX: Final = 2_000  # per process, about 20 kB each; beyond it, 503 at once
CHECKOUT_CLOSE_SECONDS_MAX: Final = 2.5  # a stop has five in all; the reconciler ends the rest
PAYMENT_TOKEN_CHARACTERS_MAX: Final = 255  # providers' tokens have 30 to 100
WEBHOOK_BYTES_MAX: Final = 65_536  # a provider's webhook is some kilobytes
BUYER_NAME_CHARACTERS_MAX: Final = 200  # longer than any name on a ticket
BUYER_EMAIL_CHARACTERS_MAX: Final = 254  # RFC 5321: a longer one cannot be delivered to
BUYER_PHONE_CHARACTERS_MAX: Final = 32  # 15 digits by E.164, with room for how people write them
PROVIDER_FAILURES_MAX: Final = 8  # in a row; then the provider is left alone for a while
PROVIDER_REST_SECONDS: Final = 10.0  # after that one call tries whether it answers again
RECONCILE_PASS_SECONDS: Final = 5.0  # how often unsettled payments are looked for
RECONCILE_BATCH_MAX: Final = 50  # payments claimed from one event at a time
RECONCILE_CONCURRENCY: Final = 8  # look-ups at the provider at one time, per process
RECONCILE_EVENTS_MAX: Final = 200  # events dealt with in one pass
OUTBOX_ATTEMPTS_MAX: Final = 20  # with backoff about a day; then parked for a person
OUTBOX_BACKOFF_SECONDS_MAX: Final = 10_800  # 1, 2, 4 s ... and then every three hours
OUTBOX_BATCH_MAX: Final = 50  # errands claimed from one event at a time
OUTBOX_CONCURRENCY: Final = 16  # errands at the provider at one time, per process
OUTBOX_CLAIM_SECONDS: Final = 90  # a batch takes 50 / 16 * 10 s at the worst; then others may try
OUTBOX_ERROR_CHARACTERS_MAX: Final = 500  # of what the provider said, kept for a person
OUTBOX_PASS_SECONDS: Final = 1.0  # how often the outbox is looked at when nobody rang
NEWS_BATCH_MAX: Final = 500  # news made into mails and calls in one commit, a second's sales
OUTBOX_EVENTS_MAX: Final = 200  # events dealt with in one pass
TEST_LEDGER_CONNECTIONS_MAX: Final = 4  # of the process's own; the rest is for buyers
TEST_PROVIDER_SLOW_SECONDS: Final = 3.0  # tok_slow: long enough to be seen, within every deadline
COMPLETE_AFTER_HOURS: Final = 12  # after its start an event counts as over

MAIL_CONCURRENCY: Final = 4  # mails made and sent at one time, per process; as many links
MAIL_REST_FACTOR: Final = 3  # making mails takes a quarter of one thread: buyers come first
SMTP_SECONDS_MAX: Final = 20.0  # one mail; servers that look at it first take some seconds
SMTP_FAILURES_MAX: Final = 4  # in a row; then the mail server is left alone for a while
SMTP_REST_SECONDS: Final = 10.0  # after that one mail tries whether it answers again
RESEND_SECONDS_MIN: Final = 60  # between two requests for the same mail: it may be on its way
RESENDS_MAX: Final = 10  # of one order, ever: nobody's mailbox is to be filled
ERRANDS_NAMED_MAX: Final = 500  # in one request to take them up again

# Organisers' webhooks
WEBHOOKS_MAX: Final = 100  # open at one time: each makes a row of every sale that it asked for
WEBHOOK_URL_CHARACTERS_MAX: Final = 2_000  # servers take no longer ones
WEBHOOK_SECONDS_MAX: Final = 10.0  # for one call; a receiver says yes first and works afterwards
WEBHOOK_ANSWER_BYTES_MAX: Final = 4_096  # of an answer that are read; the rest is not waited for
WEBHOOK_ANSWER_CHARACTERS_MAX: Final = 300  # of an answer, kept for whoever looks for a fault
WEBHOOKS_AT_ONCE_MAX: Final = 16  # called at one time, per process
WEBHOOK_CONCURRENCY: Final = 8  # calls of one webhook at one time, per process
WEBHOOK_BATCH_MAX: Final = 64  # calls claimed at a time: 64 / 8 * 10 s is less than a claim lasts
WEBHOOK_BATCHES_MAX: Final = 20  # in a row of one webhook; then others have their turn
WEBHOOK_FAILURES_MAX: Final = 4  # without an answer in a row; then it is left alone for a while
WEBHOOK_REST_SECONDS: Final = (15.0, 900.0)  # first and at most: back within 15 min of its return
WEBHOOK_TRY_HOURS: Final = 24  # a call that fails for so long is parked for a person
WEBHOOK_ROTATION_HOURS: Final = 24  # so long both secrets sign, for receivers to change over
WEBHOOK_ATTEMPTS_KEPT: Final = 500  # of each webhook, to look at: a day's worth of a small house
WEBHOOK_REPLAY_PIECE: Final = 1_000  # news made into calls again in one commit
VERSIONS_PAGE: Final = 2_000  # versions of an event read at a time, to find that of some news

# The audit (`holdfast doctor`)
AUDIT_ROWS_MAX: Final = 100  # offending rows shown per check; the first tell what is wrong
AUDIT_STATEMENT_SECONDS_MAX: Final = 120  # an event of 80,000 seats needs a fraction of one
AUDIT_JOURNAL_PAGE: Final = 500  # entries of a journal read at a time, some MB at the worst
AUDIT_BOOKS_DAYS: Final = 35  # of a provider's books: longer than authorisations live
HOLD_OVERDUE_SECONDS: Final = 10  # an ended hold is tidied up in 2 s; the rest is for a busy hour
PAYMENT_OVERDUE_SECONDS: Final = 180  # RECONCILE_AFTER_SECONDS and some tries at the provider
ERRAND_OVERDUE_SECONDS: Final = 300  # OUTBOX_CLAIM_SECONDS and a queue of some thousand errands
CANCELLATION_OVERDUE_SECONDS: Final = 3_600  # an arena's orders are paid back in minutes
TELLING_OVERDUE_SECONDS: Final = 3_600  # mails to the buyers of a cancelled arena take a while

# The gate
GATE_EARLY_SECONDS: Final = 7_200  # admits this long before doors_open: guests, early entry
GATE_TEXT_CHARACTERS_MAX: Final = 100  # scan_id, gate and device
GATE_OFFLINE_HOURS_MAX: Final = 24  # how old a scan may be that a device brings in later

# The live map
FRAME_SECONDS_MIN: Final = 0.26  # API.md: at least 250 ms apart, and 10 ms for jitter on the way
FRAME_SECONDS_MAX: Final = 1.25  # however many read: with the telling nobody is 2 s behind
FRAME_SECONDS_PER_READER: Final = 0.000125  # writing to 10,000 takes 0.3 s of the machine
FRAME_FULL_PLACES: Final = 1_900  # changed seats: the next batch might be too much for a frame
FRAME_TELLINGS: Final = 2.0  # times a telling, between frames: half of the loop is for others
FRAME_BYTES_MAX: Final = 16_384  # API.md: beyond it the reader is told to resync
HEARTBEAT_SECONDS: Final = 15.0  # proxies cut silent connections after 30 s and more
STREAMS_MAX: Final = 10_000  # open streams per process
STREAM_FRAMES_MAX: Final = 16  # a reader this many frames behind, 4 s at least, has to resync
STREAM_STALL_SECONDS: Final = 30.0  # a reader that takes nothing for so long is cut off
STREAM_FILTERS_MAX: Final = 64  # distinct choices of sections per event; beyond it, all sections
STREAM_WAKE_READERS_MAX: Final = 256  # woken in one go, so that a frame to 10,000 delays nobody
STREAM_STARTS_MAX: Final = 64  # distinct versions resumed from in one go, 1 ms each at worst
STREAM_CLOSE_SECONDS_MAX: Final = 2.0  # a stop has five seconds in all
STREAM_RETRY_MS: Final = (1_000, 5_000)  # readers come back spread over this time
CATCH_UP_VERSIONS_MAX: Final = 1_000  # older readers get the whole snapshot instead
CATCH_UP_PLACES_MAX: Final = 65_536  # the same in changed seats: 256 kB, 3 ms to look through
CHANGES_PAGE_PLACES_MAX: Final = 20_000  # in a page of the journal: 140 kB, 3 ms to compress
CHANGES_MAX_AGE_SECONDS: Final = 3_600  # of a page of the past; a restored backup may differ
LIVE_MAPS_MAX: Final = 256  # watched events per process; the longest unread leaves first
LIVE_MAP_IDLE_SECONDS: Final = 60.0  # an event that nobody watches leaves after a minute
LIVE_LOADS_MAX: Final = 2  # maps read at once: 80,000 seats keep a connection for 50 ms
LIVE_LOOK_SECONDS: Final = 1.0  # lost notices cost this much freshness at most
LIVE_ROUND_SECONDS_MIN: Final = 0.02  # between two repairs: as often as notices come
LIVE_RELOAD_SECONDS_MIN: Final = 1.0  # between two readings of one whole map
LIVE_AHEAD_MAX: Final = 256  # batches kept that came before their predecessors
LIVE_PRICES_SECONDS: Final = 10.0  # age of the section prices that availability shows
NOTICE_SECONDS: Final = 0.02  # batches of this time go out together
REDIS_QUESTION_SECONDS: Final = 2.0  # silence on the link to Redis before it is asked
REDIS_ANSWER_SECONDS_MAX: Final = 2.0  # then the link counts as lost
REDIS_PAUSE_SECONDS: Final = (0.1, 2.0)  # between tries to connect, first and at most: 5 s in all
REDIS_START_SECONDS_MAX: Final = 1.0  # a process starts without Redis where it takes longer
NOTICE_BYTES_MAX: Final = 7_900  # PostgreSQL refuses a NOTIFY of 8,000
NOTICE_PAYLOADS_MAX: Final = 8  # sent at once; beyond it only event and version are told
NOTICES_QUEUED_MAX: Final = 1_000  # beyond it only event and version are told
NOTICE_ANSWER_SECONDS_MAX: Final = 5.0  # then the link that sends them counts as lost

# The server
BACKLOG: Final = 4_096  # connections that wait to be taken; an on-sale comes all at once
CONNECTIONS_MAX: Final = 12_000  # open per process: STREAMS_MAX and room for requests beside them
FILES_BESIDE_CONNECTIONS: Final = 500  # the database's connections, logs, what libraries open
HEADER_SECONDS_MAX: Final = 10  # a request whose headers drip in for longer is cut off
DRAIN_SECONDS_MAX: Final = 2.5  # for requests under way at a stop, which has five seconds in all
STOP_SECONDS_MAX: Final = 4.5  # then a worker that does not stop is killed
COLLECTOR_OBJECTS: Final = 50_000  # new ones before Python looks for cycles; 700 cost a fifth
WORKER_PAUSE_SECONDS: Final = 2.0  # before a worker that died right after its start is replaced

# Replicas
REPLICA_LOOK_SECONDS: Final = 0.5  # between two looks at how far they are
REPLICA_LOOK_SECONDS_MAX: Final = 1.0  # a replica that is silent for longer is not read from
REPLICA_REPLAY_SECONDS: Final = 0.05  # what a healthy one may need for what was just written
REPLICA_AGE_SECONDS_MAX: Final = 3.0  # older ones are left out: browsing reads the primary then
REPLICA_SAMPLES_MAX: Final = 240  # of where the primary's log was: two minutes of looks
REPLICA_ANSWER_SECONDS_MAX: Final = 5.0  # for one statement; then the next server is asked
REPLICA_WAIT_SECONDS_MAX: Final = 0.5  # for a batch that was heard of; then the primary is asked

DURABILITY_LOOK_SECONDS: Final = 5.0  # between looks at whether the primary waits for a standby

# Connections per process
POOL_CONNECTIONS_MAX: Final = 10  # for requests; PostgreSQL allows 100 in all by default
DESK_CONNECTIONS_MAX: Final = 6  # as many desks may commit at one time; more only share the disk
