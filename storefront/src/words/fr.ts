/** Toutes les phrases en français. Courtes, avec vous, sans points d’exclamation. */

import type { Words } from './en'
import { capital, count, list, number } from './forms'

const places = { one: '# place', other: '# places' }

export const fr: Words = {
  locale: 'fr-FR',
  direction: 'ltr',

  house: {
    boxOffice: 'Billetterie',
    skip: 'Aller au contenu',
    home: 'Tous les événements',
    foot: 'Chaque prix est le prix entier : frais et taxes compris.',
    madeWith: 'Billetterie Holdfast',
    language: 'Langue',
  },

  programme: {
    title: 'À l’affiche',
    search: 'Chercher dans le programme',
    found: (n) => count(n, { one: '# événement', other: '# événements' }),
    nothingFound: (text) => `Rien dans le programme ne correspond à « ${text} ».`,
    showAll: 'Tout afficher',
    empty: 'Le programme se prépare',
    emptyMore: 'Rien n’est encore annoncé. Revenez bientôt.',
    choose: 'Choisir des places',
    see: 'Voir l’événement',
    from: (price) => `dès ${price}`,
    doors: (time) => `portes ${time}`,
  },

  left: {
    plenty: 'Beaucoup de places',
    half: 'Environ la moitié reste',
    going: 'Part vite',
    few: 'Peu de places',
    last: (n) => (n === 1 ? 'La dernière place' : `Les ${n} dernières`),
    soldOut: 'Complet',
    cancelled: 'Annulé',
    over: 'Terminé',
    later: (when) => `En vente ${when}`,
    soon: 'Pas encore en vente',
  },

  film: {
    title: 'Le film de la vente',
    loading: (n: number) => `Chargement de la vente : ${number(n)} changements jusqu’ici`,
    empty: 'Rien n’a encore bougé dans cette salle. Le film commence avec la première place retenue.',
    controls: 'Le film',
    time: 'Heure', sold: 'vendues', held: 'retenues', free: 'libres',
    scrubber: 'Moment de la vente',
    play: 'Lire', pause: 'Arrêter', speed: 'Vitesse', whole: 'Tout en une minute',
    back: 'Un changement en arrière', forth: 'Un changement en avant',
    ended: 'La vente est terminée.',
    cut: (n: number) => `Le film montre les ${number(n)} premiers changements.`,
    say: (when: string, sold: string, free: string) =>
      `${when} : ${sold} vendues, ${free} libres`,
  },

  event: {
    doors: 'Portes',
    map: 'Plan',
    list: 'Liste',
    view: 'Comment choisir',
    loading: 'La salle s’ouvre',
    prices: 'Prix',
    marks: 'Montrer les formes',
    opens: (when) => `Les billets sont en vente ${when}.`,
    opensWhy: 'D’ici là, faites le tour de la salle. Cette page s’ouvre d’elle-même.',
    opensIn: (time) => `dans ${time}`,
    draft: 'Les billets ne sont pas encore en vente.',
    draftWhy: 'La date sera annoncée ici.',
    soldOut: 'Toutes les places sont prises.',
    soldOutWhy:
      'Celles que d’autres rendent paraissent ici aussitôt. Laissez cette page ouverte ou revenez.',
    cancelled: 'Cet événement n’aura pas lieu.',
    cancelledWhy: 'Qui a payé est remboursé sans rien avoir à faire.',
    over: 'Cet événement est terminé.',
    overWhy: 'Voyez la suite du programme.',
    seatingPlan: 'Plan de salle',
  },

  filter: {
    title: 'Filtrer',
    price: 'Prix',
    anyPrice: 'Tous les prix',
    upTo: (price) => `Jusqu’à ${price}`,
    accessible: 'Places fauteuil roulant seulement',
    unrestricted: 'Vue dégagée seulement',
    matching: (n) => count(n, { one: '# place libre convient', other: '# places libres conviennent' }),
    showAll: 'Montrer toutes les places',
    outside: 'hors de votre filtre',
    none: 'Aucune place libre ne convient à votre filtre.',
  },

  view: {
    see: 'La vue d’ici',
    from: (seat) => `La vue depuis ${seat}`,
    drawn: 'Dessinée d’après le plan : à quelle distance est la scène, et sous quel angle.',
    back: 'Fermer la vue',
  },

  map: {
    label: (house) =>
      `Plan de ${house}. Les flèches vont de place en place, Entrée choisit, plus et moins ` +
      'rapprochent et éloignent. La liste contient les mêmes places.',
    closer: 'Plus près',
    farther: 'Plus loin',
    fit: 'Toute la salle',
    from: (price) => `dès ${price}`,
    soldOut: 'complet',
    hintTouch: 'Touchez une zone pour approcher',
    hintMouse: 'Cliquez sur une zone pour approcher',
    taken: 'prise',
    free: 'libre',
    yours: 'à vous',
    notForSale: 'pas en vente',
  },

  seat: {
    full: (section, row, seat) => `${section}, rang ${row}, place ${seat}`,
    table: (section, table, seat) => `${section}, table ${table}, place ${seat}`,
    short: (row, seat) => `Rang ${row} ${seat}`,
    standing: (section, area) =>
      area.toLowerCase().includes(section.toLowerCase()) ? area : `${section}, ${area}`,
    accessible: 'place fauteuil roulant',
    companion: 'place accompagnateur',
    restricted: 'vue réduite',
    row: (name) => `Rang ${name}`,
    number: (name) => `place ${name}`,
  },

  types: {
    adult: 'Plein tarif',
    child: 'Enfant',
    reduced: 'Tarif réduit',
    concession: 'Tarif réduit',
    student: 'Étudiant',
    senior: 'Senior',
    youth: 'Jeune',
    wheelchair: 'Fauteuil roulant',
    companion: 'Accompagnateur',
  },

  tray: {
    title: 'Vos places',
    empty: 'Choisissez sur le plan, ou laissez-nous trouver les meilleures.',
    emptyList: 'Choisissez dans la liste, ou laissez-nous trouver les meilleures.',
    best: 'Les meilleures places côte à côte',
    howMany: 'Combien',
    fewer: 'Une de moins',
    more: 'Une de plus',
    anyPrice: 'À tout prix',
    upTo: (category, price) => `${category}, ${price}`,
    which: 'À quel prix',
    accessible: 'Avec une place fauteuil roulant',
    find: (n) => (n === 1 ? 'Trouver la meilleure' : `Trouver les ${n} meilleures`),
    finding: 'Nous cherchons',
    standing: 'Debout',
    priceType: (seat) => `Tarif pour ${seat}`,
    remove: (seat) => `Retirer ${seat}`,
    places: (n) => count(n, places),
    allIn: (fees) => `tout compris, dont ${fees} de frais et taxes`,
    allInPlain: 'tout compris',
    hold: (n) => `Réserver ${count(n, places)}`,
    holding: 'Réservation',
    held: 'Réservées pour vous',
    clock: 'Temps pour payer',
    checkout: 'Passer au paiement',
    release: (n) => count(n, { one: 'Rendre la place', other: 'Rendre les places' }),
    more_: 'Montrer vos places',
    options: 'Plus d’options',
    less: 'Cacher vos places',
    limit: (n) => `Ici, une personne peut prendre au plus ${count(n, places)}.`,
    holdFor: (time) => `Nous gardons ce que vous choisissez ${time}, le temps de payer.`,
    atMost: (n) => `Au plus ${count(n, places)} par personne.`,
    addMore: 'Choisissez d’autres places, elles rejoignent cette réservation.',
    exchange: (seat) => `Changer ${seat}`,
    exchanging: (seat) => `Choisissez une autre place au lieu de ${seat}. D’ici là, elle reste à vous.`,
    exchangeStop: 'La garder',
  },

  say: {
    chosen: (seat, total) => `${seat}, choisie. Total ${total}.`,
    dropped: (seat, total) => `${seat}, retirée. Total ${total}.`,
    held: (n, time) =>
      `${count(n, { one: '# place réservée', other: '# places réservées' })} pour vous. ${capital(time)} pour payer.`,
    added: (seat) => `${seat} rejoint votre réservation.`,
    exchanged: (before, after) => `${after} au lieu de ${before}.`,
    givenBack: (seat) => `${seat}, rendue.`,
    released: 'Vos places ont été rendues.',
    left: (time) => `Encore ${time} pour payer.`,
    days: (n) => count(n, { one: '# jour', other: '# jours' }),
    minutes: (n) => count(n, { one: '# minute', other: '# minutes' }),
    seconds: (n) => count(n, { one: '# seconde', other: '# secondes' }),
    offline: 'Vous êtes hors ligne.',
    online: 'Vous êtes de nouveau en ligne.',
    confirmed: 'Payé. Voici vos billets.',
    moved: (seat, state, price) => `${seat}, ${state}${price && `, ${price}`}`,
  },

  notice: {
    taken: (seats) =>
      `${list(seats)} ${seats.length === 1 ? 'vient d’être prise' : 'viennent d’être prises'}.`,
    offerBeside: (seats, n) => `${capital(seats)} ${n === 1 ? 'est libre' : 'sont libres'} à côté.`,
    offerNearby: (seats, n) => `${capital(seats)} ${n === 1 ? 'est libre' : 'sont libres'} tout près.`,
    row: (name, seats) => `rang ${name} ${list(seats)}`,
    take: (seats) => `Prendre ${seats}`,
    noOffer: 'Rien de semblable ne reste tout près. Le plan montre ce qui est libre.',
    expired:
      'Le temps pour payer est écoulé et vos places sont reparties. Rien n’a été débité.',
    again: 'Les réserver de nouveau',
    gone: 'Votre réservation a pris fin. Choisissez de nouveau.',
    elsewhere: 'Vos places ont changé dans une autre fenêtre. Les voici maintenant.',
    single: (seats) =>
      `${capital(list(seats))} resterait entre des places prises. Prenez-${seats.length === 1 ? 'la' : 'les'} aussi, ou décalez-vous d’une place.`,
    takeSingle: 'Se décaler d’une place',
    notTogether: (n) =>
      `Il n’y a pas ${number(n)} places côte à côte à ce prix. Essayez-en moins, un autre prix, ou choisissez sur le plan.`,
    section: 'Il n’y reste pas autant de places. Choisissez-en moins ou une autre zone.',
    limit: (n) =>
      `Ici, une personne peut prendre au plus ${count(n, places)}, avec ce que vous avez déjà réservé ou acheté.`,
    closed:
      'La vente est arrêtée pour une vérification. Rien n’est perdu ; réessayez dans quelques minutes.',
    notOpen: 'Rien n’est en vente en ce moment. La page dit quand la vente ouvre.',
    cancelled: 'Cet événement a été annulé. Qui a payé est remboursé.',
    busy: 'Il y a beaucoup de monde. Rien n’a été pris ni débité ; réessayez dans un instant.',
    waiting: 'La salle d’attente est ouverte. Entrez-y pour avoir votre tour.',
    attempts:
      'Trop de cartes ont été essayées. Rien n’a été débité ; rendez les places et réservez-les de nouveau.',
    outcome:
      'Votre banque n’a pas encore répondu. Votre commande est en sûreté : cette page continue de demander et ne débite jamais deux fois.',
    provider:
      'Les paiements ne passent pas en ce moment. Rien n’a été débité et vos places restent à vous ; réessayez dans un instant.',
    card: 'Cette carte est inconnue. Rien n’a été débité ; choisissez-la de nouveau.',
    paying: 'Un paiement pour ces places est en route. Attendez sa réponse.',
    ended: 'Cette commande ne peut plus changer.',
    unreachable: 'La billetterie ne répond pas. Vérifiez votre connexion, puis réessayez.',
    unknown: 'Quelque chose s’est cassé chez nous. Rien n’a été débité ; réessayez dans un instant.',
    dismiss: 'Fermer ce message',
  },

  list: {
    title: 'Places par zone',
    free: (n) => (n === 0 ? 'complet' : count(n, { one: '# libre', other: '# libres' })),
    from: (price) => `dès ${price}`,
    onlyFree: 'Cacher les zones complètes',
    grid: (section) => `${section} : les flèches vont de place en place, Entrée choisit`,
    rowFree: (n) => (n === 0 ? 'aucune libre' : count(n, { one: '# libre', other: '# libres' })),
    taken: 'prise',
    yours: 'à vous',
  },

  offline: {
    checkout:
      'Vous êtes hors ligne. Vos places restent réservées jusqu’à la fin du temps ; cette page reprend d’elle-même.',
    banner:
      'Vous êtes hors ligne. Le plan montre ce qui était libre à l’instant ; il se met à jour de lui-même.',
  },

  failure: {
    title: 'La page n’a pas pu s’ouvrir',
    again: 'Réessayer',
    missing: 'Il n’y a rien ici',
    missingWhy: 'L’adresse est peut-être mal tapée, ou l’événement a quitté le programme.',
    order: 'Cette commande ne peut pas s’afficher ici',
    orderWhy:
      'Une commande s’ouvre dans le navigateur qui l’a faite, et avec le lien du courriel de confirmation.',
  },

  checkout: {
    title: 'Paiement',
    back: 'Retour aux places',
    yourOrder: 'Ce que vous achetez',
    bought: 'Ce que vous avez acheté',
    tickets: (n) => count(n, { one: '# billet', other: '# billets' }),
    prices: 'Prix des billets',
    fees: 'Frais',
    orderFee: 'Frais de commande',
    tax: 'Taxes',
    total: 'Total',
    you: 'Qui vous êtes',
    name: 'Nom',
    nameMissing: 'Écrivez votre nom comme il doit figurer sur la commande.',
    email: 'Adresse électronique',
    emailWhy: 'Vos billets y sont envoyés aussi.',
    emailMissing: 'Écrivez une adresse comme nom@example.org.',
    card: 'Carte d’essai',
    cardWhy:
      'Cette billetterie travaille avec une banque d’essai : aucun argent ne circule. Choisissez comment la carte se comporte.',
    how: 'Comment vous payez',
    howWhy:
      'Ce que vous saisissez va directement à Stripe, qui encaisse pour cette billetterie. Nous ne voyons jamais votre carte.',
    formLoading: 'Le formulaire de paiement arrive',
    formMissing: (host) =>
      `Le formulaire de paiement n’est pas arrivé. Quelque chose dans ce navigateur bloque peut-être ${host} : autorisez-le ou vérifiez votre connexion. Rien n’a été débité, et vos places restent à vous jusqu’à la fin du temps.`,
    formOffline:
      'Vous êtes hors ligne, le formulaire de paiement ne peut donc pas arriver. Il viendra de lui-même à votre retour.',
    formWait: 'Le formulaire de paiement n’est pas encore là. Attendez un instant, puis payez.',
    pay: (total) => `Payer ${total}`,
    take: 'Obtenir les billets',
    paying: 'Nous demandons à votre banque',
    payingWhy:
      'Gardez cette page ouverte. Si elle se ferme par mégarde, votre commande est en sûreté : rouvrez-la.',
    slow: 'La banque est lente aujourd’hui. Nous continuons de demander ; rien n’est débité deux fois.',
    bankAsks: 'Votre banque veut savoir que c’est vous',
    bankAsksWhy: (total) =>
      `Approuvez le paiement de ${total} auprès de votre banque. Ceci est la banque d’essai : le bouton l’approuve.`,
    bankHere: (total) =>
      `Votre banque demande dans une fenêtre par-dessus cette page si vous payez ${total}. Répondez-y ; ensuite cette page continue d’elle-même.`,
    bankThere: (total) =>
      `Vous payez ${total} sur la page de votre banque et revenez ici automatiquement. Si vous y êtes déjà allé, attendez un instant.`,
    bankGo: 'Aller à la banque',
    bankWaits: 'Nous attendons votre réponse',
    anotherWay: 'Payer autrement',
    turnedBack: 'Votre banque attend encore votre réponse. Ce paiement est abandonné dès que vous payez ici ; rien n’est débité deux fois.',
    returnToBank: 'Revenir à la question de la banque',
    approve: 'Approuver à la banque',
    approving: 'Approbation',
    refuse: 'Refuser',
    declined: 'Votre banque a dit non',
    stillYours: (n, time) =>
      `Rien n’a été débité, et ${count(n, { one: 'votre place reste', other: 'vos places restent' })} à vous ${time}.`,
    another: 'Essayez une autre carte.',
    reasons: {
      card_declined: 'La carte a été refusée.',
      declined: 'La carte a été refusée.',
      insufficient_funds: 'Il n’y a pas assez d’argent sur la carte.',
      expired_card: 'La carte a expiré.',
      authentication_failed: 'La banque n’a pas pu confirmer que c’était vous.',
      incorrect_number: 'Le numéro de la carte n’est pas juste.',
      incorrect_cvc: 'Le code de sécurité de la carte n’est pas juste.',
      call_issuer: 'La banque ne le permet pas et ne dit pourquoi qu’à vous : demandez-lui.',
      processing_error:
        'La banque n’a pas pu être bien jointe. La même carte peut marcher dans un instant.',
      card_not_supported: 'Cette carte ne peut pas payer cela.',
      not_completed: 'Le paiement n’a pas été terminé à la banque.',
    },
    expired: 'Le temps pour payer est écoulé',
    expiredWhy: (n) =>
      `${count(n, { one: 'Votre place est', other: 'Vos places sont' })} de nouveau en vente. Rien n’a été débité.`,
    expiredBack:
      'Votre paiement est arrivé quand les places étaient déjà parties. L’argent revient de lui-même ; vous n’avez rien à faire.',
    expiredPaying:
      'Votre banque n’a pas répondu à temps. Si elle dit encore oui, vous recevez les places si elles sont libres, ou l’argent revient de lui-même. Cette page vous le dira.',
    chooseAgain: 'Choisir de nouveau',
  },

  cards: {
    tok_ok: ['Une carte qui marche', 'débitée aussitôt'],
    tok_3ds: ['Une carte dont la banque demande d’abord', '3-D Secure'],
    tok_slow: ['Une carte d’une banque lente', 'répond après quelques secondes'],
    tok_declined: ['Une carte refusée', 'rien n’est débité'],
    tok_insufficient_funds: ['Une carte sans assez d’argent', 'rien n’est débité'],
  },

  order: {
    number: 'Numéro de commande',
    seeYou: (when) => `À ${when}`,
    thanks: (name) => `Merci, ${name}.`,
    thanksPlain: 'Merci.',
    showCode: 'Montrez le code à l’entrée, sur cet écran ou sur papier.',
    bright: 'Augmentez la luminosité de l’écran à l’entrée.',
    keep: 'Gardez le lien de cette page : il ouvre vos billets partout.',
    kept: 'Cet appareil les garde : ils s’ouvrent aussi sans connexion.',
    offline: 'Vous êtes hors ligne. Voici vos billets tels que cet appareil les a vus pour la dernière fois.',
    share: 'Transmettre',
    copied: 'Le lien est copié. Qui l’a, a les billets.',
    pdf: 'Billet en PDF',
    resend: 'Renvoyer par courriel',
    resent: (email) => `Vos billets sont en route vers ${email}.`,
    resendLater:
      'Ils viennent d’être envoyés. Regardez aussi dans les indésirables, ou réessayez plus tard.',
    calendar: 'Ajouter au calendrier',
    print: 'Imprimer',
    ticketOf: (n, all) => `Billet ${n} sur ${all}`,
    codeOf: (seat) => `Code pour ${seat}`,
    row: 'Rang',
    seat: 'Place',
    standing: 'Debout',
    used: (when) => `Utilisé ${when}`,
    invalid: 'N’est plus valable',
    waiting: 'Vos billets s’écrivent',
    cancelled: 'Cette commande a pris fin',
    releasedWhy: (n) =>
      `Vous avez rendu ${count(n, { one: 'la place', other: 'les places' })}. Rien n’a été débité.`,
    eventCancelled: 'L’événement a été annulé',
    eventCancelledWhy: 'Il n’aura pas lieu. Votre argent revient sans que vous ayez rien à faire.',
    refunded: 'Cette commande a été remboursée',
    refundedWhy: (total) =>
      `${total} reviennent par où ils sont venus. Cela peut prendre quelques jours à votre banque.`,
    partRefunded: (total) => `${total} ont été remboursés.`,
    seeOthers: 'Voir le reste du programme',
  },
}
