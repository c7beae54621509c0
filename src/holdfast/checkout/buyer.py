"""Who pays, as typed at the checkout: tidied, or refused with a sentence that says what is wrong.

An address is checked for its form only; whether it exists, a mail to it will tell.
"""

import re
import unicodedata

from holdfast.config import (
    BUYER_EMAIL_CHARACTERS_MAX,
    BUYER_NAME_CHARACTERS_MAX,
    BUYER_PHONE_CHARACTERS_MAX,
)
from holdfast.desk.order import Buyer
from holdfast.refusals import Refusal

_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@([^@\s\"(),:;<>\[\\\]_.]+\.)+[^@\s\W\d_-]{2,63}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]*")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
_UNSEEN = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp"})  # no letters: they break lines and mails


def check_buyer(buyer: Buyer) -> Buyer:
    """The buyer without stray spaces. Raises Refusal invalid_request for the first wrong field."""
    return Buyer(
        name=_name(buyer.name),
        email=_email(buyer.email),
        phone=_phone(buyer.phone),
        locale=_locale(buyer.locale),
    )


def _name(name: str) -> str:
    name = name.strip()
    if not name:
        raise _wrong("name", "Say who pays")
    if len(name) > BUYER_NAME_CHARACTERS_MAX:
        raise _wrong("name", f"Use at most {BUYER_NAME_CHARACTERS_MAX} characters")
    if _has_unseen(name):
        raise _wrong("name", "Use letters that can be printed, on one line")
    return name


def _email(email: str) -> str:
    email = email.strip()
    fits = len(email) <= BUYER_EMAIL_CHARACTERS_MAX and _EMAIL.fullmatch(email) is not None
    if not fits or ".." in email or _has_unseen(email):
        raise _wrong("email", "Write the address as name@example.org; the tickets go there")
    return email


def _phone(phone: str | None) -> str | None:
    phone = (phone or "").strip()
    if not phone:
        return None
    if len(phone) > BUYER_PHONE_CHARACTERS_MAX or _PHONE.fullmatch(phone) is None:
        raise _wrong("phone", "Write the number as +43 1 234567, or leave it out")
    return phone


def _locale(locale: str | None) -> str | None:
    if not locale:
        return None
    if _LOCALE.fullmatch(locale) is None:
        raise _wrong("locale", "Name a language as de or de-AT, or leave it out")
    return locale.replace("_", "-")


def _has_unseen(text: str) -> bool:
    return not text.isprintable() and any(unicodedata.category(c) in _UNSEEN for c in text)


def _wrong(field: str, sentence: str) -> Refusal:
    return Refusal("invalid_request", f"{sentence} - at `$.buyer.{field}`.")
