/* <holdfast-map event="3"></holdfast-map> on an organiser's own page: the live map, choosing, paying and
   the tickets of one event, in a frame of the box office that this file came from.

   Attributes: `event` (needed), `language` (en, de, es, fr), `theme` (light, dark), `label` (the frame's
   name for screen readers; else the event's). What stands inside of the element is shown in place of our
   own words while there is no map. Events: holdfast-ready, holdfast-hold, holdfast-release,
   holdfast-bought; their `detail` says what was held or bought, never by whom.

   It reads and writes nothing of the page around it, and believes only its own frame. */

const OFFICE = new URL(import.meta.url).origin
const HEIGHT_MIN = 160
const HEIGHT_MAX = 20000
/* A browser that refuses the frame says so to nobody; silence after the frame was loaded is the sign. */
const SILENCE_MILLISECONDS = 5000
const LOADING_MILLISECONDS_MAX = 20000
const TOLD = { hold: 'holdfast-hold', release: 'holdfast-release', bought: 'holdfast-bought' }

const WORDS = {
  en: ['Seats and tickets', 'The seating plan is being opened.', 'The seating plan cannot be shown on this page. Choose your seats at the box office.', 'Open the box office'],
  de: ['Plätze und Karten', 'Der Saalplan wird geöffnet.', 'Der Saalplan lässt sich auf dieser Seite nicht zeigen. Wählen Sie Ihre Plätze an der Kasse.', 'Zur Kasse'],
  es: ['Localidades y entradas', 'Se está abriendo el plano de la sala.', 'El plano de la sala no se puede mostrar en esta página. Elige tus localidades en la taquilla.', 'Abrir la taquilla'],
  fr: ['Places et billets', 'Le plan de salle s’ouvre.', 'Le plan de salle ne peut pas être affiché sur cette page. Choisissez vos places à la billetterie.', 'Ouvrir la billetterie'],
}

const look = new CSSStyleSheet()
look.replaceSync(`
  :host { display: block }
  :host([hidden]) { display: none }
  iframe { display: block; width: 100%; height: 0; border: 0; visibility: hidden }
  iframe.ready { visibility: visible }
  .note { display: block }
  .note p { margin: 0 0 0.5em }
  .note a { color: inherit }
`)

class HoldfastMap extends HTMLElement {
  static observedAttributes = ['event', 'language', 'theme', 'label']
  #frame = null
  #note = document.createElement('slot')
  #silence = 0
  #ready = false
  #hear = (event) => this.#heard(event)

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [look]
    this.#note.className = 'note'
    root.append(this.#note)
  }

  connectedCallback() {
    window.addEventListener('message', this.#hear)
    this.#open()
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#hear)
    this.#close()
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before === after) return
    if (name === 'event') this.#open()
    else if (name === 'label') this.#call(null)
    else this.#say('wear', { theme: this.#theme, language: this.getAttribute('language') })
  }

  get #theme() {
    return this.getAttribute('theme')
  }

  get #words() {
    const around = this.closest('[lang]')?.lang
    const wished = [this.getAttribute('language'), around, ...navigator.languages]
    const known = wished.map((tag) => tag?.toLowerCase().split('-')[0]).find((code) => Object.hasOwn(WORDS, code ?? ''))
    return WORDS[known ?? 'en']
  }

  #open() {
    this.#close()
    const event = this.getAttribute('event') ?? ''
    if (!/^[0-9]{1,10}$/.test(event)) {
      console.error(`holdfast-map needs event="the number of an event", not ${JSON.stringify(event)}.`)
      this.#fall(2)
      return
    }
    const address = new URL(`${OFFICE}/embed/events/${event}`)
    address.searchParams.set('host', location.origin)
    for (const name of ['language', 'theme']) {
      const wish = this.getAttribute(name)
      if (wish) address.searchParams.set(name, wish)
    }
    this.#fall(1)
    const frame = document.createElement('iframe')
    frame.src = address.href
    frame.title = this.getAttribute('label') || this.#words[0]
    frame.allow = 'payment'
    frame.referrerPolicy = 'origin'
    this.#silence = setTimeout(() => this.#fall(2), LOADING_MILLISECONDS_MAX)
    frame.addEventListener('load', () => {
      if (this.#ready) return
      clearTimeout(this.#silence)
      this.#silence = setTimeout(() => this.#fall(2), SILENCE_MILLISECONDS)
    })
    this.#frame = frame
    this.shadowRoot.append(frame)
  }

  #close() {
    clearTimeout(this.#silence)
    this.#frame?.remove()
    this.#frame = null
    this.#ready = false
  }

  /** Words in place of the map: 1 while it is opened, 2 where it cannot be shown. */
  #fall(which) {
    if (this.#ready) return
    const words = this.#words
    const text = document.createElement('p')
    text.textContent = words[which]
    const link = document.createElement('a')
    const event = this.getAttribute('event') ?? ''
    link.href = /^[0-9]{1,10}$/.test(event) ? `${OFFICE}/events/${event}` : OFFICE
    link.target = '_blank'
    link.rel = 'noopener'
    link.textContent = words[3]
    const way = document.createElement('p')
    way.append(link)
    this.#note.replaceChildren(text, way)
    this.#note.style.display = ''
    this.toggleAttribute('refused', which === 2)
  }

  #heard(event) {
    const frame = this.#frame
    if (frame === null || event.source !== frame.contentWindow || event.origin !== OFFICE) return
    const said = event.data
    if (typeof said !== 'object' || said === null) return
    if (said.holdfast === 'ready') this.#show(frame)
    else if (said.holdfast === 'size') this.#grow(frame, said)
    else if (said.holdfast === 'turn') this.#toItsTop(frame)
    else if (Object.hasOwn(TOLD, said.holdfast)) this.#tell(TOLD[said.holdfast], said.order)
  }

  #show(frame) {
    clearTimeout(this.#silence)
    const first = !this.#ready
    this.#ready = true
    this.removeAttribute('refused')
    frame.className = 'ready'
    this.#note.style.display = 'none'
    if (first) this.#tell('holdfast-ready', null)
  }

  #grow(frame, { height, title }) {
    if (Number.isFinite(height)) {
      frame.style.height = `${Math.min(HEIGHT_MAX, Math.max(HEIGHT_MIN, Math.ceil(height)))}px`
    }
    if (typeof title === 'string' && title !== '') this.#call(title)
  }

  #call(title) {
    if (this.#frame !== null) this.#frame.title = this.getAttribute('label') || title || this.#frame.title
  }

  /** The frame shows another page: its top comes into sight where it was scrolled out of it. */
  #toItsTop(frame) {
    if (frame.getBoundingClientRect().top < 0) frame.scrollIntoView({ block: 'start' })
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }))
  }

  #say(word, said) {
    if (this.#ready) this.#frame?.contentWindow?.postMessage({ holdfast: word, ...said }, OFFICE)
  }
}

if (!customElements.get('holdfast-map')) customElements.define('holdfast-map', HoldfastMap)
