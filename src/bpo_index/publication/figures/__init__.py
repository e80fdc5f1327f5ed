"""Figures of a release and of a plan, as SVG and PNG, without any outside call.

Stages of a figure: rows from the published frames, a chart (altair, `chart_…`), drawing (vl-convert, `draw`). Both are
imported by whoever draws. Limits: texts in scripts that the bundled font lacks are drawn with a font of the machine,
and the letters of a PNG come from the machine's own Liberation Sans where there is one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bpo_index.definition import IndexDefinition
from bpo_index.publication.figures.drawing import Figure, describe_chart, draw, prepare_drawing, skip_checks
from bpo_index.publication.figures.profiles import chart_profiles
from bpo_index.publication.figures.rank_probabilities import chart_rank_probabilities
from bpo_index.publication.figures.ranking import chart_ranking
from bpo_index.publication.figures.sensitivity import chart_sensitivity
from bpo_index.publication.figures.weights import chart_weights
from bpo_index.publication.result import Result

#: By name: the file of a figure within `figures/`.
_CHARTS = {
    "ranking": chart_ranking,
    "rank-probabilities": chart_rank_probabilities,
    "profiles": chart_profiles,
    "sensitivity": chart_sensitivity,
    "weights": chart_weights,
}

__all__ = ["Figure", "draw_figures"]


def draw_figures(result: Result, definition: IndexDefinition) -> dict[str, Figure]:
    """Return the figures of a release by name, without those for which there is nothing to draw.

    Parameters
    ----------
    result
        Its frames are all that is drawn.
    definition
        For titles and the words that say how scores and intervals were made.
    """
    drawn = {}
    # NOTE: what draws needs a while to start, and works outside Python: meanwhile the next figure is described.
    with ThreadPoolExecutor(2) as pool:
        pool.submit(prepare_drawing)
        with skip_checks():
            for name, make_chart in _CHARTS.items():
                chart = make_chart(result, definition)
                if chart is not None:
                    drawn[name] = pool.submit(draw, name, chart.title, chart.alt, describe_chart(chart))
    return {name: figure.result() for name, figure in drawn.items()}
