-- The schema after all migrations. Written by `python -m holdfast.database.dump`, never by hand:
-- a change is a new file in migrations/.

CREATE TYPE cancel_reason AS ENUM ('RELEASED', 'EXPIRED', 'EVENT_CANCELLED');
COMMENT ON TYPE cancel_reason IS 'RELEASED: the buyer gave the seats back. EXPIRED: the hold reached its deadline. EVENT_CANCELLED: the organiser cancelled the event.';

CREATE TYPE desk_status AS ENUM ('OPEN', 'CLOSED');
COMMENT ON TYPE desk_status IS 'OPEN: commands are decided. CLOSED: an alarm closed this event''s sales; closed_reason says why.';

CREATE TYPE event_status AS ENUM ('DRAFT', 'ON_SALE', 'SOLD_OUT', 'CANCELLED', 'COMPLETED');
COMMENT ON TYPE event_status IS 'DRAFT: being prepared, nothing can be held. ON_SALE: seats can be held from on_sale_at on. SOLD_OUT: on sale, but no seat is free or held. CANCELLED: will not take place; tickets are refused at the gate and refunded. COMPLETED: has taken place; nothing can be held any more.';

CREATE TYPE incident_kind AS ENUM ('WRONG_AMOUNT', 'OUTSIDE_REFUND', 'DISPUTE');
COMMENT ON TYPE incident_kind IS 'WRONG_AMOUNT: the provider took another amount or currency than agreed; it goes back. OUTSIDE_REFUND: money was paid back at the provider''s own pages. DISPUTE: the buyer''s bank contests the charge.';

CREATE TYPE incident_state AS ENUM ('OPEN', 'WON', 'LOST', 'DONE');
COMMENT ON TYPE incident_state IS 'OPEN: the bank has not decided yet. WON: the bank left the money with the organiser. LOST: the bank gave the money back to the buyer. DONE: it has happened; there is nothing to decide.';

CREATE TYPE item_state AS ENUM ('ACTIVE', 'RELEASED', 'EXPIRED', 'REFUNDED');
COMMENT ON TYPE item_state IS 'ACTIVE: part of what the order holds or bought. RELEASED: given back before it was paid. EXPIRED: lost with its hold at the deadline; had again if a payment still comes in time. REFUNDED: paid, then refunded.';

CREATE TYPE key_role AS ENUM ('organiser', 'gate');
COMMENT ON TYPE key_role IS 'organiser: may do everything under /admin. gate: may scan tickets.';

CREATE TYPE occasion AS ENUM ('ORDER_CONFIRMED', 'ORDER_REFUNDED', 'ORDER_CANCELLED', 'PAYMENT_RETURNED', 'EVENT_CANCELLED');
COMMENT ON TYPE occasion IS 'ORDER_CONFIRMED: paid, the tickets are issued. ORDER_REFUNDED: places of it are paid back. ORDER_CANCELLED: it is paid back because its event was cancelled. PAYMENT_RETURNED: a payment came too late or differed, and goes back. EVENT_CANCELLED: the event will not take place.';

CREATE TYPE order_status AS ENUM ('PENDING', 'CONFIRMED', 'CANCELLED', 'REFUNDED');
COMMENT ON TYPE order_status IS 'PENDING: holds its seats until expires_at. CONFIRMED: paid, its tickets are issued. CANCELLED: ended without a sale; cancel_reason says how. REFUNDED: every item of a confirmed order was refunded.';

CREATE TYPE outbox_kind AS ENUM ('CAPTURE', 'VOID', 'REFUND', 'NEWS', 'MAIL', 'WEBHOOK');
COMMENT ON TYPE outbox_kind IS 'CAPTURE: collect an authorised payment. VOID: give an authorisation back. REFUND: pay money back. NEWS: make mails and calls of what has happened. MAIL: write to the buyer. WEBHOOK: call an organiser''s program.';

CREATE TYPE outbox_state AS ENUM ('WAITING', 'DONE', 'PARKED');
COMMENT ON TYPE outbox_state IS 'WAITING: to be done at due_at or later. DONE: done. PARKED: tried too often; a person has to look at it.';

CREATE TYPE payment_status AS ENUM ('CREATED', 'PROCESSING', 'AUTHORIZED', 'CAPTURING', 'SUCCEEDED', 'FAILED', 'VOIDING', 'VOIDED');
COMMENT ON TYPE payment_status IS 'CREATED: written down before the provider is called. PROCESSING: the provider or the buyer''s bank is at work. AUTHORIZED: the money is reserved; the order is not settled yet. CAPTURING: the seats are sold; the money is being collected. SUCCEEDED: the money is collected. FAILED: the provider declined; nothing was charged. VOIDING: the seats were lost; the reservation is being given back. VOIDED: the reservation was given back.';

CREATE TYPE scan_result AS ENUM ('ADMITTED', 'EXITED', 'ALREADY_SCANNED', 'NOT_INSIDE', 'INVALID', 'WRONG_EVENT', 'REFUNDED', 'EVENT_CANCELLED', 'TOO_EARLY');
COMMENT ON TYPE scan_result IS 'ADMITTED: let in. EXITED: let out; the same ticket admits again. ALREADY_SCANNED: was let in before. NOT_INSIDE: asked to be let out without having been let in. INVALID: no such barcode. WRONG_EVENT: a ticket of another event. REFUNDED: the ticket was refunded. EVENT_CANCELLED: the event was cancelled. TOO_EARLY: the doors are not open yet.';

CREATE TYPE seat_status AS ENUM ('AVAILABLE', 'HELD', 'SOLD', 'BLOCKED');
COMMENT ON TYPE seat_status IS 'AVAILABLE: anybody may hold it. HELD: belongs to a PENDING order until held_until. SOLD: belongs to a CONFIRMED order. BLOCKED: kept back by the organiser.';

CREATE TABLE api_key (
    key_id text NOT NULL,
    key_hash bytea NOT NULL,
    role key_role NOT NULL,
    event_id integer,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT api_key_pkey PRIMARY KEY (key_id),
    CONSTRAINT api_key_hash UNIQUE (key_hash)
);
COMMENT ON TABLE api_key IS 'Keys of organisers and gate devices; only their hash is kept.';
COMMENT ON COLUMN api_key.key_hash IS 'SHA-256 of the key.';
COMMENT ON COLUMN api_key.event_id IS 'The only event it opens; null opens all.';
COMMENT ON CONSTRAINT api_key_hash ON api_key IS 'A key is found by its hash.';

CREATE TABLE chart (
    sha256 text NOT NULL,
    name text NOT NULL,
    places integer NOT NULL,
    body bytea NOT NULL,
    plan bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    columns bytea,
    CONSTRAINT chart_pkey PRIMARY KEY (sha256),
    CONSTRAINT chart_places_check CHECK (places > 0),
    CONSTRAINT chart_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'::text)
);
COMMENT ON TABLE chart IS 'Immutable geometry of a seating plan, found by the hash of its body.';
COMMENT ON COLUMN chart.sha256 IS 'SHA-256 of body, in hexadecimal.';
COMMENT ON COLUMN chart.places IS 'Seats and standing places together.';
COMMENT ON COLUMN chart.body IS 'The JSON that GET /charts/{sha256} serves.';
COMMENT ON COLUMN chart.plan IS 'The floor plan of venues/floor_plan.py, which the desk keeps in memory.';
COMMENT ON COLUMN chart.columns IS 'What GET /charts/{sha256}.columns serves, compressed (gzip); null for charts saved before it was kept.';

CREATE TABLE desk (
    event_id integer NOT NULL,
    epoch integer NOT NULL,
    version bigint NOT NULL,
    status desk_status NOT NULL,
    closed_reason text,
    last_at timestamp with time zone NOT NULL,
    last_batch_id uuid,
    CONSTRAINT desk_pkey PRIMARY KEY (event_id),
    CONSTRAINT desk_closed CHECK ((status = 'CLOSED'::desk_status) = (closed_reason IS NOT NULL))
) WITH (fillfactor=10);
COMMENT ON TABLE desk IS 'The lock of an event: whoever holds this row may move its seats.';
COMMENT ON COLUMN desk.epoch IS 'Rises when a database was restored or promoted.';
COMMENT ON COLUMN desk.version IS 'Number of the newest batch in seat_change.';
COMMENT ON COLUMN desk.closed_reason IS 'What the alarm said; null while OPEN.';
COMMENT ON COLUMN desk.last_at IS 'The time of the newest batch; time never runs backwards at a desk.';
COMMENT ON COLUMN desk.last_batch_id IS 'The newest batch in seat_change; null before the first.';

CREATE TABLE event (
    event_id integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name text NOT NULL,
    venue_id integer NOT NULL,
    chart_sha256 text NOT NULL,
    event_date date NOT NULL,
    doors_open timestamp with time zone NOT NULL,
    start_time timestamp with time zone NOT NULL,
    status event_status NOT NULL,
    total_capacity integer NOT NULL,
    currency text NOT NULL,
    on_sale_at timestamp with time zone,
    hold_seconds integer NOT NULL,
    order_limit integer NOT NULL,
    order_fee_amount bigint NOT NULL,
    forbid_single_seats boolean NOT NULL,
    color text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (event_id),
    CONSTRAINT event_color_check CHECK (color ~ '^#[0-9a-f]{6}$'::text),
    CONSTRAINT event_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text),
    CONSTRAINT event_event_id_check CHECK (event_id > 0),
    CONSTRAINT event_hold_seconds_check CHECK (hold_seconds >= 1 AND hold_seconds <= 86400),
    CONSTRAINT event_order_fee_amount_check CHECK (order_fee_amount >= 0),
    CONSTRAINT event_order_limit_check CHECK (order_limit >= 1 AND order_limit <= 500),
    CONSTRAINT event_total_capacity_check CHECK (total_capacity > 0)
);
COMMENT ON TABLE event IS 'One evening on sale: a venue, a chart, a time and the terms of sale.';
COMMENT ON COLUMN event.chart_sha256 IS 'Its chart, which never changes after the first order.';
COMMENT ON COLUMN event.event_date IS 'The evening, in the venue''s time zone.';
COMMENT ON COLUMN event.doors_open IS 'From when the gate admits, less GATE_EARLY_SECONDS.';
COMMENT ON COLUMN event.total_capacity IS 'Seats and standing places together; its seats are 0 to this - 1.';
COMMENT ON COLUMN event.currency IS 'ISO 4217; all its prices and orders are in it.';
COMMENT ON COLUMN event.on_sale_at IS 'Nothing can be held before; null means at once when ON_SALE.';
COMMENT ON COLUMN event.hold_seconds IS 'How long a hold lasts, in seconds.';
COMMENT ON COLUMN event.order_limit IS 'Most places that one buyer may hold and own together.';
COMMENT ON COLUMN event.order_fee_amount IS 'Fee per order in minor units of the currency.';
COMMENT ON COLUMN event.forbid_single_seats IS 'Refuse holds that leave one free seat between taken ones.';
COMMENT ON COLUMN event.color IS 'The accent of its pages, as #rrggbb.';

CREATE TABLE gate_scan (
    event_id integer NOT NULL,
    scan_id text NOT NULL,
    ticket_id text,
    result scan_result NOT NULL,
    direction text NOT NULL,
    gate text NOT NULL,
    device text NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    CONSTRAINT gate_scan_pkey PRIMARY KEY (event_id, scan_id),
    CONSTRAINT gate_scan_direction_check CHECK (direction = ANY (ARRAY['IN'::text, 'OUT'::text]))
);
COMMENT ON TABLE gate_scan IS 'Every answer that a gate was given.';
COMMENT ON COLUMN gate_scan.scan_id IS 'Chosen by the device, so that a repeated request is one scan.';
COMMENT ON COLUMN gate_scan.ticket_id IS 'Null where the barcode is no ticket of the event.';
COMMENT ON COLUMN gate_scan.direction IS 'IN or OUT.';

CREATE TABLE idempotency (
    event_id integer NOT NULL,
    scope bytea NOT NULL,
    fingerprint bytea NOT NULL,
    status_code smallint NOT NULL,
    resource_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (event_id, scope)
);
COMMENT ON TABLE idempotency IS 'Requests with an Idempotency-Key that were granted; written in the commit that granted them.';
COMMENT ON COLUMN idempotency.event_id IS 'The event of the request; 0 where it belongs to none.';
COMMENT ON COLUMN idempotency.scope IS 'Hash of credential, method, path and key.';
COMMENT ON COLUMN idempotency.fingerprint IS 'Hash of the body.';
COMMENT ON COLUMN idempotency.status_code IS 'HTTP status of the first answer.';
COMMENT ON COLUMN idempotency.resource_id IS 'What the request made or changed; empty for nothing.';

CREATE TABLE inbox (
    event_id integer NOT NULL,
    provider text NOT NULL,
    notice_id text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT inbox_pkey PRIMARY KEY (event_id, provider, notice_id)
);
COMMENT ON TABLE inbox IS 'Webhook notices that were dealt with, so that a repeat changes nothing.';

CREATE TABLE incident (
    event_id integer NOT NULL,
    order_id text NOT NULL,
    incident_id text NOT NULL,
    payment_id text NOT NULL,
    kind incident_kind NOT NULL,
    state incident_state NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reason text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    CONSTRAINT incident_pkey PRIMARY KEY (event_id, order_id, incident_id),
    CONSTRAINT incident_amount_check CHECK (amount >= 0)
);
COMMENT ON TABLE incident IS 'What a person should know of a payment: it was not as agreed, or the money went back without us.';
COMMENT ON COLUMN incident.incident_id IS 'Made of the kind and the provider''s own name for it.';
COMMENT ON COLUMN incident.amount IS 'What it is about, minor units of currency.';
COMMENT ON COLUMN incident.reason IS 'What the provider gave as the reason; null where it gave none.';
COMMENT ON COLUMN incident.seen_at IS 'When an organiser took note of it; null again when it changes.';
CREATE INDEX incident_unseen ON incident USING btree (event_id) WHERE seen_at IS NULL;
COMMENT ON INDEX incident_unseen IS 'What waits for a person.';

CREATE TABLE lineage (
    only_row boolean NOT NULL,
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT lineage_pkey PRIMARY KEY (only_row),
    CONSTRAINT lineage_once CHECK (only_row)
);
COMMENT ON TABLE lineage IS 'The history of PostgreSQL in which desks may sell. Where the server is of another one, every epoch is renewed first.';
COMMENT ON COLUMN lineage.only_row IS 'True: there is one row.';
COMMENT ON COLUMN lineage.system_identifier IS 'Of the cluster; another one means that it was restored from a dump.';
COMMENT ON COLUMN lineage.timeline IS 'Rises when a standby is promoted or a backup is recovered.';
COMMENT ON COLUMN lineage.since IS 'When a desk first connected in this history.';

CREATE TABLE order_item (
    event_id integer NOT NULL,
    order_id text NOT NULL,
    item_id text NOT NULL,
    seat_id integer NOT NULL,
    price_type text NOT NULL,
    price bigint NOT NULL,
    fee_amount bigint NOT NULL,
    tax_amount bigint NOT NULL,
    state item_state NOT NULL,
    CONSTRAINT order_item_pkey PRIMARY KEY (event_id, order_id, item_id),
    CONSTRAINT order_item_fee_amount_check CHECK (fee_amount >= 0),
    CONSTRAINT order_item_price_check CHECK (price >= 0),
    CONSTRAINT order_item_tax_amount_check CHECK (tax_amount >= 0)
) WITH (fillfactor=50);
COMMENT ON TABLE order_item IS 'One place in an order, at the price agreed when it was held.';
COMMENT ON COLUMN order_item.price_type IS 'adult, child, ...: which price of the category was agreed.';
COMMENT ON COLUMN order_item.price IS 'Net of fee and tax, minor units.';
COMMENT ON COLUMN order_item.fee_amount IS 'Minor units.';
COMMENT ON COLUMN order_item.tax_amount IS 'Tax on price and fee, minor units.';

CREATE TABLE orders (
    event_id integer NOT NULL,
    order_id text NOT NULL,
    session_id text NOT NULL,
    user_id text,
    status order_status NOT NULL,
    cancel_reason cancel_reason,
    total_amount bigint NOT NULL,
    order_fee_amount bigint NOT NULL,
    refunded_amount bigint NOT NULL,
    currency text NOT NULL,
    seat_count integer NOT NULL,
    payment_count smallint NOT NULL,
    paying boolean NOT NULL,
    buyer jsonb,
    request_fingerprint bytea,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    hold_cap_at timestamp with time zone NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (event_id, order_id),
    CONSTRAINT order_cancel CHECK ((status = 'CANCELLED'::order_status) = (cancel_reason IS NOT NULL)),
    CONSTRAINT order_deadline CHECK (expires_at <= hold_cap_at),
    CONSTRAINT order_refund CHECK (refunded_amount >= 0 AND refunded_amount <= total_amount),
    CONSTRAINT orders_order_fee_amount_check CHECK (order_fee_amount >= 0),
    CONSTRAINT orders_payment_count_check CHECK (payment_count >= 0),
    CONSTRAINT orders_seat_count_check CHECK (seat_count >= 0),
    CONSTRAINT orders_total_amount_check CHECK (total_amount >= 0)
) WITH (fillfactor=70);
COMMENT ON TABLE orders IS 'What one buyer holds or bought together, with the prices agreed then.';
COMMENT ON COLUMN orders.session_id IS 'The buyer''s session.';
COMMENT ON COLUMN orders.user_id IS 'Account of the buyer; null without one.';
COMMENT ON COLUMN orders.total_amount IS 'Order fee and items with fee and tax, minor units; stays as it was when the order ends.';
COMMENT ON COLUMN orders.order_fee_amount IS 'Fee per order, minor units; refunded with the last item.';
COMMENT ON COLUMN orders.refunded_amount IS 'Refunded items, and the fee with the last; minor units.';
COMMENT ON COLUMN orders.currency IS 'ISO 4217, that of the event.';
COMMENT ON COLUMN orders.seat_count IS 'ACTIVE items.';
COMMENT ON COLUMN orders.payment_count IS 'Attempts to pay so far; numbers the next payment.';
COMMENT ON COLUMN orders.paying IS 'A payment of it is on its way at the provider.';
COMMENT ON COLUMN orders.buyer IS 'Name, email, phone and locale, as typed at the checkout.';
COMMENT ON COLUMN orders.request_fingerprint IS 'Hash of the request that made it, where an Idempotency-Key was given.';
COMMENT ON COLUMN orders.expires_at IS 'Deadline of the hold.';
COMMENT ON COLUMN orders.hold_cap_at IS 'The latest that beginning to pay may move the deadline to.';
CREATE INDEX orders_pending ON orders USING btree (event_id, expires_at) WHERE status = 'PENDING'::order_status;
COMMENT ON INDEX orders_pending IS 'What a desk loads, and what the sweeper finds due.';

CREATE TABLE outbox (
    event_id integer NOT NULL,
    outbox_id text NOT NULL,
    kind outbox_kind NOT NULL,
    order_id text,
    payment_id text,
    amount bigint NOT NULL,
    state outbox_state NOT NULL,
    attempts smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    last_error text,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    occasion occasion,
    webhook_id text,
    version bigint,
    tried_from timestamp with time zone,
    CONSTRAINT outbox_pkey PRIMARY KEY (event_id, outbox_id),
    CONSTRAINT outbox_amount_check CHECK (amount >= 0),
    CONSTRAINT outbox_attempts_check CHECK (attempts >= 0),
    CONSTRAINT outbox_done CHECK ((state = 'DONE'::outbox_state) = (done_at IS NOT NULL)),
    CONSTRAINT outbox_money CHECK ((kind = ANY (ARRAY['CAPTURE'::outbox_kind, 'VOID'::outbox_kind, 'REFUND'::outbox_kind])) = (payment_id IS NOT NULL) AND (payment_id IS NULL OR order_id IS NOT NULL AND amount > 0) AND (payment_id IS NULL) = (occasion IS NOT NULL)),
    CONSTRAINT outbox_webhook CHECK ((kind = 'WEBHOOK'::outbox_kind) = (webhook_id IS NOT NULL))
) WITH (fillfactor=70);
COMMENT ON TABLE outbox IS 'What has to be done outside after a commit, at least once.';
COMMENT ON COLUMN outbox.outbox_id IS 'Says what it is for; the key at the other end, so that twice is once.';
COMMENT ON COLUMN outbox.order_id IS 'The order that it is about; null for news of a whole event.';
COMMENT ON COLUMN outbox.payment_id IS 'The payment to be moved; null where no money moves.';
COMMENT ON COLUMN outbox.amount IS 'Minor units, in the currency of the order: what is moved, or told of.';
COMMENT ON COLUMN outbox.attempts IS 'How often it was tried.';
COMMENT ON COLUMN outbox.due_at IS 'Not before; a relay that takes it up moves this on first.';
COMMENT ON COLUMN outbox.last_error IS 'What stopped the last attempt; null when done.';
COMMENT ON COLUMN outbox.occasion IS 'What has happened; null where money moves.';
COMMENT ON COLUMN outbox.webhook_id IS 'Whose program is called; null for other kinds.';
COMMENT ON COLUMN outbox.version IS 'For a call: the version of the event whose batch made it true.';
COMMENT ON COLUMN outbox.tried_from IS 'For a call: since when it is tried; a day later it is parked.';
COMMENT ON CONSTRAINT outbox_money ON outbox IS 'Money has a payment and an amount, the rest an occasion.';
COMMENT ON CONSTRAINT outbox_webhook ON outbox IS 'A call is made for one webhook.';
CREATE INDEX outbox_calls ON outbox USING btree (event_id, webhook_id, due_at) WHERE state = 'WAITING'::outbox_state AND webhook_id IS NOT NULL;
COMMENT ON INDEX outbox_calls IS 'What each webhook is to be called for next.';
CREATE INDEX outbox_due ON outbox USING btree (event_id, kind, due_at) WHERE state = 'WAITING'::outbox_state;
COMMENT ON INDEX outbox_due IS 'What the relay does next, by kind.';
CREATE INDEX outbox_parked ON outbox USING btree (event_id, outbox_id) WHERE state = 'PARKED'::outbox_state;
COMMENT ON INDEX outbox_parked IS 'What waits for a person.';

CREATE TABLE payment (
    event_id integer NOT NULL,
    order_id text NOT NULL,
    payment_id text NOT NULL,
    provider text NOT NULL,
    status payment_status NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    refunded_amount bigint NOT NULL,
    token_fingerprint bytea NOT NULL,
    provider_reference text,
    next_action jsonb,
    decline_reason text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    outside_amount bigint NOT NULL,
    CONSTRAINT payment_pkey PRIMARY KEY (event_id, order_id, payment_id),
    CONSTRAINT payment_amount_check CHECK (amount > 0),
    CONSTRAINT payment_refund CHECK (refunded_amount >= 0 AND outside_amount >= 0 AND (refunded_amount + outside_amount) <= amount)
) WITH (fillfactor=70);
COMMENT ON TABLE payment IS 'One attempt to pay an order; payment_id is the key at the provider.';
COMMENT ON COLUMN payment.provider IS 'Name of the payment provider that was asked.';
COMMENT ON COLUMN payment.amount IS 'The order''s total when the attempt began, or what the provider took instead; minor units.';
COMMENT ON COLUMN payment.currency IS 'ISO 4217, that of the order.';
COMMENT ON COLUMN payment.refunded_amount IS 'Refunds asked for so far, minor units.';
COMMENT ON COLUMN payment.token_fingerprint IS 'Keyed hash of the payment token; the token is not kept.';
COMMENT ON COLUMN payment.provider_reference IS 'The provider''s own name for the charge.';
COMMENT ON COLUMN payment.next_action IS 'What the buyer has to do next (3-D Secure, redirect).';
COMMENT ON COLUMN payment.decline_reason IS 'Why the provider declined; null otherwise.';
COMMENT ON COLUMN payment.updated_at IS 'When it last changed or was last looked up.';
COMMENT ON COLUMN payment.outside_amount IS 'What went back without us: refunds at the provider''s own pages, lost disputes; minor units.';
CREATE UNIQUE INDEX payment_one_live ON payment USING btree (event_id, order_id) WHERE (status = ANY (ARRAY['CREATED'::payment_status, 'PROCESSING'::payment_status, 'AUTHORIZED'::payment_status, 'CAPTURING'::payment_status])) OR status = 'SUCCEEDED'::payment_status AND (refunded_amount + outside_amount) < amount;
COMMENT ON INDEX payment_one_live IS 'One live charge per order.';
CREATE INDEX payment_unsettled ON payment USING btree (event_id, updated_at) WHERE status = ANY (ARRAY['CREATED'::payment_status, 'PROCESSING'::payment_status, 'AUTHORIZED'::payment_status]);
COMMENT ON INDEX payment_unsettled IS 'What the reconciler looks up at the provider.';

CREATE TABLE price (
    event_id integer NOT NULL,
    category text NOT NULL,
    price_type text NOT NULL,
    "position" smallint NOT NULL,
    amount bigint NOT NULL,
    fee_fixed bigint NOT NULL,
    fee_basis_points integer NOT NULL,
    tax_basis_points integer NOT NULL,
    rounding integer NOT NULL,
    CONSTRAINT price_pkey PRIMARY KEY (event_id, category, price_type),
    CONSTRAINT price_amount_check CHECK (amount >= 0),
    CONSTRAINT price_fee_basis_points_check CHECK (fee_basis_points >= 0 AND fee_basis_points <= 10000),
    CONSTRAINT price_fee_fixed_check CHECK (fee_fixed >= 0),
    CONSTRAINT price_rounding_check CHECK (rounding >= 1 AND rounding <= 10000),
    CONSTRAINT price_tax_basis_points_check CHECK (tax_basis_points >= 0 AND tax_basis_points <= 10000)
);
COMMENT ON TABLE price IS 'What one place of a category costs for one kind of buyer.';
COMMENT ON COLUMN price.price_type IS 'adult, child, ...; position 0 is used where none is named.';
COMMENT ON COLUMN price."position" IS 'Order in which the organiser lists them.';
COMMENT ON COLUMN price.amount IS 'Net of fee and tax, minor units.';
COMMENT ON COLUMN price.fee_fixed IS 'Fixed part of the fee, minor units.';
COMMENT ON COLUMN price.fee_basis_points IS 'Fee in hundredths of a percent of amount.';
COMMENT ON COLUMN price.tax_basis_points IS 'Tax in hundredths of a percent of amount and fee.';
COMMENT ON COLUMN price.rounding IS 'The fee is rounded half up to a multiple of this many minor units.';

CREATE TABLE schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    CONSTRAINT schema_migration_pkey PRIMARY KEY (number)
);
COMMENT ON TABLE schema_migration IS 'The migrations that made this schema, in order.';
COMMENT ON COLUMN schema_migration.checksum IS 'SHA-256 of the file as it was applied.';

CREATE TABLE seat (
    event_id integer NOT NULL,
    seat_id integer NOT NULL,
    section_id integer NOT NULL,
    "row" text,
    seat_number text,
    category text NOT NULL,
    status seat_status NOT NULL,
    held_by_session_id text,
    held_until timestamp with time zone,
    order_id text,
    CONSTRAINT seat_pkey PRIMARY KEY (event_id, seat_id),
    CONSTRAINT seat_seat_id_check CHECK (seat_id >= 0),
    CONSTRAINT seat_shape CHECK (
CASE status
    WHEN 'HELD'::seat_status THEN order_id IS NOT NULL AND held_by_session_id IS NOT NULL AND held_until IS NOT NULL
    WHEN 'SOLD'::seat_status THEN order_id IS NOT NULL AND held_by_session_id IS NULL AND held_until IS NULL
    ELSE order_id IS NULL AND held_by_session_id IS NULL AND held_until IS NULL
END)
) WITH (fillfactor=60);
COMMENT ON TABLE seat IS 'One place of an event; standing places have neither row nor number.';
COMMENT ON COLUMN seat.seat_id IS 'Place in chart order, 0..N-1; never moves after the first order.';
COMMENT ON COLUMN seat."row" IS 'As printed on the ticket; null for standing places.';
COMMENT ON COLUMN seat.seat_number IS 'As printed on the ticket; null for standing places.';
COMMENT ON COLUMN seat.category IS 'Which prices it has.';
COMMENT ON COLUMN seat.held_by_session_id IS 'Session of the order that holds it; null unless HELD.';
COMMENT ON COLUMN seat.held_until IS 'Deadline of the order that holds it; null unless HELD.';
COMMENT ON COLUMN seat.order_id IS 'The order that holds or bought it: the only ownership.';
COMMENT ON CONSTRAINT seat_shape ON seat IS 'HELD has owner, session and deadline; SOLD an owner only; the rest nothing.';

CREATE TABLE seat_change (
    event_id integer NOT NULL,
    version bigint NOT NULL,
    batch_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    public_part bytea NOT NULL,
    private_part bytea NOT NULL,
    CONSTRAINT seat_change_pkey PRIMARY KEY (event_id, version)
);
COMMENT ON TABLE seat_change IS 'The journal of an event: what each batch changed, in order; feed of the live map.';
COMMENT ON COLUMN seat_change.version IS 'From 1 on, without a gap.';
COMMENT ON COLUMN seat_change.batch_id IS 'Random; tells a desk whose COMMIT was not answered whether it was carried out.';
COMMENT ON COLUMN seat_change.at IS 'The time at which the whole batch was decided.';
COMMENT ON COLUMN seat_change.public_part IS 'JSON: seats by letter and free places by section.';
COMMENT ON COLUMN seat_change.private_part IS 'MessagePack: what another desk needs to catch up.';

CREATE TABLE section (
    event_id integer NOT NULL,
    section_id integer NOT NULL,
    venue_id integer NOT NULL,
    name text NOT NULL,
    capacity integer NOT NULL,
    base_price bigint NOT NULL,
    available_count integer NOT NULL,
    CONSTRAINT section_pkey PRIMARY KEY (event_id, section_id),
    CONSTRAINT section_base_price_check CHECK (base_price >= 0),
    CONSTRAINT section_capacity_check CHECK (capacity >= 0),
    CONSTRAINT section_counts CHECK (available_count >= 0 AND available_count <= capacity),
    CONSTRAINT section_section_id_check CHECK (section_id > 0)
) WITH (fillfactor=30);
COMMENT ON TABLE section IS 'A part of the house with its count of free places.';
COMMENT ON COLUMN section.capacity IS 'Seats and standing places of the section.';
COMMENT ON COLUMN section.base_price IS 'Lowest all-in price of the section, minor units.';
COMMENT ON COLUMN section.available_count IS 'AVAILABLE seats; written in the commit that changes them.';

CREATE TABLE ticket (
    event_id integer NOT NULL,
    order_id text NOT NULL,
    ticket_id text NOT NULL,
    order_item_id text NOT NULL,
    seat_id integer NOT NULL,
    barcode text NOT NULL,
    is_valid boolean NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    scanned_at timestamp with time zone,
    CONSTRAINT ticket_pkey PRIMARY KEY (event_id, order_id, ticket_id),
    CONSTRAINT ticket_barcode UNIQUE (event_id, barcode)
) WITH (fillfactor=80);
COMMENT ON TABLE ticket IS 'The right to one place, shown at the gate as a barcode.';
COMMENT ON COLUMN ticket.seat_id IS 'That of its item; here so that one index can say one ticket per seat.';
COMMENT ON COLUMN ticket.barcode IS '<event in base 36>-<130 random bits in base 32>.';
COMMENT ON COLUMN ticket.is_valid IS 'False once it was refunded; never true again.';
COMMENT ON COLUMN ticket.scanned_at IS 'When it was let in; null while it is outside.';
COMMENT ON CONSTRAINT ticket_barcode ON ticket IS 'No two tickets share a barcode; the gate''s way in.';
CREATE UNIQUE INDEX ticket_one_valid ON ticket USING btree (event_id, seat_id) WHERE is_valid;
COMMENT ON INDEX ticket_one_valid IS 'One valid ticket per seat: the last guard against selling twice.';

CREATE TABLE venue (
    venue_id integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name text NOT NULL,
    address text NOT NULL,
    time_zone text NOT NULL,
    total_seats integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT venue_pkey PRIMARY KEY (venue_id),
    CONSTRAINT venue_total_seats_check CHECK (total_seats >= 0)
);
COMMENT ON TABLE venue IS 'A house in which events take place.';
COMMENT ON COLUMN venue.time_zone IS 'IANA name; event times are shown in it.';
COMMENT ON COLUMN venue.total_seats IS 'Places in its largest chart.';

CREATE TABLE webhook (
    webhook_id text NOT NULL,
    event_id integer,
    url text NOT NULL,
    occasions occasion[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    secret_number smallint NOT NULL,
    previous_until timestamp with time zone,
    closed_because text,
    CONSTRAINT webhook_pkey PRIMARY KEY (webhook_id),
    CONSTRAINT webhook_occasions_check CHECK (cardinality(occasions) > 0),
    CONSTRAINT webhook_secret_number_check CHECK (secret_number > 0)
);
COMMENT ON TABLE webhook IS 'Addresses of organisers'' programs that are told what happens.';
COMMENT ON COLUMN webhook.event_id IS 'The only event it is told of; null for all.';
COMMENT ON COLUMN webhook.url IS 'Called by POST; its secret is made from webhook_id and not kept.';
COMMENT ON COLUMN webhook.occasions IS 'What it is told of.';
COMMENT ON COLUMN webhook.closed_at IS 'When it was removed; null while it is called.';
COMMENT ON COLUMN webhook.secret_number IS 'Which secret signs: it rises when the secret is changed for a new one.';
COMMENT ON COLUMN webhook.previous_until IS 'Until when the secret before this one signs as well; null where it does not.';
COMMENT ON COLUMN webhook.closed_because IS 'Why it is called no more; null where an organiser removed it.';

CREATE TABLE webhook_attempt (
    webhook_id text NOT NULL,
    attempted_at timestamp with time zone NOT NULL,
    outbox_id text NOT NULL,
    event_id integer,
    status_code smallint,
    milliseconds integer NOT NULL,
    answer text NOT NULL,
    CONSTRAINT webhook_attempt_pkey PRIMARY KEY (webhook_id, attempted_at, outbox_id),
    CONSTRAINT webhook_attempt_milliseconds_check CHECK (milliseconds >= 0)
);
COMMENT ON TABLE webhook_attempt IS 'The last attempts to call each webhook, and what came of them.';
COMMENT ON COLUMN webhook_attempt.attempted_at IS 'When it was tried, by the database''s clock.';
COMMENT ON COLUMN webhook_attempt.outbox_id IS 'The call, which is the webhook-id at the other end; of a test it is made up.';
COMMENT ON COLUMN webhook_attempt.event_id IS 'The event that it is about; null for a test.';
COMMENT ON COLUMN webhook_attempt.status_code IS 'What was answered (HTTP); null where nobody answered.';
COMMENT ON COLUMN webhook_attempt.milliseconds IS 'How long it took.';
COMMENT ON COLUMN webhook_attempt.answer IS 'The beginning of the answer, or what went wrong.';

CREATE SCHEMA test_provider;
COMMENT ON SCHEMA test_provider IS 'The books of the test payment provider, separate from the orders.';

CREATE TYPE test_provider.charge_status AS ENUM ('REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'DECLINED');
COMMENT ON TYPE test_provider.charge_status IS 'REQUIRES_ACTION: the buyer''s bank asks for a confirmation. AUTHORIZED: reserved. CAPTURED: collected. VOIDED: given back before it was collected. DECLINED: refused.';

CREATE TYPE test_provider.dispute_status AS ENUM ('OPEN', 'WON', 'LOST');
COMMENT ON TYPE test_provider.dispute_status IS 'OPEN: the bank looks at it. WON: the charge stands. LOST: the bank took the money back.';

CREATE TABLE test_provider.charge (
    payment_id text NOT NULL,
    status test_provider.charge_status NOT NULL,
    amount bigint NOT NULL,
    refunded_amount bigint NOT NULL,
    currency text NOT NULL,
    decline_reason text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT charge_pkey PRIMARY KEY (payment_id),
    CONSTRAINT charge_amount_check CHECK (amount > 0),
    CONSTRAINT charge_check CHECK (refunded_amount >= 0 AND refunded_amount <= amount)
);
COMMENT ON TABLE test_provider.charge IS 'One charge; the key is the one that the box office chose.';
COMMENT ON COLUMN test_provider.charge.amount IS 'Minor units.';
COMMENT ON COLUMN test_provider.charge.refunded_amount IS 'The sum of its refunds, minor units.';
COMMENT ON COLUMN test_provider.charge.decline_reason IS 'Why it was declined or given up.';

CREATE TABLE test_provider.dispute (
    dispute_id text NOT NULL,
    payment_id text NOT NULL,
    status test_provider.dispute_status NOT NULL,
    amount bigint NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT dispute_pkey PRIMARY KEY (dispute_id),
    CONSTRAINT dispute_amount_check CHECK (amount > 0)
);
COMMENT ON TABLE test_provider.dispute IS 'A charge that the buyer''s bank contests.';
COMMENT ON COLUMN test_provider.dispute.amount IS 'Minor units.';
COMMENT ON COLUMN test_provider.dispute.reason IS 'Why, in the bank''s word.';
CREATE INDEX dispute_payment ON test_provider.dispute USING btree (payment_id);
COMMENT ON INDEX test_provider.dispute_payment IS 'The disputes of a charge.';

CREATE TABLE test_provider.refund (
    refund_id text NOT NULL,
    payment_id text NOT NULL,
    amount bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT refund_pkey PRIMARY KEY (refund_id),
    CONSTRAINT refund_amount_check CHECK (amount > 0)
);
COMMENT ON TABLE test_provider.refund IS 'One refund; asked for twice under one key it is made once.';
COMMENT ON COLUMN test_provider.refund.amount IS 'Minor units.';
CREATE INDEX refund_payment ON test_provider.refund USING btree (payment_id);
COMMENT ON INDEX test_provider.refund_payment IS 'The refunds of a charge.';

ALTER TABLE order_item ADD CONSTRAINT order_item_event_id_order_id_fkey FOREIGN KEY (event_id, order_id) REFERENCES orders(event_id, order_id);

ALTER TABLE ticket ADD CONSTRAINT ticket_event_id_order_id_order_item_id_fkey FOREIGN KEY (event_id, order_id, order_item_id) REFERENCES order_item(event_id, order_id, item_id);
