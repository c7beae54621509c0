/** Whether these pages stand in a frame, and their addresses there: /embed/events/3 shows what
 *  /events/3 shows. What the host asked for stays in the address, so that a reload finds it. */

const PREFIX = '/embed'
const DRESS = ['host', 'theme', 'language']

// Their tests run without a window.
export const framed = globalThis.location?.pathname.startsWith(`${PREFIX}/`) ?? false

const asked = new URLSearchParams(framed ? location.search : '')
export const dress = new URLSearchParams([...asked].filter(([name]) => DRESS.includes(name)))

/** The path without the frame's prefix. */
export const pathInside = (path: string): string => (framed ? path.slice(PREFIX.length) : path)

/** One of our own addresses as this window has it. */
export function addressHere(address: string): string {
  if (!framed) return address
  const [path, search] = address.split('?')
  const query = new URLSearchParams(search)
  for (const [name, value] of dress) query.set(name, value)
  return `${PREFIX}${path}?${query}`
}

/** What can be shown in a frame; all else opens a window of its own. */
export const fitsFrame = (path: string): boolean => /^\/(events|orders)\/[\w-]+$/.test(path)

/** An origin as it was said, or null where it is none. */
export function originOf(said: string | null): string | null {
  try {
    return said !== null && new URL(said).origin === said ? said : null
  } catch {
    return null
  }
}
