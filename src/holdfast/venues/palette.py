"""Colours for price categories that come without one.

The ramp is ordered by lightness (OKLCH 0.40 to 0.80), so that dearer reads as darker even without
colour, and its neighbours stay apart for the three common kinds of colour blindness: at least 0.08
in OKLab after simulation.
"""

RAMP = ("#582493", "#9a227d", "#c23d5d", "#d6673f", "#d8953d", "#d8bd51")
"""From the dearest to the cheapest."""

STANDING = "#177f8e"
"""Standing places: beside the ramp, not on it."""

_FURTHER = ("#30718e", "#2b9095", "#4a8f5c", "#7d8f3a", "#8a6d5a", "#6c7383")


def ramp(count: int) -> tuple[str, ...]:
    """`count` colours from dear to cheap, as far apart as the ramp allows.

    Beyond six, further colours follow, and beyond twelve they come round again.
    """
    if count <= 1:
        return RAMP[:count]
    if count <= len(RAMP):
        last = len(RAMP) - 1
        return tuple(RAMP[round(step * last / (count - 1))] for step in range(count))
    colours = RAMP + _FURTHER
    return tuple(colours[index % len(colours)] for index in range(count))
