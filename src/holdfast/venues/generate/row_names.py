"""Names of rows and numbers of seats, as houses paint them."""

from collections.abc import Sequence

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are read as 1 and 0 in the dark."""


def lettered(index: int) -> str:
    """A, B, ... Z, AA, BB, ... ZZ, AAA: rows of a theatre, 0 the first."""
    return _LETTERS[index % len(_LETTERS)] * (index // len(_LETTERS) + 1)


def counted(counts: Sequence[int]) -> list[list[str]]:
    """1, 2, 3 from left to right, through all blocks of the row."""
    numbers: list[list[str]] = []
    first = 1
    for count in counts:
        numbers.append([str(number) for number in range(first, first + count)])
        first += count
    return numbers


def odd_and_even(counts: Sequence[int]) -> list[list[str]]:
    """Odd numbers to the left of the centre line, even ones to the right, both counted outwards."""
    total = sum(counts)
    left = (total + 1) // 2
    through = [str(2 * (left - index) - 1) for index in range(left)]
    through += [str(2 * (index + 1)) for index in range(total - left)]
    numbers: list[list[str]] = []
    first = 0
    for count in counts:
        numbers.append(through[first : first + count])
        first += count
    return numbers
