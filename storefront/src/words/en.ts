/** Every sentence a buyer reads, in English. Another language is another file of this shape: its
 *  compiler says what is missing there.
 *
 *  Short, in the second person, no exclamation marks. A refusal says what happened and what to do
 *  next. Prices arrive here already written by money.ts, times by dates.ts. */

import { capital, count, list, number } from './forms'

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const inWords = (n: number) => NUMBERS[n] ?? number(n)
const places = { one: '# place', other: '# places' }
const bare = { one: 'place', other: 'places' }
const some = (n: number) => count(n, { one: 'one place', other: `${inWords(n)} places` })

export const en = {
  locale: 'en-GB',
  direction: 'ltr' as 'ltr' | 'rtl',

  house: {
    boxOffice: 'Box office',
    skip: 'Skip to the page',
    home: 'All events',
    foot: 'Every price is the whole price: fees and tax are in it.',
    madeWith: 'Holdfast box office',
    language: 'Language',
  },

  programme: {
    title: 'What is on',
    search: 'Search the programme',
    found: (n: number) => count(n, { one: '# event', other: '# events' }),
    nothingFound: (text: string) => `Nothing in the programme matches “${text}”.`,
    showAll: 'Show everything',
    empty: 'The programme is being made',
    emptyMore: 'Nothing is announced yet. Look in again soon.',
    choose: 'Choose places',
    see: 'See the event',
    from: (price: string) => `from ${price}`,
    doors: (time: string) => `doors ${time}`,
  },

  left: {
    plenty: 'Plenty left',
    half: 'About half left',
    going: 'Going fast',
    few: 'Few left',
    last: (n: number) => (n === 1 ? 'The last place' : `The last ${n}`),
    soldOut: 'Sold out',
    cancelled: 'Cancelled',
    over: 'Over',
    later: (when: string) => `On sale ${when}`,
    soon: 'Not on sale yet',
  },

  film: {
    title: 'Film of the sale',
    loading: (n: number) => `Fetching the sale: ${number(n)} changes so far`,
    empty: 'Nothing has moved in this house yet. The film begins with the first place that is held.',
    controls: 'The film',
    time: 'Time', sold: 'sold', held: 'held', free: 'free',
    scrubber: 'Moment of the sale',
    play: 'Play', pause: 'Pause', speed: 'Speed', whole: 'All in a minute',
    back: 'One change back', forth: 'One change on',
    ended: 'The sale is over.',
    cut: (n: number) => `The film shows the first ${number(n)} changes.`,
    say: (when: string, sold: string, free: string) =>
      `${when}: ${sold} sold, ${free} free`,
  },

  event: {
    doors: 'Doors',
    map: 'Map',
    list: 'List',
    view: 'How to choose',
    loading: 'Opening the house',
    prices: 'Prices',
    marks: 'Show shapes',
    opens: (when: string) => `Tickets go on sale ${when}.`,
    opensWhy: 'Look around the house until then. This page opens by itself.',
    opensIn: (time: string) => `in ${time}`,
    draft: 'Tickets are not on sale yet.',
    draftWhy: 'The date will be announced here.',
    soldOut: 'Every place is taken.',
    soldOutWhy: 'Places that others give back appear here at once. Leave this page open, or come back.',
    cancelled: 'This event will not take place.',
    cancelledWhy: 'Whoever has paid gets the money back without doing anything.',
    over: 'This event is over.',
    overWhy: 'See what is on next.',
    seatingPlan: 'Seating plan',
  },

  filter: {
    title: 'Filter',
    price: 'Price',
    anyPrice: 'Any price',
    upTo: (price: string) => `Up to ${price}`,
    accessible: 'Wheelchair places only',
    unrestricted: 'Unrestricted view only',
    matching: (n: number) => count(n, { one: '# free place fits', other: '# free places fit' }),
    showAll: 'Show all places',
    outside: 'outside your filter',
    none: 'No free place fits your filter.',
  },

  view: {
    see: 'View from here',
    from: (seat: string) => `The view from ${seat}`,
    drawn: 'Drawn from the seating plan: how near the stage is, and at which angle.',
    back: 'Close the view',
  },

  map: {
    label: (house: string) =>
      `Seat map of ${house}. Arrow keys move between seats, Enter chooses, plus and minus zoom. ` +
      'The list holds the same seats.',
    closer: 'Closer',
    farther: 'Farther',
    fit: 'Whole house',
    from: (price: string) => `from ${price}`,
    soldOut: 'sold out',
    hintTouch: 'Tap a section to come closer',
    hintMouse: 'Click a section to come closer',
    taken: 'taken',
    free: 'free',
    yours: 'yours',
    notForSale: 'not for sale',
  },

  seat: {
    full: (section: string, row: string, seat: string) => `${section}, row ${row}, seat ${seat}`,
    table: (section: string, table: string, seat: string) => `${section}, table ${table}, seat ${seat}`,
    short: (row: string, seat: string) => `Row ${row} ${seat}`,
    standing: (section: string, area: string) =>
      area.toLowerCase().includes(section.toLowerCase()) ? area : `${section}, ${area}`,
    accessible: 'wheelchair place',
    companion: 'companion seat',
    restricted: 'restricted view',
    row: (name: string) => `Row ${name}`,
    number: (name: string) => `seat ${name}`,
  },

  types: {
    adult: 'Adult',
    child: 'Child',
    reduced: 'Reduced',
    concession: 'Concession',
    student: 'Student',
    senior: 'Senior',
    youth: 'Youth',
    wheelchair: 'Wheelchair user',
    companion: 'Companion',
  } as Record<string, string>,

  tray: {
    title: 'Your places',
    empty: 'Choose on the map, or let us find the best there are.',
    emptyList: 'Choose from the list, or let us find the best there are.',
    best: 'Best places together',
    howMany: 'How many',
    fewer: 'One fewer',
    more: 'One more',
    anyPrice: 'At any price',
    upTo: (category: string, price: string) => `${category}, ${price}`,
    which: 'At which price',
    accessible: 'With a wheelchair place',
    find: (n: number) => (n === 1 ? 'Find the best place' : `Find the best ${n}`),
    finding: 'Looking',
    standing: 'Standing',
    priceType: (seat: string) => `Price for ${seat}`,
    remove: (seat: string) => `Remove ${seat}`,
    places: (n: number) => count(n, places),
    allIn: (fees: string) => `all in, with ${fees} of fees and tax`,
    allInPlain: 'all in',
    hold: (n: number) => `Hold ${count(n, places)}`,
    holding: 'Holding',
    held: 'Held for you',
    clock: 'Time left to pay',
    checkout: 'Go to checkout',
    release: (n: number) => `Give the ${count(n, bare)} back`,
    more_: 'Show your places',
    options: 'More options',
    less: 'Hide your places',
    limit: (n: number) => `One buyer can take at most ${some(n)} here.`,
    holdFor: (time: string) => `We hold what you choose for ${time} while you pay.`,
    atMost: (n: number) => `One buyer can take ${some(n)}.`,
    addMore: 'Choose further places and they join this hold.',
    exchange: (seat: string) => `Change ${seat}`,
    exchanging: (seat: string) => `Choose another place instead of ${seat}. Until then it stays yours.`,
    exchangeStop: 'Keep it',
  },

  say: {
    chosen: (seat: string, total: string) => `${seat} chosen. Total ${total}.`,
    dropped: (seat: string, total: string) => `${seat} removed. Total ${total}.`,
    held: (n: number, time: string) =>
      `${count(n, { one: '# place is', other: '# places are' })} held for you. ${time} to pay.`,
    added: (seat: string) => `${seat} was added to your hold.`,
    exchanged: (before: string, after: string) => `${after} instead of ${before}.`,
    givenBack: (seat: string) => `${seat} was given back.`,
    released: 'Your places were given back.',
    left: (time: string) => `${time} left to pay.`,
    days: (n: number) => count(n, { one: '# day', other: '# days' }),
    minutes: (n: number) => count(n, { one: '# minute', other: '# minutes' }),
    seconds: (n: number) => count(n, { one: '# second', other: '# seconds' }),
    offline: 'You are offline.',
    online: 'You are back online.',
    confirmed: 'Paid. Your tickets are here.',
    moved: (seat: string, state: string, price: string) => `${seat}, ${state}${price && `, ${price}`}`,
  },

  notice: {
    taken: (seats: string[]) =>
      `${list(seats)} ${seats.length === 1 ? 'was' : 'were'} taken a moment ago.`,
    offerBeside: (seats: string, n: number) =>
      `${capital(seats)} ${n === 1 ? 'is' : 'are'} free beside it.`,
    offerNearby: (seats: string, n: number) =>
      `${capital(seats)} ${n === 1 ? 'is' : 'are'} free nearby.`,
    row: (name: string, seats: string[]) => `row ${name} ${list(seats)}`,
    take: (seats: string) => `Take ${seats}`,
    noOffer: 'Nothing like it is left nearby. The map shows what is free.',
    expired: 'The time to pay ran out and your places went back. Nothing was charged.',
    again: 'Hold them again',
    gone: 'Your hold has ended. Choose again.',
    elsewhere: 'Your places were changed in another window. This is how they stand now.',
    single: (seats: string[]) =>
      `${capital(list(seats))} would be left alone between taken seats. Take ${seats.length === 1 ? 'it' : 'them'} as well, or move by one.`,
    takeSingle: 'Move by one',
    notTogether: (n: number) =>
      `There are not ${inWords(n)} places side by side at this price. Try fewer, another price, or choose on the map.`,
    section: 'Not that many places are left there. Choose fewer or another part of the house.',
    limit: (n: number) =>
      `One buyer can take at most ${some(n)} here, counting what you already hold or bought.`,
    closed: 'Sales are stopped for a check. Nothing is lost; try again in a few minutes.',
    notOpen: 'Nothing is on sale at this time. The page says when the sale opens.',
    cancelled: 'This event was cancelled. Whoever has paid gets the money back.',
    busy: 'Very many people are here now. Nothing was taken or charged; try again in a moment.',
    waiting: 'The waiting room is open. Join it to get your turn.',
    attempts: 'Too many cards were tried. Nothing was charged; give the places back and hold them again.',
    outcome:
      'Your bank has not answered yet. Your order is safe: this page keeps asking and never charges twice.',
    provider:
      'Payments are not getting through just now. Nothing was charged and your places stay yours; try again in a moment.',
    card: 'The card is not known. Nothing was charged; choose it again.',
    paying: 'A payment for these places is on its way. Wait for its answer.',
    ended: 'This order can no longer be changed.',
    unreachable: 'The box office did not answer. Check your connection, then try again.',
    unknown: 'Something broke on our side. Nothing was charged by this; try again in a moment.',
    dismiss: 'Close this message',
  },

  list: {
    title: 'Places by section',
    free: (n: number) => (n === 0 ? 'sold out' : `${number(n)} free`),
    from: (price: string) => `from ${price}`,
    onlyFree: 'Hide sections that are sold out',
    grid: (section: string) => `${section}: arrow keys move between seats, Enter chooses`,
    rowFree: (n: number) => (n === 0 ? 'none free' : `${number(n)} free`),
    taken: 'taken',
    yours: 'yours',
  },

  offline: {
    checkout:
      'You are offline. Your places stay held until the clock runs out; this page goes on by itself.',
    banner: 'You are offline. The map shows what was free a moment ago; it catches up by itself.',
  },

  failure: {
    title: 'The page could not be opened',
    again: 'Try again',
    missing: 'There is nothing here',
    missingWhy: 'The address may be mistyped, or the event was taken from the programme.',
    order: 'This order cannot be shown here',
    orderWhy:
      'An order opens in the browser that made it, and with the link in the confirmation mail.',
  },

  checkout: {
    title: 'Checkout',
    back: 'Back to the seats',
    yourOrder: 'What you buy',
    bought: 'What you bought',
    tickets: (n: number) => count(n, { one: '# ticket', other: '# tickets' }),
    prices: 'Ticket prices',
    fees: 'Fees',
    orderFee: 'Order fee',
    tax: 'Tax',
    total: 'Total',
    you: 'Who you are',
    name: 'Name',
    nameMissing: 'Write your name as it should stand on the order.',
    email: 'Mail address',
    emailWhy: 'Your tickets are sent there too.',
    emailMissing: 'Write a mail address like name@example.org.',
    card: 'Test card',
    cardWhy: 'This box office runs with a test bank: no money moves. Choose how the card behaves.',
    how: 'How you pay',
    howWhy:
      'What you enter goes straight to Stripe, who takes payments for this box office. We never see your card.',
    formLoading: 'The payment form is coming',
    formMissing: (host: string) =>
      `The payment form did not come. Something in this browser may keep out ${host}: allow it, or check your connection. Nothing was charged, and your places stay yours until the clock runs out.`,
    formOffline:
      'You are offline, so the payment form cannot come. It comes by itself when you are back.',
    formWait: 'The payment form is not there yet. Wait a moment, then pay.',
    pay: (total: string) => `Pay ${total}`,
    take: 'Get the tickets',
    paying: 'Asking your bank',
    payingWhy: 'Keep this page open. If it closes by accident, your order is safe: open it again.',
    slow: 'The bank is slow today. We keep asking; nothing is charged twice.',
    bankAsks: 'Your bank wants to know it is you',
    bankAsksWhy: (total: string) =>
      `Approve the payment of ${total} at your bank. This is the test bank: the button approves it.`,
    bankHere: (total: string) =>
      `Your bank asks in a window over this page whether you pay ${total}. Answer there; this page then goes on by itself.`,
    bankThere: (total: string) =>
      `You pay ${total} on your bank’s own page, which then brings you back here. If you were there already, wait a moment.`,
    bankGo: 'Go to the bank',
    bankWaits: 'Waiting for your answer',
    anotherWay: 'Pay another way',
    turnedBack: 'Your bank still waits for an answer. That payment is given up as soon as you pay here; nothing is charged twice.',
    returnToBank: 'Back to the bank’s question',
    approve: 'Approve at the bank',
    approving: 'Approving',
    refuse: 'Refuse',
    declined: 'Your bank said no',
    stillYours: (n: number, time: string) =>
      `Nothing was charged, and your ${count(n, { one: 'place stays', other: 'places stay' })} yours for ${time}.`,
    another: 'Try another card.',
    reasons: {
      card_declined: 'The card was declined.',
      declined: 'The card was declined.',
      insufficient_funds: 'There is not enough money on the card.',
      expired_card: 'The card has run out.',
      authentication_failed: 'The bank could not confirm that it was you.',
      incorrect_number: 'The card number is not right.',
      incorrect_cvc: 'The security code of the card is not right.',
      call_issuer: 'The bank does not allow it and says why only to you: ask it.',
      processing_error:
        'The bank could not be reached properly. The same card may work in a moment.',
      card_not_supported: 'This card cannot pay this.',
      not_completed: 'The payment was not finished at the bank.',
    } as Record<string, string>,
    expired: 'The time to pay ran out',
    expiredWhy: (n: number) => `Your ${count(n, bare)} went back on sale. Nothing was charged.`,
    expiredBack:
      'Your payment came through when the places were already gone. The money goes back by itself; you need not do anything.',
    expiredPaying:
      'Your bank has not answered in time. If it still says yes, you get the places if they are free, or the money back by itself. This page tells you.',
    chooseAgain: 'Choose again',
  },

  cards: {
    tok_ok: ['A card that works', 'is charged at once'],
    tok_3ds: ['A card whose bank asks first', '3-D Secure'],
    tok_slow: ['A card of a slow bank', 'answers after some seconds'],
    tok_declined: ['A card that is declined', 'nothing is charged'],
    tok_insufficient_funds: ['A card without enough money', 'nothing is charged'],
  } as Record<string, [string, string]>,

  order: {
    number: 'Order number',
    seeYou: (when: string) => `See you ${when}`,
    thanks: (name: string) => `Thank you, ${name}.`,
    thanksPlain: 'Thank you.',
    showCode: 'Show the code at the door, on this screen or on paper.',
    bright: 'Turn up the brightness of your screen at the door.',
    keep: 'Keep the link of this page: it opens your tickets anywhere.',
    kept: 'This device keeps them: they open without a connection too.',
    offline: 'You are offline. These are your tickets as this device last saw them.',
    share: 'Pass on',
    copied: 'The link is copied. Whoever has it has the tickets.',
    pdf: 'Ticket as PDF',
    resend: 'Send by mail again',
    resent: (email: string) => `Your tickets are on their way to ${email}.`,
    resendLater:
      'They were sent a moment ago. Look among unwanted mail too, or try again later.',
    calendar: 'Add to calendar',
    print: 'Print',
    ticketOf: (n: number, all: number) => `Ticket ${n} of ${all}`,
    codeOf: (seat: string) => `Code for ${seat}`,
    row: 'Row',
    seat: 'Seat',
    standing: 'Standing',
    used: (when: string) => `Used ${when}`,
    invalid: 'No longer valid',
    waiting: 'Your tickets are being written',
    cancelled: 'This order has ended',
    releasedWhy: (n: number) => `You gave the ${count(n, bare)} back. Nothing was charged.`,
    eventCancelled: 'The event was cancelled',
    eventCancelledWhy: 'It will not take place. Your money comes back without you doing anything.',
    refunded: 'This order was refunded',
    refundedWhy: (total: string) =>
      `${total} go back the way they came. That can take your bank a few days.`,
    partRefunded: (total: string) => `${total} were refunded.`,
    seeOthers: 'See what else is on',
  },
}

export type Words = typeof en
