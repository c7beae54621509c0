/** The server's clock, learnt from the Date of its answers: a visitor's own may be minutes off. */

let aheadMilliseconds = 0
let uncertain = Infinity

export function learnTime(answer: Response): void {
  const age = Number(answer.headers.get('Age') ?? '0')
  const said = Date.parse(answer.headers.get('Date') ?? '')
  // A stored answer carries the Date of long ago; Date has whole seconds, so half a one is missing.
  if (Number.isNaN(said) || age > 0) return
  const ahead = said + 500 - Date.now()
  const distance = Math.abs(ahead - aheadMilliseconds)
  if (uncertain === Infinity || (distance > 2_000 && distance < 86_400_000)) aheadMilliseconds = ahead
  uncertain = 1_000
}

/** Milliseconds since 1970 as the server counts them, about a second exact. */
export function serverNow(): number {
  return Date.now() + (Math.abs(aheadMilliseconds) < 2_000 ? 0 : aheadMilliseconds)
}
