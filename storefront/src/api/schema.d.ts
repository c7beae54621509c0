// Made by make_types.js from the OpenAPI document. Not edited by hand.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Area
         * @description A standing area: `capacity` places with ids from `first_seat_id`, after all seats.
         */
        Area: {
            area_id: number;
            section_id: number;
            name: string;
            capacity: number;
            polygon: [
                number,
                number
            ][];
            category: string;
            first_seat_id: number;
        };
        /**
         * AreaChoice
         * @description Standing places: any `quantity` of the area.
         */
        AreaChoice: {
            area_id: number;
            quantity: number;
            /** @default null */
            price_type?: string | null;
        };
        /**
         * BatchAnswer
         * @description One batch of the journal: seat_ids by the letter they have from then on. `event_status` only
         *     where it changed.
         */
        BatchAnswer: {
            version: number;
            at: string;
            changes: {
                [key: string]: number[];
            };
            /** @default null */
            event_status?: components["schemas"]["EventStatus"] | null;
        };
        /**
         * BatchList
         * @description A page of the journal, in order; before the first batch every place was free.
         */
        BatchList: {
            changes: components["schemas"]["BatchAnswer"][];
            next: string | null;
        };
        /**
         * BestChoice
         * @description `quantity` seats side by side, the best there are within these filters; no filter means
         *     anywhere. `max_price` is the most that one place may cost in all, minor units.
         */
        BestChoice: {
            quantity: number;
            section_ids?: number[];
            categories?: string[];
            /** @default null */
            max_price?: number | null;
            /** @default false */
            accessible?: boolean;
            /** @default null */
            price_type?: string | null;
        };
        /**
         * Buyer
         * @description Who pays, as typed at the checkout.
         */
        Buyer: {
            name: string;
            email: string;
            /** @default null */
            phone?: string | null;
            /** @default null */
            locale?: string | null;
        };
        /**
         * BuyerRequest
         * @description Who pays. `locale` as de-AT; the tickets go to `email`.
         */
        BuyerRequest: {
            name: string;
            email: string;
            /** @default null */
            phone?: string | null;
            /** @default null */
            locale?: string | null;
        };
        /**
         * CancelReason
         * @enum {unknown}
         */
        CancelReason: "EVENT_CANCELLED" | "EXPIRED" | "RELEASED";
        /**
         * Category
         * @description A price category. `color` is `#rrggbb`.
         */
        Category: {
            name: string;
            color: string;
        };
        /**
         * Changes
         * @description What differs between two versions: the last letter of every seat that moved, seat_ids in
         *     order, and the free places of their sections. `event_status` only where it changed.
         */
        Changes: {
            from: number;
            version: number;
            changes: {
                [key: string]: number[];
            };
            available: {
                [key: string]: number;
            };
            /** @default null */
            event_status?: components["schemas"]["EventStatus"] | null;
        };
        /**
         * Chart
         * @description A whole chart. `seats[i].seat_id == i`; standing places follow the seats, area after area.
         *
         *     `seat_pitch` is the usual distance between neighbouring seats and `focal_point` what everybody
         *     looks at; lengths are in the chart's own units, and everything lies within width x height.
         */
        Chart: {
            /** @enum {unknown} */
            holdfast_chart: 1;
            name: string;
            width: number;
            height: number;
            focal_point: components["schemas"]["Point"];
            seat_pitch: number;
            categories: components["schemas"]["Category"][];
            sections: components["schemas"]["Section"][];
            rows: components["schemas"]["Row"][];
            seats: components["schemas"]["Seat"][];
            areas: components["schemas"]["Area"][];
            shapes: components["schemas"]["Shape"][];
        };
        /**
         * CompleteRequest
         * @description What the buyer tells the bank.
         */
        CompleteRequest: {
            /** @default true */
            approve?: boolean;
        };
        /**
         * EventAnswer
         * @description One evening. Times in UTC; money in minor units of `currency`. `price_from` is the lowest
         *     all-in price; nothing can be held before `on_sale_at`.
         */
        EventAnswer: {
            event_id: number;
            name: string;
            venue: components["schemas"]["VenueAnswer"];
            /** Format: date */
            event_date: string;
            doors_open: string;
            start_time: string;
            status: components["schemas"]["EventStatus"];
            total_capacity: number;
            available_count: number;
            price_from: number;
            currency: string;
            order_limit: number;
            hold_seconds: number;
            on_sale_at: string | null;
            color: string;
            chart_url: string;
        };
        /**
         * EventList
         * @description A page of events, by start time.
         */
        EventList: {
            events: components["schemas"]["EventAnswer"][];
            next: string | null;
        };
        /**
         * EventStatus
         * @enum {unknown}
         */
        EventStatus: "CANCELLED" | "COMPLETED" | "DRAFT" | "ON_SALE" | "SOLD_OUT";
        /**
         * HoldRequest
         * @description Which places: seats by seat_id, seats with their price types, standing places, the best.
         *     What is named together is held together, or nothing is.
         */
        HoldRequest: {
            seat_ids?: number[];
            items?: components["schemas"]["SeatChoice"][];
            areas?: components["schemas"]["AreaChoice"][];
            /** @default null */
            best_available?: components["schemas"]["BestChoice"] | null;
        };
        /**
         * ItemAnswer
         * @description One place at the price agreed when it was held; standing places have no row or number.
         */
        ItemAnswer: {
            item_id: string;
            seat_id: number;
            section: string;
            row: string | null;
            seat_number: string | null;
            price_type: string;
            price: number;
            fee_amount: number;
            tax_amount: number;
            state: components["schemas"]["ItemState"];
        };
        /**
         * ItemState
         * @enum {unknown}
         */
        ItemState: "ACTIVE" | "EXPIRED" | "REFUNDED" | "RELEASED";
        /**
         * OrderAnswer
         * @description An order. Minor units of `currency`; `expires_in` are the seconds left of a hold, by our
         *     clock. `access_url` opens the order and its tickets without a session.
         */
        OrderAnswer: {
            order_id: string;
            event_id: number;
            status: components["schemas"]["OrderStatus"];
            version: number;
            items: components["schemas"]["ItemAnswer"][];
            total_amount: number;
            order_fee_amount: number;
            refunded_amount: number;
            currency: string;
            created_at: string;
            expires_at: string;
            expires_in: number;
            cancel_reason: components["schemas"]["CancelReason"] | null;
            buyer: components["schemas"]["Buyer"] | null;
            payment: components["schemas"]["PaymentSummary"] | null;
            access_url: string;
            tickets: components["schemas"]["TicketLine"][];
        };
        /**
         * OrderStatus
         * @enum {unknown}
         */
        OrderStatus: "CANCELLED" | "CONFIRMED" | "PENDING" | "REFUNDED";
        /**
         * PaymentForm
         * @description Which provider takes payments. `script_url` draws its form on a page and `publishable_key`
         *     opens it; both are null where it has none.
         */
        PaymentForm: {
            provider: string;
            publishable_key: string | null;
            script_url: string | null;
        };
        /**
         * PaymentRequest
         * @description `payment_token` from the provider's form; null where the order costs nothing.
         */
        PaymentRequest: {
            buyer: components["schemas"]["BuyerRequest"];
            /** @default null */
            payment_token?: string | null;
        };
        /**
         * PaymentStatus
         * @enum {unknown}
         */
        PaymentStatus: "AUTHORIZED" | "CAPTURING" | "CREATED" | "FAILED" | "PROCESSING" | "SUCCEEDED" | "VOIDED" | "VOIDING";
        /**
         * PaymentSummary
         * @description The latest attempt to pay. `next_action`: what the buyer has to do (3-D Secure).
         */
        PaymentSummary: {
            payment_id: string;
            status: components["schemas"]["PaymentStatus"];
            next_action: {
                [key: string]: string;
            } | null;
            decline_reason: string | null;
        };
        /**
         * Point
         * @description A place on the drawing: x to the right, y downwards, in the chart's own units.
         */
        Point: {
            x: number;
            y: number;
        };
        /**
         * PriceAnswer
         * @description What one place costs. People see `total`; the first type of a category is the usual one.
         */
        PriceAnswer: {
            category: string;
            price_type: string;
            amount: number;
            fee_amount: number;
            tax_amount: number;
            total: number;
        };
        /**
         * PricesAnswer
         * @description Every price of an event, and the fee that comes once per order. Minor units.
         */
        PricesAnswer: {
            currency: string;
            order_fee_amount: number;
            prices: components["schemas"]["PriceAnswer"][];
        };
        /**
         * Problem
         * @description A refusal (RFC 9457). `code` is stable; `detail` says what to do next. Further members belong
         *     to the code, such as seat_ids.
         */
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @enum {unknown} */
            code: "admission_required" | "attempts_exhausted" | "body_too_large" | "busy" | "duplicate_seat" | "event_cancelled" | "forbidden" | "idempotency_mismatch" | "internal_error" | "invalid_chart" | "invalid_request" | "leaves_single_seat" | "method_not_allowed" | "not_found" | "not_together" | "order_disputed" | "order_expired" | "order_limit" | "order_not_confirmed" | "order_not_pending" | "order_not_refundable" | "outcome_unknown" | "payment_failed" | "payment_in_progress" | "payment_token_required" | "payment_token_unexpected" | "provider_unreachable" | "rate_limited" | "sale_closed" | "sale_not_open" | "seat_not_blockable" | "seat_unavailable" | "section_sold_out" | "terms_fixed" | "ticket_scanned" | "unauthorized" | "unknown_item" | "unknown_payment_token" | "unknown_price_type" | "unknown_seat" | "wrong_origin" | "wrong_transition";
            detail: string;
        };
        /**
         * Row
         * @description Seats `first_seat_id .. first_seat_id + seat_count - 1`: a row, a table or a booth.
         *
         *     Two rows of a section may share a name (the two halves of row C); their seats may not share
         *     a number.
         */
        Row: {
            row_id: number;
            section_id: number;
            name: string;
            /** @enum {unknown} */
            kind: "booth" | "row" | "table";
            first_seat_id: number;
            seat_count: number;
        };
        /**
         * Seat
         * @description A numbered seat. (section, row, seat_number) is unique within the chart.
         */
        Seat: {
            seat_id: number;
            section_id: number;
            row: string;
            seat_number: string;
            x: number;
            y: number;
            category: string;
            /** @default [] */
            attributes?: ("accessible" | "companion" | "restricted_view")[];
        };
        /**
         * SeatChoice
         * @description One seat. Without a price_type it costs what the category's first type costs.
         */
        SeatChoice: {
            seat_id: number;
            /** @default null */
            price_type?: string | null;
        };
        /**
         * SeatsAnswer
         * @description `seats` has one letter per seat in seat_id order: A may be held, H is held, S sold,
         *     B blocked; any other letter means not to be chosen. With `since` only what changed, unless
         *     that would be more.
         */
        SeatsAnswer: {
            version: number;
            seats: string;
            /** @default null */
            section_id?: number | null;
        };
        /**
         * Section
         * @description A part of the house as tickets name it. `label` is where its name is drawn.
         */
        Section: {
            section_id: number;
            name: string;
            outline: [
                number,
                number
            ][];
            label: components["schemas"]["Point"];
        };
        /**
         * SessionAnswer
         * @description A new session. `token` is null where it was set as a cookie, which no script can read.
         */
        SessionAnswer: {
            session_id: string;
            token: string | null;
            expires_at: string;
        };
        /**
         * Shape
         * @description Something drawn that is not for sale. `text` stands at `label`; texts have no polygon.
         */
        Shape: {
            /** @enum {unknown} */
            kind: "decor" | "field" | "stage" | "text";
            polygon: [
                number,
                number
            ][];
            text: string;
            label: components["schemas"]["Point"];
        };
        /**
         * TicketLine
         * @description One ticket as API.md shows it; standing places have neither row nor seat_number.
         */
        TicketLine: {
            ticket_id: string;
            item_id: string;
            seat_id: number;
            section: string;
            row: string | null;
            seat_number: string | null;
            barcode: string;
            is_valid: boolean;
            scanned_at: string | null;
        };
        /**
         * VenueAnswer
         * @description A house. `seating_map_url` is a drawing of it (SVG).
         */
        VenueAnswer: {
            venue_id: number;
            name: string;
            address: string;
            time_zone: string;
            total_seats: number;
            seating_map_url: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
