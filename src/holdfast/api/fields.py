"""The types of text, times and terms that request bodies share."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

# No control characters: they break lines and mails, and NUL is no text for the database.
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_PRINTABLE)]
Line = Annotated[str, Meta(max_length=400, pattern=_PRINTABLE)]
Color = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$", description="As #7a2e4d.")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="As EUR.")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[datetime, Meta(tz=True)]
HoldSeconds = Annotated[int, Meta(ge=1, le=86_400)]
OrderLimit = Annotated[int, Meta(ge=1, le=500)]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
Rounding = Annotated[int, Meta(ge=1, le=10_000)]
