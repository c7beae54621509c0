/** What the pages exchange with the public API, by the pages' own names. The shapes come from the
 *  OpenAPI document (schema.d.ts); unknown fields, letters and enum values are ignored, as the
 *  contract asks. Money is integer minor units, times are RFC 3339 UTC. */

import type { components } from './schema'

type Schemas = components['schemas']

export type BoxEvent = Schemas['EventAnswer']
export type EventList = Schemas['EventList']
export type EventStatus = Schemas['EventStatus']
export type Venue = Schemas['VenueAnswer']
export type Price = Schemas['PriceAnswer']
export type PriceList = Schemas['PricesAnswer']
export type Chart = Schemas['Chart']
/** What the chart by columns says before its columns: all but the seats. */
export type ChartHead = Omit<Chart, 'holdfast_chart' | 'seats'> & {
  seat_count: number
  seat_numbers: string[]
}
export type Point = Schemas['Point']
export type Corner = [number, number]
/** The whole map, or what changed since a version: the answer and the stream's frame alike. */
export type Snapshot = Pick<Schemas['SeatsAnswer'], 'version' | 'seats'>
export type Frame = Omit<Schemas['Changes'], 'available' | 'event_status'> &
  Partial<Pick<Schemas['Changes'], 'available' | 'event_status'>>
/** seat_ids by letter: A free, H held, S sold, B blocked. */
export type Changes = Frame['changes']
/** The sale as it went: each batch of the journal with its time. */
export type Batch = Omit<Schemas['BatchAnswer'], 'event_status'>
export type BatchList = { changes: Batch[]; next: string | null }
export type Order = Schemas['OrderAnswer']
export type OrderItem = Schemas['ItemAnswer']
export type Ticket = Schemas['TicketLine']
export type Buyer = Schemas['BuyerRequest']
export type PaymentForm = Schemas['PaymentForm']
export type PaymentRequest = Schemas['PaymentRequest']
export type Session = Schemas['SessionAnswer']
/** One thing wanted in a hold: seats, standing places, or the best there are. */
export type Choice = Partial<Omit<Schemas['HoldRequest'], 'best_available'>> & {
  best_available?: Partial<Schemas['BestChoice']> & { quantity: number }
}
