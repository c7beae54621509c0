/** The little that the browser remembers between visits. A browser that keeps nothing still sells:
 *  everything here may be forgotten at any time, and nothing here is secret. */

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`holdfast.${key}`, value)
  } catch {
    // Storage is switched off or full.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`holdfast.${key}`)
  } catch {
    return null
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(`holdfast.${key}`)
  } catch {
    // Storage is switched off.
  }
}
