/** Keeps the keyboard's place: when what had the focus disappears from this element (a seat given
 *  back, a button that became another), the focus goes to its next step instead of getting lost. */
export function keepFocus(element: HTMLElement): () => void {
  let last: Element | null = null
  const remember = (event: FocusEvent) => {
    last = element.contains(event.target as Node) ? (event.target as Element) : null
  }
  const watch = new MutationObserver(() => {
    if (last === null || last.isConnected || document.activeElement !== document.body) return
    const next = element.querySelector<HTMLElement>('[data-next-step]') ?? element
    next.focus({ preventScroll: true })
  })
  document.addEventListener('focusin', remember)
  watch.observe(element, { childList: true, subtree: true })
  return () => {
    document.removeEventListener('focusin', remember)
    watch.disconnect()
  }
}
