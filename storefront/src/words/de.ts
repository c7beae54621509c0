/** Alle Sätze auf Deutsch. Kurz, in der Sie-Form, ohne Ausrufezeichen. */

import type { Words } from './en'
import { capital, count, list, number } from './forms'

const places = { one: '# Platz', other: '# Plätze' }

export const de: Words = {
  locale: 'de-DE',
  direction: 'ltr',

  house: {
    boxOffice: 'Kasse',
    skip: 'Zum Inhalt',
    home: 'Alle Veranstaltungen',
    foot: 'Jeder Preis ist der ganze Preis: Gebühren und Steuern sind enthalten.',
    madeWith: 'Holdfast-Kasse',
    language: 'Sprache',
  },

  programme: {
    title: 'Spielplan',
    search: 'Spielplan durchsuchen',
    found: (n) => count(n, { one: '# Veranstaltung', other: '# Veranstaltungen' }),
    nothingFound: (text) => `Im Spielplan passt nichts zu „${text}“.`,
    showAll: 'Alles zeigen',
    empty: 'Der Spielplan entsteht gerade',
    emptyMore: 'Noch ist nichts angekündigt. Schauen Sie bald wieder herein.',
    choose: 'Plätze wählen',
    see: 'Zur Veranstaltung',
    from: (price) => `ab ${price}`,
    doors: (time) => `Einlass ${time}`,
  },

  left: {
    plenty: 'Viele Plätze frei',
    half: 'Etwa die Hälfte frei',
    going: 'Schnell vergriffen',
    few: 'Nur noch wenige',
    last: (n) => (n === 1 ? 'Der letzte Platz' : `Die letzten ${n}`),
    soldOut: 'Ausverkauft',
    cancelled: 'Abgesagt',
    over: 'Vorbei',
    later: (when) => `Vorverkauf ab ${when}`,
    soon: 'Noch nicht im Verkauf',
  },

  film: {
    title: 'Film des Verkaufs',
    loading: (n: number) => `Der Verkauf wird geholt: ${number(n)} Änderungen bisher`,
    empty: 'In diesem Haus hat sich noch nichts bewegt. Der Film beginnt mit dem ersten Platz, der gehalten wird.',
    controls: 'Der Film',
    time: 'Zeit', sold: 'verkauft', held: 'gehalten', free: 'frei',
    scrubber: 'Augenblick des Verkaufs',
    play: 'Abspielen', pause: 'Anhalten', speed: 'Tempo', whole: 'Alles in einer Minute',
    back: 'Eine Änderung zurück', forth: 'Eine Änderung weiter',
    ended: 'Der Verkauf ist zu Ende.',
    cut: (n: number) => `Der Film zeigt die ersten ${number(n)} Änderungen.`,
    say: (when: string, sold: string, free: string) =>
      `${when}: ${sold} verkauft, ${free} frei`,
  },

  event: {
    doors: 'Einlass',
    map: 'Saalplan',
    list: 'Liste',
    view: 'Wie Sie wählen',
    loading: 'Der Saal wird geöffnet',
    prices: 'Preise',
    marks: 'Formen zeigen',
    opens: (when) => `Der Vorverkauf beginnt am ${when}.`,
    opensWhy: 'Sehen Sie sich bis dahin im Saal um. Diese Seite öffnet sich von selbst.',
    opensIn: (time) => `in ${time}`,
    draft: 'Die Karten sind noch nicht im Verkauf.',
    draftWhy: 'Der Termin wird hier bekannt gegeben.',
    soldOut: 'Alle Plätze sind vergeben.',
    soldOutWhy:
      'Plätze, die andere zurückgeben, erscheinen hier sofort. Lassen Sie die Seite offen oder kommen Sie wieder.',
    cancelled: 'Diese Veranstaltung findet nicht statt.',
    cancelledWhy: 'Wer bezahlt hat, bekommt das Geld zurück und muss nichts tun.',
    over: 'Diese Veranstaltung ist vorbei.',
    overWhy: 'Sehen Sie, was als Nächstes kommt.',
    seatingPlan: 'Bestuhlungsplan',
  },

  filter: {
    title: 'Filter',
    price: 'Preis',
    anyPrice: 'Jeder Preis',
    upTo: (price) => `Bis ${price}`,
    accessible: 'Nur Rollstuhlplätze',
    unrestricted: 'Nur mit freier Sicht',
    matching: (n) => count(n, { one: '# freier Platz passt', other: '# freie Plätze passen' }),
    showAll: 'Alle Plätze zeigen',
    outside: 'außerhalb Ihres Filters',
    none: 'Kein freier Platz passt zu Ihrem Filter.',
  },

  view: {
    see: 'Sicht von hier',
    from: (seat) => `Die Sicht von ${seat}`,
    drawn: 'Nach dem Saalplan gezeichnet: wie nah die Bühne ist und in welchem Winkel.',
    back: 'Sicht schließen',
  },

  map: {
    label: (house) =>
      `Saalplan von ${house}. Pfeiltasten gehen von Platz zu Platz, die Eingabetaste wählt, ` +
      'Plus und Minus vergrößern und verkleinern. Die Liste enthält dieselben Plätze.',
    closer: 'Näher',
    farther: 'Weiter weg',
    fit: 'Ganzer Saal',
    from: (price) => `ab ${price}`,
    soldOut: 'ausverkauft',
    hintTouch: 'Tippen Sie auf einen Bereich',
    hintMouse: 'Klicken Sie auf einen Bereich',
    taken: 'vergeben',
    free: 'frei',
    yours: 'Ihrer',
    notForSale: 'nicht im Verkauf',
  },

  seat: {
    full: (section, row, seat) => `${section}, Reihe ${row}, Platz ${seat}`,
    table: (section, table, seat) => `${section}, Tisch ${table}, Platz ${seat}`,
    short: (row, seat) => `Reihe ${row} ${seat}`,
    standing: (section, area) =>
      area.toLowerCase().includes(section.toLowerCase()) ? area : `${section}, ${area}`,
    accessible: 'Rollstuhlplatz',
    companion: 'Begleitplatz',
    restricted: 'Sichtbehinderung',
    row: (name) => `Reihe ${name}`,
    number: (name) => `Platz ${name}`,
  },

  types: {
    adult: 'Normalpreis',
    child: 'Kind',
    reduced: 'Ermäßigt',
    concession: 'Ermäßigt',
    student: 'Studierende',
    senior: 'Senioren',
    youth: 'Jugend',
    wheelchair: 'Rollstuhl',
    companion: 'Begleitung',
  },

  tray: {
    title: 'Ihre Plätze',
    empty: 'Wählen Sie im Saalplan, oder lassen Sie uns die besten Plätze finden.',
    emptyList: 'Wählen Sie aus der Liste, oder lassen Sie uns die besten Plätze finden.',
    best: 'Beste Plätze nebeneinander',
    howMany: 'Wie viele',
    fewer: 'Einer weniger',
    more: 'Einer mehr',
    anyPrice: 'Zu jedem Preis',
    upTo: (category, price) => `${category}, ${price}`,
    which: 'Zu welchem Preis',
    accessible: 'Mit Rollstuhlplatz',
    find: (n) => (n === 1 ? 'Besten Platz finden' : `Beste ${n} finden`),
    finding: 'Wir suchen',
    standing: 'Stehplatz',
    priceType: (seat) => `Preis für ${seat}`,
    remove: (seat) => `${seat} entfernen`,
    places: (n) => count(n, places),
    allIn: (fees) => `alles enthalten, davon ${fees} Gebühren und Steuern`,
    allInPlain: 'alles enthalten',
    hold: (n) => `${count(n, places)} reservieren`,
    holding: 'Wird reserviert',
    held: 'Für Sie reserviert',
    clock: 'Zeit zum Bezahlen',
    checkout: 'Zur Kasse',
    release: (n) => count(n, { one: 'Platz zurückgeben', other: 'Plätze zurückgeben' }),
    more_: 'Ihre Plätze zeigen',
    options: 'Mehr Möglichkeiten',
    less: 'Ihre Plätze ausblenden',
    limit: (n) => `Hier kann man höchstens ${count(n, places)} nehmen.`,
    holdFor: (time) => `Was Sie wählen, bleibt ${time} für Sie reserviert, während Sie bezahlen.`,
    atMost: (n) => `Höchstens ${count(n, places)} pro Person.`,
    addMore: 'Wählen Sie weitere Plätze, sie kommen zu dieser Reservierung dazu.',
    exchange: (seat) => `${seat} tauschen`,
    exchanging: (seat) => `Wählen Sie einen anderen Platz statt ${seat}. Bis dahin bleibt er Ihrer.`,
    exchangeStop: 'Behalten',
  },

  say: {
    chosen: (seat, total) => `${seat} gewählt. Gesamt ${total}.`,
    dropped: (seat, total) => `${seat} entfernt. Gesamt ${total}.`,
    held: (n, time) =>
      `${count(n, { one: '# Platz ist', other: '# Plätze sind' })} für Sie reserviert. ${time} zum Bezahlen.`,
    added: (seat) => `${seat} kam zu Ihrer Reservierung dazu.`,
    exchanged: (before, after) => `${after} statt ${before}.`,
    givenBack: (seat) => `${seat} wurde zurückgegeben.`,
    released: 'Ihre Plätze wurden zurückgegeben.',
    left: (time) => `Noch ${time} zum Bezahlen.`,
    days: (n) => count(n, { one: '# Tag', other: '# Tagen' }),
    minutes: (n) => count(n, { one: '# Minute', other: '# Minuten' }),
    seconds: (n) => count(n, { one: '# Sekunde', other: '# Sekunden' }),
    offline: 'Sie sind offline.',
    online: 'Sie sind wieder online.',
    confirmed: 'Bezahlt. Hier sind Ihre Karten.',
    moved: (seat, state, price) => `${seat}, ${state}${price && `, ${price}`}`,
  },

  notice: {
    taken: (seats) =>
      `${list(seats)} ${seats.length === 1 ? 'wurde' : 'wurden'} gerade eben vergeben.`,
    offerBeside: (seats, n) => `${capital(seats)} ${n === 1 ? 'ist' : 'sind'} daneben frei.`,
    offerNearby: (seats, n) => `${capital(seats)} ${n === 1 ? 'ist' : 'sind'} in der Nähe frei.`,
    row: (name, seats) => `Reihe ${name} ${list(seats)}`,
    take: (seats) => `${capital(seats)} nehmen`,
    noOffer: 'In der Nähe ist nichts Ähnliches mehr frei. Der Saalplan zeigt, was frei ist.',
    expired:
      'Die Zeit zum Bezahlen ist abgelaufen, Ihre Plätze gingen zurück. Es wurde nichts abgebucht.',
    again: 'Noch einmal reservieren',
    gone: 'Ihre Reservierung ist beendet. Wählen Sie neu.',
    elsewhere: 'Ihre Plätze wurden in einem anderen Fenster geändert. So stehen sie jetzt.',
    single: (seats) =>
      `${capital(list(seats))} bliebe zwischen vergebenen Plätzen allein. Nehmen Sie ${seats.length === 1 ? 'ihn' : 'sie'} dazu oder rücken Sie um einen Platz.`,
    takeSingle: 'Um einen Platz rücken',
    notTogether: (n) =>
      `Zu diesem Preis gibt es keine ${number(n)} Plätze nebeneinander. Versuchen Sie weniger, einen anderen Preis oder wählen Sie im Saalplan.`,
    section: 'So viele Plätze sind dort nicht mehr frei. Wählen Sie weniger oder einen anderen Bereich.',
    limit: (n) =>
      `Hier kann man höchstens ${count(n, places)} nehmen, einschließlich dessen, was Sie schon reserviert oder gekauft haben.`,
    closed:
      'Der Verkauf ist für eine Prüfung angehalten. Nichts ist verloren; versuchen Sie es in einigen Minuten wieder.',
    notOpen: 'Zurzeit ist nichts im Verkauf. Die Seite sagt, wann er beginnt.',
    cancelled: 'Diese Veranstaltung wurde abgesagt. Wer bezahlt hat, bekommt das Geld zurück.',
    busy: 'Gerade sind sehr viele hier. Nichts wurde genommen oder abgebucht; versuchen Sie es gleich noch einmal.',
    waiting: 'Der Warteraum ist offen. Stellen Sie sich an, dann kommen Sie an die Reihe.',
    attempts:
      'Es wurden zu viele Karten probiert. Nichts wurde abgebucht; geben Sie die Plätze zurück und reservieren Sie neu.',
    outcome:
      'Ihre Bank hat noch nicht geantwortet. Ihre Bestellung ist sicher: Diese Seite fragt weiter und bucht nie zweimal ab.',
    provider:
      'Zahlungen kommen gerade nicht durch. Nichts wurde abgebucht, Ihre Plätze bleiben Ihre; versuchen Sie es gleich noch einmal.',
    card: 'Diese Karte ist nicht bekannt. Nichts wurde abgebucht; wählen Sie noch einmal.',
    paying: 'Eine Zahlung für diese Plätze ist unterwegs. Warten Sie auf ihre Antwort.',
    ended: 'Diese Bestellung lässt sich nicht mehr ändern.',
    unreachable: 'Die Kasse hat nicht geantwortet. Prüfen Sie Ihre Verbindung und versuchen Sie es wieder.',
    unknown:
      'Bei uns ist etwas schiefgegangen. Dabei wurde nichts abgebucht; versuchen Sie es gleich noch einmal.',
    dismiss: 'Meldung schließen',
  },

  list: {
    title: 'Plätze nach Bereich',
    free: (n) => (n === 0 ? 'ausverkauft' : `${number(n)} frei`),
    from: (price) => `ab ${price}`,
    onlyFree: 'Ausverkaufte Bereiche ausblenden',
    grid: (section) => `${section}: Pfeiltasten gehen von Platz zu Platz, die Eingabetaste wählt`,
    rowFree: (n) => (n === 0 ? 'keiner frei' : `${number(n)} frei`),
    taken: 'vergeben',
    yours: 'Ihrer',
  },

  offline: {
    checkout:
      'Sie sind offline. Ihre Plätze bleiben reserviert, bis die Uhr abläuft; diese Seite macht von selbst weiter.',
    banner:
      'Sie sind offline. Der Saalplan zeigt, was eben noch frei war; er holt von selbst auf.',
  },

  failure: {
    title: 'Die Seite ließ sich nicht öffnen',
    again: 'Noch einmal versuchen',
    missing: 'Hier gibt es nichts',
    missingWhy:
      'Vielleicht ist die Adresse vertippt, oder die Veranstaltung wurde aus dem Spielplan genommen.',
    order: 'Diese Bestellung lässt sich hier nicht zeigen',
    orderWhy:
      'Eine Bestellung öffnet sich im Browser, mit dem sie gemacht wurde, und über den Link in der Bestätigung.',
  },

  checkout: {
    title: 'Kasse',
    back: 'Zurück zu den Plätzen',
    yourOrder: 'Was Sie kaufen',
    bought: 'Was Sie gekauft haben',
    tickets: (n) => count(n, { one: '# Eintrittskarte', other: '# Eintrittskarten' }),
    prices: 'Kartenpreise',
    fees: 'Gebühren',
    orderFee: 'Bestellgebühr',
    tax: 'Steuern',
    total: 'Gesamt',
    you: 'Wer Sie sind',
    name: 'Name',
    nameMissing: 'Schreiben Sie Ihren Namen, wie er auf der Bestellung stehen soll.',
    email: 'E-Mail-Adresse',
    emailWhy: 'Dorthin kommen die Karten auch.',
    emailMissing: 'Schreiben Sie eine Adresse wie name@example.org.',
    card: 'Testkarte',
    cardWhy:
      'Diese Kasse arbeitet mit einer Testbank: Es fließt kein Geld. Wählen Sie, wie sich die Karte verhält.',
    how: 'Wie Sie bezahlen',
    howWhy:
      'Was Sie eingeben, geht direkt an Stripe; dort werden Zahlungen für diese Kasse angenommen. Ihre Karte sehen wir nie.',
    formLoading: 'Das Bezahlformular kommt',
    formMissing: (host) =>
      `Das Bezahlformular kam nicht an. Vielleicht hält etwas in diesem Browser ${host} fern: Lassen Sie es zu oder prüfen Sie die Verbindung. Nichts wurde abgebucht, und Ihre Plätze bleiben Ihre, bis die Uhr abläuft.`,
    formOffline:
      'Sie sind offline, deshalb kommt das Bezahlformular nicht. Es kommt von selbst, sobald Sie wieder verbunden sind.',
    formWait:
      'Das Bezahlformular ist noch nicht da. Warten Sie einen Moment und bezahlen Sie dann.',
    pay: (total) => `${total} bezahlen`,
    take: 'Karten holen',
    paying: 'Wir fragen Ihre Bank',
    payingWhy:
      'Lassen Sie die Seite offen. Schließt sie sich aus Versehen, ist Ihre Bestellung sicher: Öffnen Sie sie wieder.',
    slow: 'Die Bank ist heute langsam. Wir fragen weiter; nichts wird zweimal abgebucht.',
    bankAsks: 'Ihre Bank möchte wissen, ob Sie es sind',
    bankAsksWhy: (total) =>
      `Bestätigen Sie die Zahlung von ${total} bei Ihrer Bank. Dies ist die Testbank: Der Knopf bestätigt sie.`,
    bankHere: (total) =>
      `Ihre Bank fragt in einem Fenster über dieser Seite, ob Sie ${total} bezahlen. Antworten Sie dort; danach geht diese Seite von selbst weiter.`,
    bankThere: (total) =>
      `Sie bezahlen ${total} auf der Seite Ihrer Bank und kommen von selbst hierher zurück. Waren Sie schon dort, warten Sie einen Moment.`,
    bankGo: 'Zur Bank',
    bankWaits: 'Wir warten auf Ihre Antwort',
    anotherWay: 'Anders bezahlen',
    turnedBack: 'Ihre Bank wartet noch auf Ihre Antwort. Diese Zahlung wird aufgegeben, sobald Sie hier bezahlen; nichts wird doppelt abgebucht.',
    returnToBank: 'Zurück zur Frage der Bank',
    approve: 'Bei der Bank bestätigen',
    approving: 'Wird bestätigt',
    refuse: 'Ablehnen',
    declined: 'Ihre Bank hat abgelehnt',
    stillYours: (n, time) =>
      `Nichts wurde abgebucht, und ${count(n, { one: 'Ihr Platz bleibt', other: 'Ihre Plätze bleiben' })} noch ${time} für Sie reserviert.`,
    another: 'Versuchen Sie eine andere Karte.',
    reasons: {
      card_declined: 'Die Karte wurde abgelehnt.',
      declined: 'Die Karte wurde abgelehnt.',
      insufficient_funds: 'Auf der Karte ist nicht genug Geld.',
      expired_card: 'Die Karte ist abgelaufen.',
      authentication_failed: 'Die Bank konnte nicht bestätigen, dass Sie es waren.',
      incorrect_number: 'Die Kartennummer stimmt nicht.',
      incorrect_cvc: 'Die Prüfnummer der Karte stimmt nicht.',
      call_issuer: 'Die Bank erlaubt es nicht und sagt nur Ihnen, warum: Fragen Sie dort nach.',
      processing_error:
        'Die Bank war nicht richtig zu erreichen. Dieselbe Karte kann gleich wieder gehen.',
      card_not_supported: 'Mit dieser Karte lässt sich das nicht bezahlen.',
      not_completed: 'Die Zahlung wurde bei der Bank nicht abgeschlossen.',
    },
    expired: 'Die Zeit zum Bezahlen ist abgelaufen',
    expiredWhy: (n) =>
      `${count(n, { one: 'Ihr Platz ist', other: 'Ihre Plätze sind' })} wieder im Verkauf. Es wurde nichts abgebucht.`,
    expiredBack:
      'Ihre Zahlung kam durch, als die Plätze schon weg waren. Das Geld geht von selbst zurück; Sie müssen nichts tun.',
    expiredPaying:
      'Ihre Bank hat nicht rechtzeitig geantwortet. Sagt sie noch Ja, bekommen Sie die Plätze, wenn sie frei sind, oder das Geld von selbst zurück. Diese Seite sagt es Ihnen.',
    chooseAgain: 'Neu wählen',
  },

  cards: {
    tok_ok: ['Eine Karte, die geht', 'wird sofort belastet'],
    tok_3ds: ['Eine Karte, deren Bank erst fragt', '3-D Secure'],
    tok_slow: ['Eine Karte einer langsamen Bank', 'antwortet nach einigen Sekunden'],
    tok_declined: ['Eine Karte, die abgelehnt wird', 'nichts wird abgebucht'],
    tok_insufficient_funds: ['Eine Karte ohne genug Geld', 'nichts wird abgebucht'],
  },

  order: {
    number: 'Bestellnummer',
    seeYou: (when) => `Bis ${when}`,
    thanks: (name) => `Vielen Dank, ${name}.`,
    thanksPlain: 'Vielen Dank.',
    showCode: 'Zeigen Sie den Code am Einlass, auf diesem Bildschirm oder auf Papier.',
    bright: 'Stellen Sie den Bildschirm am Einlass heller.',
    keep: 'Behalten Sie den Link dieser Seite: Er öffnet Ihre Karten überall.',
    kept: 'Dieses Gerät bewahrt sie auf: Sie öffnen sich auch ohne Verbindung.',
    offline: 'Sie sind offline. So hat dieses Gerät Ihre Karten zuletzt gesehen.',
    share: 'Weitergeben',
    copied: 'Der Link ist kopiert. Wer ihn hat, hat die Karten.',
    pdf: 'Karte als PDF',
    resend: 'Noch einmal mailen',
    resent: (email) => `Ihre Karten sind unterwegs an ${email}.`,
    resendLater:
      'Sie wurden gerade erst verschickt. Schauen Sie auch beim Spam nach, oder versuchen Sie es später.',
    calendar: 'In den Kalender',
    print: 'Drucken',
    ticketOf: (n, all) => `Karte ${n} von ${all}`,
    codeOf: (seat) => `Code für ${seat}`,
    row: 'Reihe',
    seat: 'Platz',
    standing: 'Stehplatz',
    used: (when) => `Benutzt ${when}`,
    invalid: 'Nicht mehr gültig',
    waiting: 'Ihre Karten werden geschrieben',
    cancelled: 'Diese Bestellung ist beendet',
    releasedWhy: (n) => `Sie haben ${count(n, { one: 'den Platz', other: 'die Plätze' })} zurückgegeben. Es wurde nichts abgebucht.`,
    eventCancelled: 'Die Veranstaltung wurde abgesagt',
    eventCancelledWhy: 'Sie findet nicht statt. Ihr Geld kommt zurück, ohne dass Sie etwas tun.',
    refunded: 'Diese Bestellung wurde erstattet',
    refundedWhy: (total) =>
      `${total} gehen zurück, wie sie kamen. Das kann bei Ihrer Bank einige Tage dauern.`,
    partRefunded: (total) => `${total} wurden erstattet.`,
    seeOthers: 'Sehen, was sonst gespielt wird',
  },
}
