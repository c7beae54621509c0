"""How large a chart may be: each limit with its unit and its reason.

They protect the process that reads a chart somebody uploaded, and the buyers' browsers after it.
docs/chart-format.md lists them.
"""

from typing import Final

FILE_BYTES_MAX: Final = 67_108_864
"""64 MiB: 250,000 seats in the wordiest format. Larger files are refused before they are read."""

PLACES_MAX: Final = 250_000
"""Seats and standing places per chart: twice the largest stadium on earth."""

SECTIONS_MAX: Final = 1_000
"""Sections per chart: the largest stadiums have about 400; section ids fit 16 bits."""

CATEGORIES_MAX: Final = 200
"""Price categories per chart: nobody tells 200 colours apart, and an index fits one byte."""

AREAS_MAX: Final = 1_000
"""Standing areas per chart, as many as sections."""

SHAPES_MAX: Final = 5_000
"""Drawn things per chart; every one is drawn on every buyer's phone."""

CORNERS_MAX: Final = 1_000
"""Corners of one polygon."""

COORDINATE_MAX: Final = 10_000_000
"""Chart units from the origin. Beyond it the drawing has lost its scale."""

NAME_CHARACTERS_MAX: Final = 100
"""Names of charts, sections, categories and areas: more does not fit a ticket."""

LABEL_CHARACTERS_MAX: Final = 40
"""Names of rows and tables and numbers of seats: more fits neither a ticket nor a map."""

JSON_OBJECTS_MAX: Final = 1_200_000
"""Objects or lists in a JSON file, counted before it is decoded. The wordiest format has two
objects to a seat; a file of ten million would take gigabytes of memory only to be refused."""

JSON_VALUES_MAX: Final = 8_000_000
"""Commas in a JSON file, counted before it is decoded: about 30 values to a seat."""

FAULTS_LISTED_MAX: Final = 50
"""Faults of one kind that are listed one by one; the rest are counted."""
