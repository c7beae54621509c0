/** Reads a chart by columns: typed arrays laid over the bytes as they came, no parsing but of the
 *  small head (docs/chart-format.md). Bytes that are damaged or of another form are refused. */

import type { ChartHead } from '../api/types'

/** "HFC1", as a little-endian word. */
const MAGIC = 0x31434648
const HEAD_AT = 12
/** Positions come in hundredths of a unit. */
const UNITS = 100

export interface ChartColumns {
  head: ChartHead
  x: Float32Array
  y: Float32Array
  /** Index into the head's `seat_numbers`. */
  number: Uint32Array
  /** Index into the head's `categories`. */
  category: Uint8Array
  attributes: Uint8Array
}

/** The chart in these bytes. Throws where they are no whole and sound columns. */
export function readColumns(bytes: ArrayBuffer): ChartColumns {
  if (bytes.byteLength < HEAD_AT || bytes.byteLength % 4 !== 0) throw damaged('length')
  const words = new Uint32Array(bytes)
  if (words[0] !== MAGIC) throw damaged('form')
  if (words[1] !== sumOf(words.subarray(2))) throw damaged('sum')
  const length = words[2]!
  if (length > bytes.byteLength - HEAD_AT) throw damaged('head')
  const text = new TextDecoder().decode(new Uint8Array(bytes, HEAD_AT, length))
  const head = JSON.parse(text) as ChartHead
  const count = head.seat_count
  const padded = Math.ceil(count / 4) * 4
  const first = HEAD_AT + length
  if (bytes.byteLength !== first + 12 * count + 2 * padded) throw damaged('columns')
  return {
    head,
    x: positions(new Int32Array(bytes, first, count)),
    y: positions(new Int32Array(bytes, first + 4 * count, count)),
    number: new Uint32Array(bytes, first + 8 * count, count),
    category: new Uint8Array(bytes, first + 12 * count, count),
    attributes: new Uint8Array(bytes, first + 12 * count + padded, count),
  }
}

function damaged(what: string): Error {
  return new Error(`The chart's columns are damaged: ${what}.`)
}

function sumOf(words: Uint32Array): number {
  let sum = 0
  for (let i = 0; i < words.length; i += 1) sum = (sum + words[i]!) | 0
  return sum >>> 0
}

/** Each step is the distance from the position before. */
function positions(steps: Int32Array): Float32Array {
  const found = new Float32Array(steps.length)
  let at = 0
  for (let i = 0; i < steps.length; i += 1) {
    at += steps[i]!
    found[i] = at / UNITS
  }
  return found
}
