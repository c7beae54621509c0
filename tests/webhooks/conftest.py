"""The database of this folder's tests: one for all of a file, as for the checkout."""

from tests.checkout.conftest import database, shared_database

__all__ = ["database", "shared_database"]
