/* The service worker of the tickets' pages (/orders/...): what a page has put into the cache `tickets`
   is shown from there while the line is down or so slow that nobody at a door would wait.

   It keeps nothing by itself and is never asked about anything but what those pages load. */

const CACHE = 'tickets'
const PATIENCE_MILLISECONDS = 4000

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || pathname.endsWith('/stream')) return
  event.respondWith(answer(request))
})

async function answer(request) {
  const kept = await find(request)
  if (kept === undefined) return fetch(request)
  if (new URL(request.url).pathname.startsWith('/assets/')) return kept
  try {
    return await Promise.race([fetch(request), late()])
  } catch {
    return kept
  }
}

/** The page itself is the same for every order; what it shows is found by its path, whatever token
    the address carries. */
function find(request) {
  const wanted = request.mode === 'navigate' ? '/' : request
  return caches.match(wanted, { cacheName: CACHE, ignoreSearch: true, ignoreVary: true })
}

function late() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('The line is too slow.')), PATIENCE_MILLISECONDS)
  })
}
