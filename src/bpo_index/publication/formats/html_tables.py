"""A page for readers as one HTML document: no script, nothing from elsewhere, readable on a phone and on paper."""

from __future__ import annotations

from html import escape
from string import Template

from bpo_index.publication.formats.reader_tables import NAME_AT, Page, Section

# NOTE: written here and not by a table library: these give no caption and no scope, and put style into the body.
_DOCUMENT = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title: $caption</title>
<style>
body { margin: 0; color: #1a1a1a; background: #fff; }
body { font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
.notice { padding: .5rem .75rem; border-left: .3rem solid #b45309; background: #fef3c7; font-weight: 600; }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; border-bottom: 2px solid #1a1a1a; }
caption { padding: .5rem 0; text-align: left; font-weight: 600; }
th, td { padding: .35rem .6rem; text-align: right; vertical-align: top; white-space: nowrap; }
thead th { border-top: 2px solid #1a1a1a; border-bottom: 1px solid #1a1a1a; }
thead th { vertical-align: bottom; white-space: normal; }
tbody tr + tr > * { border-top: 1px solid #d4d4d4; }
th.name, th.section { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
tbody th.name { font-weight: 400; }
tbody th.section { padding-top: 1rem; border-bottom: 1px solid #1a1a1a; }
th.in2 { padding-inline-start: 1.6rem; } th.in3 { padding-inline-start: 2.6rem; }
th.in4 { padding-inline-start: 3.6rem; } th.in5 { padding-inline-start: 4.6rem; }
th.in6 { padding-inline-start: 5.6rem; }
sup { line-height: 0; }
footer { margin-top: 1rem; font-size: .875rem; color: #404040; overflow-wrap: anywhere; }
footer p { margin: .4rem 0; }
@media (max-width: 40rem) { th, td { padding: .3rem .35rem; font-size: .8125rem; } th.name { min-width: 5rem; } }
@media print { main { max-width: none; padding: 0; } .table { overflow: visible; } tr { break-inside: avoid; } }
</style>
</head>
<body>
<main>
<h1 dir="auto">$title</h1>
$notice<div class="table" role="region" aria-label="$caption" tabindex="0">
<table id="$id">
<caption>$caption</caption>
<thead>
<tr>$headings</tr>
</thead>
$bodies
</table>
</div>
<footer>
$footer
</footer>
</main>
</body>
</html>
""")


def render_html(page: Page, table_id: str) -> bytes:
    """Return a page as an HTML document.

    Parameters
    ----------
    page
        What it holds.
    table_id
        The `id` of the table, for style sheets and links.
    """
    headings = [
        f'<th scope="col"{_name_class(place)} dir="auto">{escape_html(heading)}</th>'
        for place, heading in enumerate(page.headings)
    ]
    notes = [f'<p dir="auto"><sup>{mark}</sup> {escape_html(note)}</p>' for mark, note in page.notes]
    legend = [f'<p dir="auto">{escape_html(paragraph)}</p>' for paragraph in page.legend]
    return _DOCUMENT.substitute(
        title=escape_html(page.title),
        caption=escape_html(page.caption),
        notice=f'<p class="notice" role="note">{escape_html(page.notice)}</p>\n' if page.notice else "",
        id=escape_html(table_id),
        headings="".join(headings),
        bodies="\n".join(_write_body(section, len(page.headings)) for section in page.sections),
        footer="\n".join([*notes, *legend]),
    ).encode()


def _write_body(section: Section, width: int) -> str:
    lines = ["<tbody>"]
    if section.title:
        # NOTE: deeper than six levels all stand with the sixth.
        depth = "" if section.level == 1 else f" in{min(section.level, 6)}"
        title = escape_html(section.title)
        lines.append(f'<tr><th class="section{depth}" colspan="{width}" scope="rowgroup" dir="auto">{title}</th></tr>')
    for row in section.rows:
        cells = [f"<td>{escape_html(cell)}</td>" for cell in row.cells]
        mark = f"<sup>{row.mark}</sup>" if row.mark else ""
        name = escape_html(row.cells[NAME_AT])
        cells[NAME_AT] = f'<th class="name" scope="row" dir="auto">{name}{mark}</th>'
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody>"])


def _name_class(place: int) -> str:
    return ' class="name"' if place == NAME_AT else ""


def escape_html(text: str) -> str:
    """Return a text that HTML shows, and gives back when parsed, as it is.

    Examples
    --------
    >>> escape_html('<b>"&')
    '&lt;b&gt;&quot;&amp;'
    """
    # NOTE: a parser turns a return into a new line unless it is written as a number.
    return escape(text).replace("\r", "&#13;")
