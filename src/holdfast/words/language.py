"""A buyer's language: sentences from the catalogues beside this file, money, dates and times.

Sentences are looked up by their English text; a language without a catalogue is answered in
English. Pure but for reading the catalogues, once per language.
"""

import io
from datetime import datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, get_currency_precision

LANGUAGES: Final = ("en", "de", "es", "fr")
DEFAULT: Final = "en_GB"


class Language:
    """How one buyer is spoken to. `code` is a language of LANGUAGES."""

    def __init__(self, locale: Locale, catalogue: NullTranslations) -> None:
        self._locale = locale
        self._catalogue = catalogue
        self.code = str(locale.language)

    def say(self, sentence: str, **values: object) -> str:
        """The sentence in this language, with the values where it names them in braces."""
        return self._catalogue.gettext(sentence).format(**values)

    def money(self, amount: int, currency: str) -> str:
        """Minor units as people write them: 5720, EUR is €57.20."""
        digits = get_currency_precision(currency)
        return format_currency(amount / 10**digits, currency, locale=self._locale)

    def date(self, moment: datetime, time_zone: str) -> str:
        """The day of a moment at the venue: "Saturday, 1 March 2027"."""
        return format_date(moment.astimezone(_zone(time_zone)), "full", locale=self._locale)

    def time(self, moment: datetime, time_zone: str) -> str:
        """The time of a moment at the venue: "19:30"."""
        there = moment.astimezone(_zone(time_zone))
        return format_time(there.timetz(), "short", locale=self._locale)

    def place(self, section: str, row: str | None, seat_number: str | None) -> str:
        """A place as one says it: "Stalls, row F, seat 12"."""
        words = [section]
        if row is not None:
            words.append(self.say("row {row}", row=row))
        if seat_number is not None:
            words.append(self.say("seat {seat}", seat=seat_number))
        return ", ".join(words)


@lru_cache(maxsize=256)
def language_of(locale: str | None) -> Language:
    """The language of a buyer's locale, as de-AT or pt_BR; English where there is none."""
    try:
        found = Locale.parse((locale or DEFAULT).replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        found = Locale.parse(DEFAULT)
    if found.language not in LANGUAGES:
        found = Locale.parse(DEFAULT)
    return Language(found, _catalogue(str(found.language)))


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> NullTranslations:
    """The sentences of a language; English stands in the code itself."""
    if code == "en":
        return NullTranslations()
    written = files("holdfast.words").joinpath(f"{code}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(written), locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
