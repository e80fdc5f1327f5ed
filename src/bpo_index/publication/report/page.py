"""What report and annex share: style, script and policy of a page, texts round it, figures in their places."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import current_language
from bpo_index.display.numbers import show_level
from bpo_index.display.templates import load_template
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures import Figure, list_figures
from bpo_index.publication.figures.fonts import write_faces
from bpo_index.publication.figures.record import Place
from bpo_index.publication.figures.style import write_page_style
from bpo_index.publication.result import Result
from bpo_index.version import __version__

ASSETS = Path(__file__).resolve().parent / "assets"
#: Where the font goes, once it is known which letters a page has.
_FACES = "/* font */"
#: A figure of more bytes lies beside the page only.
_MOST_BYTES = 150_000


def render_page(template: str, result: Result, definition: IndexDefinition, **values: Any) -> bytes:
    """Return a page as UTF-8 HTML.

    Parameters
    ----------
    template
        Name of a file of `assets`.
    result, definition
        What is published.
    values
        What the template shows; `styles` and `scripts` are names of files of `assets`; `own_style` is a whole style
        instead, without the font.
    """
    from markupsafe import Markup  # noqa: PLC0415  (only runs that render pay)

    script = "".join(_read(name) for name in values.pop("scripts", ()))
    # A page of one unit has the reader's own fonts, so that a folder of them stays small.
    style = values.pop("own_style", None)
    if style is None:
        style = _FACES + "".join(_read(name) for name in values.pop("styles")) + write_page_style()
    page = load_template(ASSETS / template).render(
        definition=definition,
        version=__version__,
        language=current_language(),
        notice=result.notice,
        mark=result.mark,
        departures=result.standing.shown or result.standing.departures,
        policy=_write_policy(script),
        style=Markup(style),
        script=Markup(script),
        **{"phrase": bind_phrase(definition), **list_words(definition), **values},
    )
    written = str(page)
    return written.replace(_FACES, write_faces(written), 1).encode()


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def list_words(definition: IndexDefinition) -> dict[str, str]:
    """Return what sentences of report and annex may name: the words of the definition, and the confidence level."""
    words = definition.words
    return {
        **words.names,
        "unit_capital": start_sentence(words.unit),
        "units_capital": start_sentence(words.units),
        "respondents_capital": start_sentence(words.respondents),
        "level": show_level(definition.method.confidence_level),
    }


def bind_phrase(definition: IndexDefinition) -> Any:
    """Return `phrase` with the words of a definition, which the sentences of a template need not pass."""
    return partial(phrase, **list_words(definition))


def place_figures(figures: Mapping[str, Figure]) -> dict[str, list[dict[str, str]]]:
    """Return the figures of each place: names and SVG, which is empty where a figure lies beside the page."""
    from markupsafe import Markup  # noqa: PLC0415

    places = {record.name: record.place for record in list_figures()}
    shown: dict[str, list[dict[str, str]]] = {place: [] for place in get_args(Place)}
    for name, figure in figures.items():
        is_small = len(figure.page) + len(figure.page_narrow) <= _MOST_BYTES
        one = {
            "name": name,
            "svg": Markup(figure.page) if is_small else "",
            "narrow": Markup(figure.page_narrow) if is_small else "",
            "beside": phrase("report.figure_beside", name=name, path=f"figures/{name}.svg"),
        }
        shown.get(places.get(name, ""), shown["further"]).append(one)
    return shown


def _write_policy(script: str) -> str:
    """Return the content security policy: this script, styles and fonts in the page, and nothing from anywhere."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
