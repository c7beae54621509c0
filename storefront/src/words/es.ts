/** Todas las frases en español. Cortas, de tú, sin exclamaciones. */

import type { Words } from './en'
import { capital, count, list, number } from './forms'

const places = { one: '# localidad', other: '# localidades' }

export const es: Words = {
  locale: 'es-ES',
  direction: 'ltr',

  house: {
    boxOffice: 'Taquilla',
    skip: 'Ir al contenido',
    home: 'Todos los eventos',
    foot: 'Cada precio es el precio completo: incluye gastos e impuestos.',
    madeWith: 'Taquilla Holdfast',
    language: 'Idioma',
  },

  programme: {
    title: 'Programación',
    search: 'Buscar en la programación',
    found: (n) => count(n, { one: '# evento', other: '# eventos' }),
    nothingFound: (text) => `Nada en la programación coincide con «${text}».`,
    showAll: 'Mostrar todo',
    empty: 'La programación se está preparando',
    emptyMore: 'Todavía no hay nada anunciado. Vuelve a mirar pronto.',
    choose: 'Elegir localidades',
    see: 'Ver el evento',
    from: (price) => `desde ${price}`,
    doors: (time) => `puertas ${time}`,
  },

  left: {
    plenty: 'Quedan muchas',
    half: 'Queda cerca de la mitad',
    going: 'Se agotan deprisa',
    few: 'Quedan pocas',
    last: (n) => (n === 1 ? 'La última localidad' : `Las últimas ${n}`),
    soldOut: 'Agotado',
    cancelled: 'Cancelado',
    over: 'Terminado',
    later: (when) => `A la venta: ${when}`,
    soon: 'Aún no a la venta',
  },

  film: {
    title: 'La venta en película',
    loading: (n: number) => `Cargando la venta: ${number(n)} cambios hasta ahora`,
    empty: 'En esta sala aún no se ha movido nada. La película empieza con la primera localidad reservada.',
    controls: 'La película',
    time: 'Hora', sold: 'vendidas', held: 'reservadas', free: 'libres',
    scrubber: 'Momento de la venta',
    play: 'Reproducir', pause: 'Pausa', speed: 'Velocidad', whole: 'Todo en un minuto',
    back: 'Un cambio atrás', forth: 'Un cambio adelante',
    ended: 'La venta ha terminado.',
    cut: (n: number) => `La película muestra los primeros ${number(n)} cambios.`,
    say: (when: string, sold: string, free: string) =>
      `${when}: ${sold} vendidas, ${free} libres`,
  },

  event: {
    doors: 'Puertas',
    map: 'Plano',
    list: 'Lista',
    view: 'Cómo elegir',
    loading: 'Abriendo la sala',
    prices: 'Precios',
    marks: 'Mostrar formas',
    opens: (when) => `Las entradas salen a la venta: ${when}.`,
    opensWhy: 'Hasta entonces puedes recorrer la sala. Esta página se abre sola.',
    opensIn: (time) => `dentro de ${time}`,
    draft: 'Las entradas aún no están a la venta.',
    draftWhy: 'La fecha se anunciará aquí.',
    soldOut: 'Todas las localidades están ocupadas.',
    soldOutWhy:
      'Las que otros devuelven aparecen aquí al momento. Deja esta página abierta o vuelve más tarde.',
    cancelled: 'Este evento no se celebrará.',
    cancelledWhy: 'Quien ha pagado recibe el dinero sin tener que hacer nada.',
    over: 'Este evento ha terminado.',
    overWhy: 'Mira lo que viene después.',
    seatingPlan: 'Plano de la sala',
  },

  filter: {
    title: 'Filtrar',
    price: 'Precio',
    anyPrice: 'Cualquier precio',
    upTo: (price) => `Hasta ${price}`,
    accessible: 'Solo plazas para silla de ruedas',
    unrestricted: 'Solo con visibilidad completa',
    matching: (n) =>
      count(n, { one: '# localidad libre coincide', other: '# localidades libres coinciden' }),
    showAll: 'Mostrar todas',
    outside: 'fuera de tu filtro',
    none: 'Ninguna localidad libre coincide con tu filtro.',
  },

  view: {
    see: 'Vista desde aquí',
    from: (seat) => `La vista desde ${seat}`,
    drawn: 'Dibujada a partir del plano: a qué distancia queda el escenario y con qué ángulo.',
    back: 'Cerrar la vista',
  },

  map: {
    label: (house) =>
      `Plano de ${house}. Las flechas van de asiento en asiento, Intro elige, más y menos acercan y ` +
      'alejan. La lista tiene los mismos asientos.',
    closer: 'Acercar',
    farther: 'Alejar',
    fit: 'Toda la sala',
    from: (price) => `desde ${price}`,
    soldOut: 'agotado',
    hintTouch: 'Toca una zona para acercarte',
    hintMouse: 'Haz clic en una zona para acercarte',
    taken: 'ocupada',
    free: 'libre',
    yours: 'tuya',
    notForSale: 'no está a la venta',
  },

  seat: {
    full: (section, row, seat) => `${section}, fila ${row}, asiento ${seat}`,
    table: (section, table, seat) => `${section}, mesa ${table}, asiento ${seat}`,
    short: (row, seat) => `Fila ${row} ${seat}`,
    standing: (section, area) =>
      area.toLowerCase().includes(section.toLowerCase()) ? area : `${section}, ${area}`,
    accessible: 'plaza para silla de ruedas',
    companion: 'asiento de acompañante',
    restricted: 'visibilidad reducida',
    row: (name) => `Fila ${name}`,
    number: (name) => `asiento ${name}`,
  },

  types: {
    adult: 'General',
    child: 'Infantil',
    reduced: 'Reducida',
    concession: 'Reducida',
    student: 'Estudiante',
    senior: 'Mayores',
    youth: 'Joven',
    wheelchair: 'Silla de ruedas',
    companion: 'Acompañante',
  },

  tray: {
    title: 'Tus localidades',
    empty: 'Elige en el plano o deja que busquemos las mejores.',
    emptyList: 'Elige en la lista o deja que busquemos las mejores.',
    best: 'Las mejores juntas',
    howMany: 'Cuántas',
    fewer: 'Una menos',
    more: 'Una más',
    anyPrice: 'A cualquier precio',
    upTo: (category, price) => `${category}, ${price}`,
    which: 'A qué precio',
    accessible: 'Con plaza para silla de ruedas',
    find: (n) => (n === 1 ? 'Buscar la mejor' : `Buscar las ${n} mejores`),
    finding: 'Buscando',
    standing: 'De pie',
    priceType: (seat) => `Precio para ${seat}`,
    remove: (seat) => `Quitar ${seat}`,
    places: (n) => count(n, places),
    allIn: (fees) => `todo incluido, con ${fees} de gastos e impuestos`,
    allInPlain: 'todo incluido',
    hold: (n) => `Reservar ${count(n, places)}`,
    holding: 'Reservando',
    held: 'Reservadas para ti',
    clock: 'Tiempo para pagar',
    checkout: 'Ir al pago',
    release: (n) => count(n, { one: 'Devolver la localidad', other: 'Devolver las localidades' }),
    more_: 'Mostrar tus localidades',
    options: 'Más opciones',
    less: 'Ocultar tus localidades',
    limit: (n) => `Aquí cada persona puede llevarse como máximo ${count(n, places)}.`,
    holdFor: (time) => `Reservamos lo que elijas durante ${time} mientras pagas.`,
    atMost: (n) => `Como máximo ${count(n, places)} por persona.`,
    addMore: 'Elige más localidades y se sumarán a esta reserva.',
    exchange: (seat) => `Cambiar ${seat}`,
    exchanging: (seat) => `Elige otra localidad en lugar de ${seat}. Hasta entonces sigue siendo tuya.`,
    exchangeStop: 'Conservarla',
  },

  say: {
    chosen: (seat, total) => `${seat}, elegida. Total ${total}.`,
    dropped: (seat, total) => `${seat}, quitada. Total ${total}.`,
    held: (n, time) =>
      `${count(n, { one: '# localidad reservada', other: '# localidades reservadas' })} para ti. ${capital(time)} para pagar.`,
    added: (seat) => `${seat} se sumó a tu reserva.`,
    exchanged: (before, after) => `${after} en lugar de ${before}.`,
    givenBack: (seat) => `${seat}, devuelta.`,
    released: 'Tus localidades se han devuelto.',
    left: (time) => `Tiempo para pagar: ${time}.`,
    days: (n) => count(n, { one: '# día', other: '# días' }),
    minutes: (n) => count(n, { one: '# minuto', other: '# minutos' }),
    seconds: (n) => count(n, { one: '# segundo', other: '# segundos' }),
    offline: 'Estás sin conexión.',
    online: 'Vuelves a tener conexión.',
    confirmed: 'Pagado. Aquí están tus entradas.',
    moved: (seat, state, price) => `${seat}, ${state}${price && `, ${price}`}`,
  },

  notice: {
    taken: (seats) =>
      `${list(seats)} ${seats.length === 1 ? 'se ocupó' : 'se ocuparon'} hace un momento.`,
    offerBeside: (seats, n) => `${capital(seats)} ${n === 1 ? 'está libre' : 'están libres'} al lado.`,
    offerNearby: (seats, n) => `${capital(seats)} ${n === 1 ? 'está libre' : 'están libres'} cerca.`,
    row: (name, seats) => `fila ${name} ${list(seats)}`,
    take: (seats) => `Tomar ${seats}`,
    noOffer: 'Cerca no queda nada parecido. El plano muestra lo que está libre.',
    expired:
      'Se acabó el tiempo para pagar y tus localidades volvieron a la venta. No se ha cobrado nada.',
    again: 'Reservarlas otra vez',
    gone: 'Tu reserva ha terminado. Elige de nuevo.',
    elsewhere: 'Tus localidades cambiaron en otra ventana. Así están ahora.',
    single: (seats) =>
      `${capital(list(seats))} quedaría entre localidades ocupadas. ${seats.length === 1 ? 'Tómala' : 'Tómalas'} también o muévete un lugar.`,
    takeSingle: 'Moverse un lugar',
    notTogether: (n) =>
      `No hay ${number(n)} localidades juntas a este precio. Prueba con menos, con otro precio o elige en el plano.`,
    section: 'Allí no quedan tantas localidades. Elige menos u otra zona de la sala.',
    limit: (n) =>
      `Aquí cada persona puede llevarse como máximo ${count(n, places)}, contando lo que ya has reservado o comprado.`,
    closed:
      'La venta está parada por una comprobación. No se pierde nada; inténtalo dentro de unos minutos.',
    notOpen: 'Ahora no hay nada a la venta. La página dice cuándo empieza.',
    cancelled: 'Este evento se canceló. Quien ha pagado recibe el dinero.',
    busy: 'Ahora hay muchísima gente aquí. No se ha tomado ni cobrado nada; inténtalo en un momento.',
    waiting: 'La sala de espera está abierta. Entra para tener tu turno.',
    attempts:
      'Se han probado demasiadas tarjetas. No se ha cobrado nada; devuelve las localidades y resérvalas otra vez.',
    outcome:
      'Tu banco aún no ha respondido. Tu pedido está a salvo: esta página sigue preguntando y nunca cobra dos veces.',
    provider:
      'Ahora los pagos no llegan. No se ha cobrado nada y tus localidades siguen siendo tuyas; inténtalo en un momento.',
    card: 'La tarjeta no se reconoce. No se ha cobrado nada; elígela otra vez.',
    paying: 'Hay un pago en camino por estas localidades. Espera su respuesta.',
    ended: 'Este pedido ya no se puede cambiar.',
    unreachable: 'La taquilla no responde. Comprueba tu conexión e inténtalo otra vez.',
    unknown: 'Algo ha fallado por nuestra parte. No se ha cobrado nada; inténtalo en un momento.',
    dismiss: 'Cerrar este mensaje',
  },

  list: {
    title: 'Localidades por zona',
    free: (n) => (n === 0 ? 'agotado' : count(n, { one: '# libre', other: '# libres' })),
    from: (price) => `desde ${price}`,
    onlyFree: 'Ocultar las zonas agotadas',
    grid: (section) => `${section}: las flechas van de asiento en asiento, Intro elige`,
    rowFree: (n) => (n === 0 ? 'ninguna libre' : count(n, { one: '# libre', other: '# libres' })),
    taken: 'ocupada',
    yours: 'tuya',
  },

  offline: {
    checkout:
      'Estás sin conexión. Tus localidades siguen reservadas hasta que acabe el tiempo; esta página continúa sola.',
    banner:
      'Estás sin conexión. El plano muestra lo que estaba libre hace un momento; se pone al día solo.',
  },

  failure: {
    title: 'La página no se pudo abrir',
    again: 'Intentar otra vez',
    missing: 'Aquí no hay nada',
    missingWhy: 'Puede que la dirección esté mal escrita o que el evento se haya retirado de la programación.',
    order: 'Este pedido no se puede mostrar aquí',
    orderWhy:
      'Un pedido se abre en el navegador en que se hizo y con el enlace del correo de confirmación.',
  },

  checkout: {
    title: 'Pago',
    back: 'Volver a las localidades',
    yourOrder: 'Lo que compras',
    bought: 'Lo que has comprado',
    tickets: (n) => count(n, { one: '# entrada', other: '# entradas' }),
    prices: 'Precio de las entradas',
    fees: 'Gastos de gestión',
    orderFee: 'Gastos del pedido',
    tax: 'Impuestos',
    total: 'Total',
    you: 'Quién eres',
    name: 'Nombre',
    nameMissing: 'Escribe tu nombre como debe figurar en el pedido.',
    email: 'Correo electrónico',
    emailWhy: 'Tus entradas también llegan allí.',
    emailMissing: 'Escribe una dirección como nombre@example.org.',
    card: 'Tarjeta de prueba',
    cardWhy:
      'Esta taquilla funciona con un banco de prueba: no se mueve dinero. Elige cómo se comporta la tarjeta.',
    how: 'Cómo pagas',
    howWhy:
      'Lo que escribes va directamente a Stripe, que cobra para esta taquilla. Nosotros nunca vemos tu tarjeta.',
    formLoading: 'El formulario de pago está llegando',
    formMissing: (host) =>
      `El formulario de pago no ha llegado. Puede que algo en este navegador bloquee ${host}: permítelo o revisa tu conexión. No se ha cobrado nada, y tus localidades siguen siendo tuyas hasta que acabe el tiempo.`,
    formOffline:
      'No tienes conexión, así que el formulario de pago no puede llegar. Llegará solo cuando vuelvas.',
    formWait: 'El formulario de pago aún no está. Espera un momento y paga.',
    pay: (total) => `Pagar ${total}`,
    take: 'Obtener las entradas',
    paying: 'Preguntando a tu banco',
    payingWhy:
      'Deja esta página abierta. Si se cierra sin querer, tu pedido está a salvo: ábrela otra vez.',
    slow: 'El banco va lento hoy. Seguimos preguntando; nada se cobra dos veces.',
    bankAsks: 'Tu banco quiere saber que eres tú',
    bankAsksWhy: (total) =>
      `Aprueba el pago de ${total} en tu banco. Este es el banco de prueba: el botón lo aprueba.`,
    bankHere: (total) =>
      `Tu banco pregunta en una ventana sobre esta página si pagas ${total}. Responde allí; después esta página sigue sola.`,
    bankThere: (total) =>
      `Pagas ${total} en la página de tu banco y vuelves aquí automáticamente. Si ya has estado allí, espera un momento.`,
    bankGo: 'Ir al banco',
    bankWaits: 'Esperando tu respuesta',
    anotherWay: 'Pagar de otra forma',
    turnedBack: 'Tu banco aún espera tu respuesta. Ese pago se anula en cuanto pagues aquí; nada se cobra dos veces.',
    returnToBank: 'Volver a la pregunta del banco',
    approve: 'Aprobar en el banco',
    approving: 'Aprobando',
    refuse: 'Rechazar',
    declined: 'Tu banco ha dicho que no',
    stillYours: (n, time) =>
      `No se ha cobrado nada, y ${count(n, { one: 'tu localidad sigue siendo tuya', other: 'tus localidades siguen siendo tuyas' })} durante ${time}.`,
    another: 'Prueba con otra tarjeta.',
    reasons: {
      card_declined: 'La tarjeta fue rechazada.',
      declined: 'La tarjeta fue rechazada.',
      insufficient_funds: 'No hay dinero suficiente en la tarjeta.',
      expired_card: 'La tarjeta está caducada.',
      authentication_failed: 'El banco no pudo confirmar que eras tú.',
      incorrect_number: 'El número de la tarjeta no es correcto.',
      incorrect_cvc: 'El código de seguridad de la tarjeta no es correcto.',
      call_issuer: 'El banco no lo permite y solo te dice a ti por qué: pregúntale.',
      processing_error:
        'No se pudo hablar bien con el banco. La misma tarjeta puede funcionar dentro de un momento.',
      card_not_supported: 'Con esta tarjeta no se puede pagar esto.',
      not_completed: 'El pago no se terminó en el banco.',
    },
    expired: 'Se acabó el tiempo para pagar',
    expiredWhy: (n) =>
      `${count(n, { one: 'Tu localidad volvió', other: 'Tus localidades volvieron' })} a la venta. No se ha cobrado nada.`,
    expiredBack:
      'Tu pago llegó cuando las localidades ya no estaban. El dinero vuelve solo; no tienes que hacer nada.',
    expiredPaying:
      'Tu banco no ha respondido a tiempo. Si aún dice que sí, recibirás las localidades si siguen libres, o el dinero de vuelta sin hacer nada. Esta página te lo dirá.',
    chooseAgain: 'Elegir otra vez',
  },

  cards: {
    tok_ok: ['Una tarjeta que funciona', 'se cobra al momento'],
    tok_3ds: ['Una tarjeta cuyo banco pregunta antes', '3-D Secure'],
    tok_slow: ['Una tarjeta de un banco lento', 'responde a los pocos segundos'],
    tok_declined: ['Una tarjeta rechazada', 'no se cobra nada'],
    tok_insufficient_funds: ['Una tarjeta sin dinero suficiente', 'no se cobra nada'],
  },

  order: {
    number: 'Número de pedido',
    seeYou: (when) => `Nos vemos el ${when}`,
    thanks: (name) => `Gracias, ${name}.`,
    thanksPlain: 'Gracias.',
    showCode: 'Enseña el código en la puerta, en esta pantalla o en papel.',
    bright: 'Sube el brillo de la pantalla en la puerta.',
    keep: 'Guarda el enlace de esta página: abre tus entradas en cualquier parte.',
    kept: 'Este dispositivo las guarda: se abren también sin conexión.',
    offline: 'Estás sin conexión. Estas son tus entradas como este dispositivo las vio por última vez.',
    share: 'Pasar a otra persona',
    copied: 'El enlace está copiado. Quien lo tiene, tiene las entradas.',
    pdf: 'Entrada en PDF',
    resend: 'Enviar otra vez por correo',
    resent: (email) => `Tus entradas van de camino a ${email}.`,
    resendLater:
      'Se enviaron hace un momento. Mira también en el correo no deseado o inténtalo más tarde.',
    calendar: 'Añadir al calendario',
    print: 'Imprimir',
    ticketOf: (n, all) => `Entrada ${n} de ${all}`,
    codeOf: (seat) => `Código de ${seat}`,
    row: 'Fila',
    seat: 'Asiento',
    standing: 'De pie',
    used: (when) => `Usada ${when}`,
    invalid: 'Ya no es válida',
    waiting: 'Tus entradas se están escribiendo',
    cancelled: 'Este pedido ha terminado',
    releasedWhy: (n) =>
      `Devolviste ${count(n, { one: 'la localidad', other: 'las localidades' })}. No se ha cobrado nada.`,
    eventCancelled: 'El evento se canceló',
    eventCancelledWhy: 'No se celebrará. Tu dinero vuelve sin que hagas nada.',
    refunded: 'Este pedido se ha devuelto',
    refundedWhy: (total) =>
      `${total} vuelven por donde vinieron. A tu banco puede llevarle unos días.`,
    partRefunded: (total) => `Se han devuelto ${total}.`,
    seeOthers: 'Ver qué más hay',
  },
}
