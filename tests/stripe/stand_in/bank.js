/* The bank's question: over our page in a frame, or on a page of its own that leads back. */
const asked = new URLSearchParams(location.search)
const secret = asked.get('secret')
const intent = secret.split('_secret_')[0]
const back = asked.get('back')

async function answer(success) {
  const form = new URLSearchParams({ client_secret: secret, success: String(success) })
  await fetch(`/v1/payment_intents/${intent}/_authenticate`, { method: 'POST', body: form })
  if (back === null) {
    window.parent.postMessage('bank answered', '*')
    return
  }
  const home = new URL(back)
  home.searchParams.set('payment_intent', intent)
  home.searchParams.set('payment_intent_client_secret', secret)
  home.searchParams.set('redirect_status', success ? 'succeeded' : 'failed')
  location.replace(home)
}

document.getElementById('yes').onclick = () => answer(true)
document.getElementById('no').onclick = () => answer(false)
