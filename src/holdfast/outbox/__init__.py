"""The outbox: what was decided in a commit and is done outside after it, at least once."""

from holdfast.outbox.errand import (
    ErrandFailed,
    ErrandRefused,
    ErrandWaits,
    OwnLanes,
    Taken,
    Teller,
)
from holdfast.outbox.relay import MONEY, Relay

__all__ = [
    "MONEY",
    "ErrandFailed",
    "ErrandRefused",
    "ErrandWaits",
    "OwnLanes",
    "Relay",
    "Taken",
    "Teller",
]
