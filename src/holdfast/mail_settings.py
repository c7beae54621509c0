"""Which mail server, and whom mails come from. config.py reads it with the rest."""

import re
from typing import Final
from urllib.parse import urlsplit

from holdfast.setting import Setting, SettingError

MAIL_SETTINGS: Final = (
    Setting(
        "HOLDFAST_SMTP_URL",
        "",
        "smtp://user:password@host:port or smtps://... of the mail server; empty: mails are "
        "written as .eml files into the folder mail of the data folder; none: no mails.",
    ),
    Setting(
        "HOLDFAST_MAIL_FROM",
        "",
        "Whom mails come from, as Opera House <tickets@opera.example>; needed with a mail server.",
    ),
)


def read_mail(smtp_url: str, mail_from: str, public_url: str) -> dict[str, str]:
    """The settings of mail. Raises SettingError."""
    if mail_from and not re.fullmatch(r"([^<>@\r\n]*<)?[^<>@\s]+@[^<>@\s]+>?", mail_from):
        raise SettingError("HOLDFAST_MAIL_FROM must be like Opera House <tickets@opera.example>.")
    if smtp_url in ("", "none"):
        return {"smtp_url": smtp_url, "mail_from": mail_from}
    parts = urlsplit(smtp_url)
    try:
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingError(
            "HOLDFAST_SMTP_URL must be like smtp://user:password@mail.example:587; "
            "leave it empty to have mails written into a folder."
        )
    if not mail_from:
        raise SettingError("HOLDFAST_SMTP_URL needs HOLDFAST_MAIL_FROM: whom mails come from.")
    if not public_url:
        raise SettingError(
            "HOLDFAST_SMTP_URL needs HOLDFAST_PUBLIC_URL: the links in mails lead there."
        )
    return {"smtp_url": smtp_url, "mail_from": mail_from}
