"""What went wrong, as one sentence for whoever typed the command."""

import traceback

from holdfast.config import SettingError
from holdfast.database.errors import DatabaseError, Trouble, classify
from holdfast.database.folder import EmbeddedError
from holdfast.refusals import Refusal
from holdfast.venues.chart_faults import ChartFaults

_NOT_LET_IN = ("28", "3D")  # SQLSTATE: wrong user or password, no such database


class Fault(Exception):  # noqa: N818 - what a person did or met, not an error of ours
    """A command cannot do what was asked; the text says why and what to do."""


def sentence_of(error: Exception) -> str:
    """A sentence that says what happened and, where somebody can do something, what."""
    if isinstance(error, (Fault, SettingError, EmbeddedError, DatabaseError)):
        return str(error)
    if isinstance(error, ChartFaults):
        return f"The chart cannot be used. Mend these and try again:\n{error}"
    if isinstance(error, Refusal):
        problem = error.problem()
        return f"{problem['title']}: {problem['detail']}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    if classify(error) in (Trouble.PASSING, Trouble.LINK_LOST):
        return f"The database does not answer as it should ({error}). Try again in a moment."
    if str(getattr(error, "sqlstate", "")).startswith(_NOT_LET_IN):
        return f"The database does not let us in: {error}. Check HOLDFAST_DATABASE_URL."
    where = traceback.extract_tb(error.__traceback__)[-1]
    name = where.filename.rpartition("holdfast/")[2]
    return (
        f"This is a bug of Holdfast ({type(error).__name__}: {error}, in {name}:{where.lineno}). "
        "Please report it with the command you typed."
    )
