/* Stripe.js as far as our checkout uses it, for tests: the same calls, in the same order, with the
   same refusals, and its form in a frame of another origin. Behind it is localstripe. It is stricter
   than Stripe where that finds our mistakes: colours must be plain, amounts whole. */
;(() => {
  const home = new URL(document.currentScript.src).origin
  const must = (right, what) => {
    if (!right) throw new Error(`Stripe stand-in: ${what}`)
  }

  function makeFrame(path, title) {
    const frame = document.createElement('iframe')
    frame.src = `${home}${path}`
    frame.title = title
    frame.style.width = '100%'
    frame.style.border = '0'
    frame.style.display = 'block'
    return frame
  }

  /** What the frame answers to a message. */
  function ask(frame, message) {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data }) => resolve(data)
      frame.contentWindow.postMessage(message, home, [port2])
    })
  }

  function checkLook(appearance) {
    must(['stripe', 'night'].includes(appearance.theme), 'no such theme')
    for (const [name, value] of Object.entries(appearance.variables)) {
      if (name.startsWith('color')) must(/^(rgba?\(|#)/.test(value), `${name}: ${value} is no plain colour`)
    }
  }

  function makeElements(options) {
    must(options.mode === 'payment' && options.captureMethod === 'manual', 'a charge is reserved first')
    must(Number.isInteger(options.amount) && options.amount > 0, 'amount is no whole number')
    must(/^[a-z]{3}$/.test(options.currency), 'currency is written small')
    checkLook(options.appearance)
    const elements = { frame: null, submitted: false }
    const told = { ready: () => {}, loaderror: () => {}, change: () => {} }
    let shown = { ...options }

    elements.create = (kind, { fields }) => {
      must(kind === 'payment' && elements.frame === null, 'one payment element at a time')
      must(fields.billingDetails.name === 'never' && fields.billingDetails.email === 'never', 'fields')
      return {
        on: (event, run) => {
          must(event in told, `no event ${event}`)
          told[event] = run
        },
        mount: (place) => {
          elements.frame = makeFrame('/stand-in/form.html', 'Secure payment input frame')
          elements.frame.style.height = '260px'
          elements.frame.onload = async () => {
            await ask(elements.frame, { show: shown })
            told.ready()
          }
          place.replaceChildren(elements.frame)
        },
        destroy: () => {
          elements.frame?.remove()
          elements.frame = null
        },
      }
    }
    elements.update = (changes) => {
      shown = { ...shown, ...changes }
      checkLook(shown.appearance)
      if (elements.frame) void ask(elements.frame, { show: shown })
    }
    elements.submit = async () => {
      const answer = await ask(elements.frame, { submit: true })
      elements.submitted = answer.error === undefined
      return answer
    }
    return elements
  }

  async function readIntent(clientSecret) {
    const id = clientSecret.split('_secret_')[0]
    const query = `client_secret=${encodeURIComponent(clientSecret)}`
    return (await fetch(`${home}/v1/payment_intents/${id}?${query}`)).json()
  }

  window.Stripe = (key, { locale }) => {
    must(key.startsWith('pk_') && locale.length >= 2, 'a publishable key and a locale')
    return {
      elements: makeElements,
      createConfirmationToken: async ({ elements, params }) => {
        must(elements.submitted, 'elements.submit() has to come first')
        elements.submitted = false
        const details = params.payment_method_data.billing_details
        must(details.name && details.email, 'what the form does not ask for is handed over')
        return ask(elements.frame, { token: details })
      },
      handleNextAction: async ({ clientSecret }) => {
        const intent = await readIntent(clientSecret)
        must(intent.status === 'requires_action', `nothing to do, it is ${intent.status}`)
        const bank = makeFrame(`/stand-in/bank.html?secret=${clientSecret}`, 'The bank asks')
        Object.assign(bank.style, { position: 'fixed', inset: '0', height: '100%', zIndex: 99 })
        document.body.append(bank)
        await new Promise((resolve) => {
          window.addEventListener('message', function heard({ origin, data }) {
            if (origin !== home || data !== 'bank answered') return
            window.removeEventListener('message', heard)
            resolve()
          })
        })
        bank.remove()
        const after = await readIntent(clientSecret)
        if (after.status === 'requires_capture') return { paymentIntent: after }
        return { error: { type: 'invalid_request_error', code: 'payment_intent_authentication_failure' } }
      },
    }
  }
})()
