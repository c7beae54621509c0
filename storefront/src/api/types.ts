/** What the public API sends, as far as the pages read it. Money is integer minor units, times are
 *  RFC 3339 UTC. Unknown fields, letters and enum values are ignored, as the contract asks. */

export interface Venue {
  venue_id: number
  name: string
  address: string
  time_zone: string
  seating_map_url: string | null
}

export type EventStatus = 'DRAFT' | 'ON_SALE' | 'SOLD_OUT' | 'CANCELLED' | 'COMPLETED'

export interface BoxEvent {
  event_id: number
  name: string
  venue: Venue
  event_date: string
  doors_open: string | null
  start_time: string
  status: EventStatus
  total_capacity: number
  available_count: number
  /** The lowest all-in total, or null where nothing is priced. */
  price_from: number | null
  currency: string
  order_limit: number
  hold_seconds: number
  on_sale_at: string | null
  chart_url: string
  color?: string | null
}

export interface Price {
  category: string
  price_type: string
  amount: number
  fee_amount: number
  tax_amount: number
  total: number
}

export interface PriceList {
  prices: Price[]
  order_fee_amount: number
  currency: string
}

export interface Point {
  x: number
  y: number
}

export type Corner = [number, number]
export type Attribute = 'accessible' | 'companion' | 'restricted_view'

export interface Chart {
  name: string
  width: number
  height: number
  focal_point: Point
  seat_pitch: number
  categories: { name: string; color: string }[]
  sections: { section_id: number; name: string; outline: Corner[]; label: Point }[]
  rows: {
    row_id: number
    section_id: number
    name: string
    kind: 'row' | 'table' | 'booth'
    first_seat_id: number
    seat_count: number
  }[]
  seats: {
    seat_id: number
    section_id: number
    row: string
    seat_number: string
    x: number
    y: number
    category: string
    attributes: Attribute[]
  }[]
  areas: {
    area_id: number
    section_id: number
    name: string
    capacity: number
    polygon: Corner[]
    category: string
    first_seat_id: number
  }[]
  shapes: { kind: string; polygon: Corner[]; text: string; label: Point }[]
}

/** Seats by letter: A free, H held, S sold, B blocked. */
export type Changes = Record<string, number[]>

export interface SeatsAnswer {
  version: number
  seats?: string
  from?: number
  changes?: Changes
}

export interface SeatsFrame {
  from: number
  version: number
  changes: Changes
}

export interface OrderItem {
  item_id: string
  seat_id: number
  section: string
  row: string | null
  seat_number: string | null
  price_type: string
  price: number
  fee_amount: number
  tax_amount: number
  state: 'ACTIVE' | 'RELEASED' | 'REFUNDED'
}

export interface Payment {
  payment_id: string
  status: string
  next_action: Record<string, string> | null
  decline_reason: string | null
}

export interface Ticket {
  ticket_id: string
  item_id: string
  seat_id: number
  section: string
  row: string | null
  seat_number: string | null
  barcode: string
  is_valid: boolean
  scanned_at: string | null
}

export interface Buyer {
  name: string
  email: string
  locale?: string
}

export interface Order {
  order_id: string
  event_id: number
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED' | 'REFUNDED'
  version: number
  items: OrderItem[]
  total_amount: number
  order_fee_amount?: number
  refunded_amount: number
  currency: string
  created_at: string
  expires_at: string | null
  expires_in: number | null
  cancel_reason: string | null
  buyer: Buyer | null
  payment: Payment | null
  access_url: string | null
  tickets?: Ticket[]
}

/** One thing wanted in a hold: seats, standing places, or the best there are. */
export interface Choice {
  items?: { seat_id: number; price_type?: string }[]
  areas?: { area_id: number; quantity: number; price_type?: string }[]
  best_available?: {
    quantity: number
    section_ids?: number[]
    categories?: string[]
    max_price?: number
    accessible?: boolean
  }
}
