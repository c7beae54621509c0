"""The secret of a box office, from which every signature is made.

It comes from the settings; where none is given, one is made once and kept in the data folder,
closed to everybody else. Each purpose signs with a key of its own: a session is never a link.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from holdfast.config import SECRET_CHARACTERS_MIN, SettingError, Settings

SECRET_FILE = "secret"  # noqa: S105 (the name of a file)
SIGNATURE_BYTES = 32
_PRIVATE = 0o600


def find_secret(settings: Settings) -> bytes:
    """The secret of the settings, else the one kept in the data folder, made where there is none.

    Raises SettingError where the folder cannot be used or holds something that is no secret.
    """
    if settings.secret:
        return settings.secret.encode()
    path = settings.data / SECRET_FILE
    try:
        if not path.exists():
            _make(path)
        found = path.read_text().strip()
    except OSError as error:
        raise SettingError(
            f"The secret in {path} cannot be read or made ({error.strerror}). Run Holdfast as the "
            "user that owns the folder, or set HOLDFAST_SECRET."
        ) from error
    if len(found) < SECRET_CHARACTERS_MIN:
        raise SettingError(
            f"{path} is damaged: it holds fewer than {SECRET_CHARACTERS_MIN} characters. Put the "
            "file back from a backup; or remove it, and every open session and link ends."
        )
    return found.encode()


def signing_key(secret: bytes, purpose: str) -> bytes:
    """The key for one purpose, 32 bytes."""
    return hmac.digest(secret, f"holdfast {purpose}".encode(), hashlib.sha256)


def signature(key: bytes, message: bytes) -> bytes:
    """The message's MAC under a signing key, 32 bytes: keyed BLAKE2b (RFC 7693).

    A fifth of what HMAC-SHA256 costs for messages as short as ours, and it keeps Python's lock: a
    hold signs twice, and each time the lock was let go another thread took it (decision 0012).
    """
    return hashlib.blake2b(message, key=key, digest_size=SIGNATURE_BYTES).digest()


def _make(path: Path) -> None:
    """Write a new secret whole or not at all; of two processes at once, one wins for both."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        with open(descriptor, "w") as file:  # noqa: PTH123 (an open descriptor, not a path)
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(new, path)
        except FileExistsError:
            return
    finally:
        new.unlink()
