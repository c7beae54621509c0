"""The code on a ticket: its barcode as a QR code, drawn as SVG.

Barcodes consist of letters, digits and a hyphen, which a QR code packs into 5.5 bits each. Pure:
the same barcode gives the same bytes.
"""

import io

import segno

QUIET_MODULES = 4  # the standard's margin; scanners that meet less of it on dark paper fail
MODULE_PIXELS = 8  # the size where nobody says; the picture scales


def code_svg(barcode: str) -> bytes:
    """The QR code of a barcode as an SVG document in UTF-8, black on white.

    Error correction M survives 15 % of damage: a crack in a phone's glass, a fold in the paper.
    """
    picture = io.BytesIO()
    segno.make_qr(barcode, error="m", boost_error=False).save(
        picture,
        kind="svg",
        border=QUIET_MODULES,
        scale=MODULE_PIXELS,
        dark="#000",
        light="#fff",
        omitsize=True,
        title="Ticket code",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return picture.getvalue()
