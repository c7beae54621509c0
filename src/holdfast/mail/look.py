"""How a wording looks: as plain text, and as HTML that mail programs can show.

mail.mjml is made into HTML once (mrml); what it says is filled in for each mail (jinja2), escaped
in the HTML. The parts that repeat are written as HTML here, since MJML is gone by then.
"""

from functools import cache
from importlib.resources import files

import mrml
from jinja2 import Environment, StrictUndefined, Template

from holdfast.mail.wording import Wording

_PARAGRAPHS = """[% for paragraph in wording.paragraphs %]\
<p style="margin:0 0 12px">[[ paragraph ]]</p>[% endfor %]"""
_PLACES = """[% if wording.places %]\
<table role="presentation" style="width:100%;border-collapse:collapse">\
[% for place in wording.places %]<tr>\
<td style="padding:4px 0">[[ place.name ]]</td>\
<td style="padding:4px 0 4px 16px;text-align:right;vertical-align:top;white-space:nowrap">\
[[ place.price ]]</td>\
</tr>[% endfor %]\
<tr style="font-weight:bold;border-top:1px solid #d8d4cc">\
<td style="padding:4px 0">[[ wording.total_word ]]</td>\
<td style="padding:4px 0 4px 16px;text-align:right;white-space:nowrap">[[ wording.total ]]</td>\
</tr></table>[% endif %]"""


def as_text(wording: Wording, link: str) -> str:
    """The wording in plain text."""
    return _template("mail.txt").render(wording=wording, link=link)


def as_html(wording: Wording, link: str) -> str:
    """The wording as an HTML document."""
    return _template("mail.mjml").render(wording=wording, link=link)


@cache
def _template(name: str) -> Template:
    source = files("holdfast.mail").joinpath(name).read_text(encoding="utf-8")
    html = name.endswith(".mjml")
    if html:
        source = mrml.to_html(source).content
        source = source.replace("PARAGRAPHS", _PARAGRAPHS).replace("PLACES", _PLACES)
    environment = Environment(
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        autoescape=html,  # noqa: S701 (plain text is not escaped)
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.from_string(source)
