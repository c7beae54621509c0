"""What a request may use, put together by hand in app.py and lent to every handler."""

from msgspec import Struct

from holdfast.accounts.access_link import AccessLinks
from holdfast.accounts.api_key import KeyRing
from holdfast.accounts.session import SessionTokens
from holdfast.api.chart_shelf import ChartShelf
from holdfast.api.event_plans import EventPlans
from holdfast.api.page_files import PageFiles
from holdfast.api.recent_time import RecentTime
from holdfast.checkout.pay import Checkout
from holdfast.checkout.provider import Providers
from holdfast.checkout.settlement import Settlement
from holdfast.config import Settings
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.durability import DurabilityWatch
from holdfast.ids import OrderIds
from holdfast.live.live_maps import LiveMaps
from holdfast.live.notices import Notices
from holdfast.live.stream import Streams
from holdfast.outbox import Relay
from holdfast.webhooks.caller import Caller


class Parts(Struct, frozen=True, kw_only=True, eq=False):
    """The parts of one process. Whoever opened them closes them."""

    settings: Settings
    database: Database
    clock: Clock
    time: RecentTime
    sessions: SessionTokens
    links: AccessLinks
    keys: KeyRing
    charts: ChartShelf
    plans: EventPlans
    durability: DurabilityWatch
    live: LiveMaps
    notices: Notices
    streams: Streams
    pages: PageFiles
    box_office: BoxOffice
    providers: Providers
    settlement: Settlement
    checkout: Checkout
    relay: Relay
    webhooks: Caller
    order_key: bytes
    order_ids: OrderIds
