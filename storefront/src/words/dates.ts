/** Times as the house's clocks show them, whatever the visitor's own time zone is, written as the
 *  visitor's language writes them. */

import { capital } from './forms'
import { words } from './index'
import { locale } from './locale.svelte'

type Options = Intl.DateTimeFormatOptions

const formats = new Map<string, Intl.DateTimeFormat>()

function write(iso: string, zone: string, options: Options): string {
  const key = locale.tag + zone + JSON.stringify(options)
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale.tag, { ...options, timeZone: zone })
    formats.set(key, format)
  }
  return format.format(new Date(iso))
}

/** "Friday 4 December 2026", as a sentence begins. A time follows after a comma, so the one after
 *  the day's name, which British dates can do without, is left out. */
export const longDate = (iso: string, zone: string) =>
  capital(
    write(iso, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  ).replace(/^(\w+day), (?=\d)/, '$1 ')

/** Farther away than this, a day needs its year: "1 May" would be the next one. */
const FAR_MILLISECONDS = 300 * 86_400_000

const yearWhereFar = (iso: string): Options =>
  Math.abs(Date.parse(iso) - Date.now()) > FAR_MILLISECONDS ? { year: 'numeric' } : {}

/** "Friday 4 December" */
export const dayAndMonth = (iso: string, zone: string) =>
  write(iso, zone, { weekday: 'long', day: 'numeric', month: 'long', ...yearWhereFar(iso) })

/** "20:00", "8:00 pm" */
export const clockTime = (iso: string, zone: string) =>
  write(iso, zone, { hour: 'numeric', minute: '2-digit' })

/** "December 2026" */
export const monthOf = (iso: string, zone: string) =>
  capital(write(iso, zone, { month: 'long', year: 'numeric' }))

/** "4" */
export const dayOf = (iso: string, zone: string) => write(iso, zone, { day: 'numeric' })

/** "Fri" */
export const weekdayOf = (iso: string, zone: string) =>
  capital(write(iso, zone, { weekday: 'short' }))

/** "Fri 4 Dec, 10:00" */
export const shortMoment = (iso: string, zone: string) =>
  write(iso, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...yearWhereFar(iso),
    hour: 'numeric',
    minute: '2-digit',
  })

/** "4 Dec 2026, 10:00:07" */
export const exactMoment = (iso: string, zone: string) =>
  write(iso, zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  })

/** "9:05"; above an hour "1:09:05", above two days "12 days". */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  if (whole >= 172_800) return words.say.days(Math.floor(whole / 86_400))
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  if (hours > 0) return `${hours}:${two(minutes)}:${two(whole % 60)}`
  return `${minutes}:${two(whole % 60)}`
}

/** "9 minutes" for ears: whole minutes above one, else seconds. */
export function spokenTime(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  return whole >= 60 ? words.say.minutes(Math.round(whole / 60)) : words.say.seconds(whole)
}
