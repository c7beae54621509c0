"""Ways to spoil the sound sale of sale.py, and what the audit must say of each.

Where a constraint or index of the schema forbids the damage, it is dropped first: the audit is for
the day on which it was missing, not yet valid, or lost in a restore.
"""

from typing import NamedTuple


class Corruption(NamedTuple):
    """`statements` are run in turn; `found` are the checks that must speak up, and no others."""

    name: str
    found: frozenset[str]
    statements: tuple[str, ...]


def spoil(found: str, name: str, *statements: str) -> Corruption:
    return Corruption(name, frozenset(found.split()), statements)


BEN = "(SELECT order_id FROM orders WHERE session_id = 'Ben')"
CLEO = "(SELECT order_id FROM orders WHERE session_id = 'Cleo')"
DAN = "(SELECT order_id FROM orders WHERE session_id = 'Dan')"
EVE = "(SELECT order_id FROM orders WHERE session_id = 'Eve')"
FAY = "(SELECT order_id FROM orders WHERE session_id = 'Fay')"
GUS = "(SELECT order_id FROM orders WHERE session_id = 'Gus')"
HAL = "(SELECT order_id FROM orders WHERE session_id = 'Hal')"
# Ada's first order has three items: seat 0 refunded, 1 and 2 still hers.
ADA = "(SELECT order_id FROM orders WHERE session_id = 'Ada' ORDER BY created_at LIMIT 1)"
