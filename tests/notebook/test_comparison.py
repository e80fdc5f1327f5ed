"""Rankings side by side are those of each alone."""

import polars as pl
import pytest

import bpo_index
from bpo_index.display.notebook import show_image
from bpo_index.display.numbers import show_score
from tests.surveys import make_definition, write_csv

pytestmark = pytest.mark.usefixtures("without_figures")
ROWS = ["a1,AAA,9,8,9", "a2,AAA,8,9,9", "b1,BBB,5,5,4", "b2,BBB,5,6,4", "c1,CCC,1,2,2", "c2,CCC,2,2,1", "c3,CCC,2,2,1"]


@pytest.fixture
def survey(tmp_path):
    return write_csv(tmp_path, *ROWS)


def test_definitions_side_by_side_have_the_scores_of_each(survey):
    definition = make_definition()
    geometric = definition.replace(method={"aggregation": "geometric"})
    heavy = definition.replace(weights={"last": 9})
    found = bpo_index.compare_methods([definition, geometric, heavy], survey)
    assert found.names == ["as defined", "aggregation geometric", "weight of Last 9"]
    table = found.to_polars()
    # By hand, in per cent of the scale: BBB has (50 + 55) / 2 = 52.5 in the first, 100 - 40 = 60 in the last category.
    assert dict(table.select("unit", "score_1").iter_rows())["BBB"] == pytest.approx((52.5 + 60) / 2)
    assert dict(table.select("unit", "score_3").iter_rows())["BBB"] == pytest.approx((52.5 + 9 * 60) / 10)
    assert dict(table.select("unit", "score_2").iter_rows())["BBB"] == pytest.approx((52.5 * 60) ** 0.5, abs=0.01)
    for n, one in enumerate((definition, geometric, heavy), start=1):
        responses = bpo_index.read_responses([survey], one)
        scores = bpo_index.score_units(bpo_index.validate_responses(responses, one).accepted, one)
        expected = scores.units.select("unit", "rank", "score")
        columns = table.select("unit", pl.col(f"rank_{n}").alias("rank"), pl.col(f"score_{n}").alias("score"))
        assert columns.sort("unit").equals(expected.sort("unit"))
    ranks = table.select("rank_1", "rank_2", "rank_3")
    assert table["rank_low"].to_list() == [min(row) for row in ranks.iter_rows()]
    assert table["rank_high"].to_list() == [max(row) for row in ranks.iter_rows()]


def test_a_comparison_shows_table_and_figure(survey):
    definition = make_definition()
    found = bpo_index.compare_methods([definition, definition.replace(weights={"last": 9})], survey, names=["a", "<b>"])
    html = found._repr_html_()
    assert "Rank, a" in html
    assert "Score, &lt;b&gt;" in html
    assert "<b>" not in html
    assert '<img src="data:image/svg+xml;base64,' in html
    assert 'alt="Small index: rankings side by side. ' in html
    table = found.to_polars()
    assert all(
        show_score(dict(zip(("score", "score_bound"), row, strict=True))) in html
        for row in table.select("score_1", "score_bound_1").iter_rows()
    )
    moved = table.filter(pl.col("rank_low") != pl.col("rank_high")).height
    assert f"{moved} of 3 have another rank" in html
    assert found.figure._repr_svg_().startswith("<svg")
    assert "Aland: " in found.figure.alt


def test_completed_runs_are_compared_with_what_they_published(survey, tmp_path):
    folders = {"out": tmp_path / "out", "audit_dir": tmp_path / "audit"}
    official = bpo_index.run(survey, make_definition(), **folders)
    trial = bpo_index.run(survey, make_definition(), method={"normalisation": "rank"}, **folders)
    found = bpo_index.compare_methods([official, trial])
    assert found.names == ["as defined", "normalisation rank, rank_ties average"]
    table = found.to_polars().sort("unit")
    for n, run in enumerate((official, trial), start=1):
        published = run.to_polars().sort("unit")
        assert table[f"score_{n}"].to_list() == published["score"].to_list()
        assert table[f"rank_{n}"].to_list() == published["rank"].to_list()
    html = found._repr_html_()
    assert trial.result.notice in html
    assert "not made of the same answers" not in html
    fewer = bpo_index.run(write_csv(tmp_path, *ROWS[:-1], name="fewer.csv"), make_definition(), seed=5, **folders)
    assert "not made of the same answers" in bpo_index.compare_methods([official, fewer])._repr_html_()


def test_units_that_one_lacks_have_no_rank_there(survey):
    definition = make_definition()
    found = bpo_index.compare_methods([definition, definition.replace(units=["AAA", "CCC"])], survey)
    assert found.names == ["as defined", "2 units"]
    row = found.to_polars().filter(pl.col("unit") == "BBB").row(0, named=True)
    assert (row["rank_2"], row["score_2"]) == (None, None)
    assert row["rank_low"] == row["rank_high"] == row["rank_1"]


def test_rankings_of_one_name_are_numbered(survey):
    definition = make_definition()
    assert bpo_index.compare_methods([definition, definition], survey).names == ["as defined (1)", "as defined (2)"]


@pytest.mark.parametrize(
    ("compared", "says"),
    [
        (None, "compare_methods needs a list of two to six completed runs, or definitions; found nothing (None)."),
        ("offshore-bpo-2021", "compare_methods needs a list of two to six completed runs, or definitions; found 'off"),
        ([make_definition()], "compare_methods needs a list of two to six completed runs, or definitions; found 1."),
        ([make_definition(), 5], "A definition is needed"),
        ([make_definition(), make_definition()], "To compare definitions, answers are needed"),
    ],
)
def test_what_cannot_be_compared_is_said(compared, says):
    with pytest.raises(bpo_index.UsageError) as refused:
        bpo_index.compare_methods(compared)
    assert str(refused.value).startswith(says)


def test_names_are_as_many_as_rankings(survey):
    for wrong in ("ab", ["a"], ["a", 5], ["a", "a"]):
        with pytest.raises(bpo_index.UsageError, match=r"^names= "):
            bpo_index.compare_methods([make_definition(), make_definition()], survey, names=wrong)


def test_answers_that_carry_no_index_are_refused(tmp_path):
    with pytest.raises(bpo_index.DataRefused, match=r"^as defined: Of 1 row read"):
        bpo_index.compare_methods([make_definition(), make_definition()], write_csv(tmp_path, "a,Narnia,1,2,3"))


def test_results_that_are_tables_are_frames(survey, tmp_path):
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    definition = make_definition()
    completed = bpo_index.run(survey, definition, out=tmp_path / "out", audit_dir=tmp_path / "audit")
    accepted = completed.checked.validation.accepted
    scores = bpo_index.score_units(accepted, definition)
    robustness = bpo_index.assess_robustness(accepted, scores, definition, replicates=100)
    compared = bpo_index.compare_methods([completed, completed])
    for one in (completed, completed.result, completed.checked.audit, scores, robustness, compared):
        table, frame = one.to_polars(), one.to_pandas()
        assert list(frame.columns) == table.columns
        assert len(frame) == table.height
        assert one._repr_html_()


def test_a_prompt_shows_the_table_and_no_single_answers(survey, tmp_path):
    completed = bpo_index.run(survey, make_definition(), out=tmp_path / "out", audit_dir=tmp_path / "audit")
    scores = bpo_index.score_units(completed.checked.validation.accepted, make_definition())
    for one in (completed, completed.result, scores, bpo_index.compare_methods([completed, completed])):
        assert repr(one) == f"<{type(one).__name__}>\n{one.to_polars()}"
        assert len(repr(one)) < 5_000
    (figure,) = [one for name, one in completed.figures.items() if name == "ranking"]
    assert len(repr(figure)) < 5_000
    assert figure._repr_svg_() == figure.svg.decode()
    assert show_image(figure.svg, figure.alt) == figure._repr_html_()
