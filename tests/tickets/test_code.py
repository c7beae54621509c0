"""The code on a ticket can be read by a scanner, and says the barcode."""

import re
from xml.etree import ElementTree

import zxingcpp

from holdfast.ids import barcode
from holdfast.tickets.code import MODULE_PIXELS, QUIET_MODULES, code_svg

SVG = "{http://www.w3.org/2000/svg}"
BARCODE = barcode(2**31 - 1, b"x" * 32, "i_1_aaaaaaaaaaaaaaaaaaaaaaaaaa_0")
PIXELS = 4


def drawn(svg: bytes) -> memoryview:
    """What a camera sees of the picture: its path of strokes, one row of modules each."""
    root = ElementTree.fromstring(svg)
    modules = int(root.attrib["viewBox"].split()[2]) // MODULE_PIXELS
    stroke = next(p for p in root.iter(f"{SVG}path") if "stroke" in p.attrib)
    picture = bytearray(b"\xff" * (modules * PIXELS) ** 2)
    x = y = 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", stroke.attrib["d"]):
        values = [float(n) for n in re.findall(r"-?[\d.]+", numbers)]
        if letter == "M":
            x, y = values
        elif letter == "m":
            x, y = x + values[0], y + values[1]
        else:
            for row in range(int(y) * PIXELS, (int(y) + 1) * PIXELS):
                start = row * modules * PIXELS + int(x) * PIXELS
                length = int(values[0]) * PIXELS
                picture[start : start + length] = bytes(length)
            x += values[0]
    side = modules * PIXELS
    return memoryview(bytes(picture)).cast("B", (side, side))


def test_a_scanner_reads_the_barcode_from_the_picture() -> None:
    found = zxingcpp.read_barcode(drawn(code_svg(BARCODE)))
    assert found is not None
    assert found.text == BARCODE
    assert found.format == zxingcpp.BarcodeFormat.QRCode


def test_the_longest_barcode_still_makes_a_small_code_with_its_margin() -> None:
    root = ElementTree.fromstring(code_svg(BARCODE))
    modules = int(root.attrib["viewBox"].split()[2]) // MODULE_PIXELS
    assert modules == 25 + 2 * QUIET_MODULES, "version 2: large modules, read from afar"


def test_the_picture_scales_and_stays_the_same() -> None:
    svg = code_svg(BARCODE)
    assert svg == code_svg(BARCODE)
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert "width" not in root.attrib, "the page says how large it is"
