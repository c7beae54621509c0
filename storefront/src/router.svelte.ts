/** Addresses to pages, with the browser's own history: /, /events/{id}, /events/{id}/film, /orders/{id}; the
 *  same under /embed where they stand in a frame. */

import { tellHost } from './embed/host'
import { addressHere, fitsFrame, framed, pathInside } from './embed/place'

export type Route =
  | { page: 'programme' }
  | { page: 'event'; eventId: number }
  | { page: 'film'; eventId: number }
  | { page: 'order'; orderId: string; token: string | null }
  | { page: 'missing' }

/** Where this page was loaded; what it may load itself was decided there. */
export const loadedAt = location.pathname

class Router {
  route = $state.raw<Route>(read())
  /** Rises with every change of page, for focus and titles. */
  visits = $state(0)

  constructor() {
    window.addEventListener('popstate', () => this.#arrive())
    document.addEventListener('click', (event) => this.#follow(event))
  }

  go(address: string, replace = false): void {
    if (replace) history.replaceState(null, '', addressHere(address))
    else history.pushState(null, '', addressHere(address))
    window.scrollTo(0, 0)
    tellHost('turn')
    this.#arrive()
  }

  #arrive(): void {
    this.route = read()
    this.visits += 1
  }

  /** Links within the storefront change the page without loading it anew. */
  #follow(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    if (link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return
    if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#')) return
    event.preventDefault()
    if (framed && !fitsFrame(link.pathname)) window.open(link.href, '_blank', 'noopener')
    else this.go(link.pathname + link.search)
  }
}

function read(): Route {
  const path = pathInside(location.pathname).replace(/\/+$/, '') || '/'
  if (path === '/') return { page: 'programme' }
  const event = /^\/events\/(\d{1,10})$/.exec(path)?.[1]
  if (event !== undefined) return { page: 'event', eventId: Number(event) }
  const film = /^\/events\/(\d{1,10})\/film$/.exec(path)?.[1]
  if (film !== undefined) return { page: 'film', eventId: Number(film) }
  const order = /^\/orders\/([\w-]{1,100})$/.exec(path)?.[1]
  if (order !== undefined) {
    return { page: 'order', orderId: order, token: new URLSearchParams(location.search).get('token') }
  }
  return { page: 'missing' }
}

export const router = new Router()
