/** One request to the public API: same origin, JSON, bounded in time and in attempts.
 *
 *  The buyer's session lives in a cookie that scripts cannot read. It is opened when first needed,
 *  and again when the server no longer knows it. In a frame of another site browsers keep no cookie
 *  of ours: there it is a token, kept by this page and sent with every request. */

import { framed } from '../embed/place'
import { recall, remember } from '../parts/memory'
import { learnTime } from './clock'
import type { Session } from './types'

const ROOT = '/api/v1'
const SECONDS_MAX = 15
/** A bank may take its time; the server answers 202 long before this. */
export const PAYMENT_SECONDS_MAX = 45
/** A request that found the house busy is repeated with the same key, so it can never hold twice. */
const ATTEMPTS_MAX = 4
const PAUSE_SECONDS_MAX = 5

/** The server said no, and why: `code` is stable, `detail` says what to do next. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly seatIds: number[] = [],
    readonly declineReason: string | null = null,
  ) {
    super(code)
  }
}

/** No answer came: the line is down, or the server is. */
export class Unreachable extends Error {}

export interface Request {
  method?: 'GET' | 'POST' | 'DELETE'
  body?: unknown
  seconds?: number
  /** Where given, it is added to the address: opens an order without a session. */
  token?: string | null
  /** Answers everybody alike: nothing is said of who asks. */
  open?: boolean
}

export async function ask<T>(path: string, request: Request = {}): Promise<T> {
  const answer = await grant(path, request)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}

/** For what is no JSON: the very bytes. */
export async function askBytes(path: string, request: Request = {}): Promise<ArrayBuffer> {
  return (await grant(path, request)).arrayBuffer()
}

/** The granted answer. Throws Refusal or Unreachable. */
async function grant(path: string, request: Request): Promise<Response> {
  const method = request.method ?? 'GET'
  const headers: Record<string, string> = {}
  if (method !== 'GET') headers['Holdfast-Storefront'] = '1'
  if (method === 'POST') headers['Idempotency-Key'] = newKey()
  if (request.body !== undefined) headers['Content-Type'] = 'application/json'
  if (method !== 'GET' && !request.token && !sessionIsKnown()) await openSession()
  for (let attempt = 1; ; attempt += 1) {
    const token = framed && !request.token && !request.open ? recall(SESSION_TOKEN) : null
    if (token !== null) headers['Authorization'] = `Bearer ${token}`
    const answer = await send(address(path, request.token), method, headers, request, attempt)
    if (answer === null) continue
    if (answer.ok) return answer
    const refusal = await readRefusal(answer)
    if (attempt >= ATTEMPTS_MAX) throw refusal
    if (refusal.status === 401 && method !== 'GET' && attempt === 1) await openSession()
    else if (refusal.status === 503 && refusal.code === 'busy') await pause(answer)
    else throw refusal
  }
}

/** 128 random bits. randomUUID would do, but browsers have it on https pages only. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function address(path: string, token: string | null | undefined): string {
  const whole = path.startsWith('/api/') ? path : ROOT + path
  if (!token) return whole
  return `${whole}${whole.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`
}

/** The answer, or null where it is worth trying once more. */
async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  request: Request,
  attempt: number,
): Promise<Response | null> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // A browser takes what it has asked for early only where the request is of the same kind.
      credentials: framed && !request.open ? 'omit' : 'same-origin',
      // What is given back goes back, though the buyer leaves the page at once.
      keepalive: method === 'DELETE',
      signal: AbortSignal.timeout((request.seconds ?? SECONDS_MAX) * 1000),
    })
    learnTime(answer)
    return answer
  } catch (error) {
    if (attempt < 3 && navigator.onLine) {
      await wait(0.4 * attempt)
      return null
    }
    throw new Unreachable(String(error))
  }
}

async function readRefusal(answer: Response): Promise<Refusal> {
  let problem: Record<string, unknown> = {}
  try {
    problem = (await answer.json()) as Record<string, unknown>
  } catch {
    // A proxy's page instead of a problem: the status alone must do.
  }
  const code = typeof problem['code'] === 'string' ? problem['code'] : 'internal_error'
  const detail = typeof problem['detail'] === 'string' ? problem['detail'] : ''
  const seatIds = Array.isArray(problem['seat_ids']) ? (problem['seat_ids'] as number[]) : []
  const reason = typeof problem['decline_reason'] === 'string' ? problem['decline_reason'] : null
  return new Refusal(answer.status, code, detail, seatIds, reason)
}

/** When the session ends, so that a buyer's first step does not begin with a refusal. The session
 *  itself is seen here in a frame only. */
const SESSION_UNTIL = framed ? 'frame.until' : 'session.until'
const SESSION_TOKEN = 'frame.token'

function sessionIsKnown(): boolean {
  return Date.parse(recall(SESSION_UNTIL) ?? '') > Date.now()
}

let opening: Promise<void> | null = null

/** Two requests that both need a session share one. */
function openSession(): Promise<void> {
  opening ??= fetch(`${ROOT}/sessions`, {
    method: 'POST',
    headers: framed ? {} : { 'Holdfast-Storefront': '1' },
    credentials: framed ? 'omit' : 'same-origin',
    signal: AbortSignal.timeout(SECONDS_MAX * 1000),
  })
    .then(async (answer) => {
      if (!answer.ok) throw await readRefusal(answer)
      const session = (await answer.json()) as Session
      if (session.token !== null) remember(SESSION_TOKEN, session.token)
      remember(SESSION_UNTIL, session.expires_at)
    })
    .catch((error: unknown) => {
      throw error instanceof Refusal ? error : new Unreachable(String(error))
    })
    .finally(() => {
      opening = null
    })
  return opening
}

function pause(answer: Response): Promise<void> {
  const asked = Number(answer.headers.get('Retry-After') ?? '1')
  return wait(Math.min(Number.isFinite(asked) ? Math.max(asked, 0.3) : 1, PAUSE_SECONDS_MAX))
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
