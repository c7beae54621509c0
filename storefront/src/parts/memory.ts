/** The little that the browser remembers between visits. A browser that keeps nothing still sells:
 *  what it would not keep lasts as long as the page. Nothing here is secret but the session of a
 *  frame (api/client.ts), which is in the frame's own partition of the storage. */

const unkept = new Map<string, string>()

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`holdfast.${key}`, value)
  } catch {
    // Storage is switched off or full.
    unkept.set(key, value)
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`holdfast.${key}`) ?? unkept.get(key) ?? null
  } catch {
    return unkept.get(key) ?? null
  }
}

export function forget(key: string): void {
  unkept.delete(key)
  try {
    localStorage.removeItem(`holdfast.${key}`)
  } catch {
    // Storage is switched off.
  }
}
