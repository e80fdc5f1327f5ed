"""The report: one self-contained HTML page, from the answer to the downloads, with an explorer inside.

`render_report` puts the pages together: `answer`, `categories`, `unit_pages`, `ranks` and `drivers` (robustness),
`quality` (respondents), `method` (steps, limits). Nothing is loaded from anywhere: style, script, figures and the
explorer's numbers are in the file, and its content security policy forbids the rest.
Method pages: docs/methods/release.md, docs/methods/explorer.md.
"""

from bpo_index.publication.report.render import render_report

__all__ = ["render_report"]
