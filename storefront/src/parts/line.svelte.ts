/** Whether the browser has a line at all. That there is one does not say that we answer. */

class Line {
  offline = $state(!navigator.onLine)

  constructor() {
    window.addEventListener('online', () => (this.offline = false))
    window.addEventListener('offline', () => (this.offline = true))
  }
}

export const line = new Line()
