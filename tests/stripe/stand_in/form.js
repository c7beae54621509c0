/* The fields of the stand-in for Stripe's form, in a frame of their own. */
const number = document.getElementById('number')
const missing = document.getElementById('missing')
const WORDS = { en: 'Card number', de: 'Kartennummer', es: 'Número de tarjeta', fr: 'Numéro de carte' }

function show({ appearance, locale }) {
  const { variables, rules } = appearance
  document.querySelector('label').textContent = WORDS[locale]
  document.documentElement.lang = locale
  Object.assign(document.body.style, {
    color: variables.colorText,
    fontFamily: variables.fontFamily,
    fontSize: variables.fontSizeBase,
  })
  missing.style.color = variables.colorDanger
  Object.assign(number.style, rules['.Input'], {
    color: variables.colorText,
    borderRadius: variables.borderRadius,
  })
  return {}
}

function submit() {
  const complete = number.value.replaceAll(' ', '').length >= 12
  missing.textContent = complete ? '' : 'Your card number is incomplete.'
  if (!complete) number.focus()
  return complete ? {} : { error: { type: 'validation_error', code: 'incomplete_number' } }
}

async function token({ name, email }) {
  const form = new URLSearchParams({
    type: 'card',
    'card[number]': number.value.replaceAll(' ', ''),
    'card[exp_month]': '12',
    'card[exp_year]': '30',
    'card[cvc]': '123',
    'billing_details[name]': name,
    'billing_details[email]': email,
  })
  const answer = await fetch('/v1/payment_methods', { method: 'POST', body: form })
  const made = await answer.json()
  if (!answer.ok) return { error: made.error }
  const kind = document.getElementById('elsewhere').checked ? 'redirect_' : ''
  return { confirmationToken: { id: `ctoken_${kind}${made.id}` } }
}

window.addEventListener('message', async ({ data, ports }) => {
  if (data.show) ports[0].postMessage(show(data.show))
  else if (data.submit) ports[0].postMessage(submit())
  else if (data.token) ports[0].postMessage(await token(data.token))
})
