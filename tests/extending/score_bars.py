"""A figure: the scores as bars. One file, and an entry point that names it."""

from bpo_index.definition import IndexDefinition
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.result import Result

WIDTH = 480


def chart_bars(result: Result, _definition: IndexDefinition) -> Chart:
    import altair as alt

    rows = result.ranking.drop_nulls("score").select("name", "score").to_dicts()
    bars = alt.Chart(alt.InlineData(values=rows)).mark_bar().encode(alt.X("score:Q"), alt.Y("name:N", sort="-x"))
    return Chart(bars.properties(width=WIDTH), ["A bar a unit, the longest on top."], WIDTH)


def describe_bars(result: Result, _definition: IndexDefinition) -> str:
    return f"The longest bar is {result.ranking['name'][0]}'s."


RECORDS = (
    FigureRecord(
        name="score-bars",
        title="Scores as bars",
        line="a bar a unit, as long as its score",
        needs=lambda result: result.ranking["score"].count() > 0,
        chart=chart_bars,
        describe=describe_bars,
    ),
)
