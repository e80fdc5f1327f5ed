"""Report, annex and a page a unit: self-contained HTML pages; the report goes from the answer to the downloads.

`render_report` (reader) puts the reader's report together: `answer` and `ranking_table`, `explorer_part`, `unit_cards`,
`trust`; `unit_pages` has the pages of single units. `render_annex` (annex) has the rest: `categories`, `ranks` and
`drivers` (robustness), `quality` (respondents), `method` (steps, limits). Nothing is loaded from anywhere: style,
script, figures and the explorer's numbers are in the files, and their content security policy forbids the rest.
Method pages: docs/methods/release.md, docs/methods/explorer.md.
"""

from bpo_index.publication.report.annex import render_annex
from bpo_index.publication.report.reader import render_report
from bpo_index.publication.report.unit_pages import render_unit_pages

__all__ = ["render_annex", "render_report", "render_unit_pages"]
