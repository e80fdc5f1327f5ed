"""A figure: the scores as bars. One file, and an entry point that names it."""

from bpo_index.definition import IndexDefinition
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.result import Result


def chart_bars(result: Result, _definition: IndexDefinition) -> Chart:
    rows = result.ranking.drop_nulls("score").select("name", "score").to_dicts()
    # Vega-Lite in plain dicts; a chart of altair, or whatever else has `to_dict()`, would do as well.
    bars = {
        "data": {"values": rows},
        "mark": "bar",
        "width": 480,
        "encoding": {"x": {"field": "score", "type": "quantitative"}, "y": {"field": "name", "sort": "-x"}},
    }
    return Chart(bars, ["A bar a unit, the longest on top."])


def find_longest(result: Result, _definition: IndexDefinition) -> str:
    return f"{result.ranking['name'][0]} has the longest bar"


def describe_bars(result: Result, _definition: IndexDefinition) -> str:
    return f"The longest bar is {result.ranking['name'][0]}'s."


RECORDS = (
    FigureRecord(
        name="score-bars",
        title="Scores as bars",
        line="a bar a unit, as long as its score",
        needs=lambda result: result.ranking["score"].count() > 0,
        chart=chart_bars,
        finding=find_longest,
        describe=describe_bars,
    ),
)
