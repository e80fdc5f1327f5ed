"""Post-stratification, raking, trimming, Kish's measures, and margin files, good and broken."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.errors import UsageError
from bpo_index.scoring.margins import build_margins, hash_margins, read_margins
from bpo_index.scoring.methods.respondent_weights import (
    Margin,
    MissedMargin,
    find_margin_problems,
    find_missed_margins,
    fit_weights,
    measure_design_effect,
    measure_effective_n,
    post_stratify,
    rake,
    trim_weights,
)

ROWS, COLUMNS = np.repeat([0, 1, 2], 8), np.tile([0, 0, 1, 1], 6)
ROW_MARGIN = Margin("row", ("a", "b", "c"), np.array([0.5, 0.3, 0.2]), ROWS)
COLUMN_MARGIN = Margin("column", ("x", "y"), np.array([0.4, 0.6]), COLUMNS)
Weights = st.lists(st.floats(0.1, 10), min_size=24, max_size=24)


def rake_by_hand(weights, margins, rounds=400):
    weights = list(weights)
    total = sum(weights)
    for _ in range(rounds):
        for margin in margins:
            for level, share in enumerate(margin.shares):
                members = [i for i, own in enumerate(margin.level_of) if own == level]
                factor = share * total / sum(weights[i] for i in members)
                for i in members:
                    weights[i] *= factor
    return weights


def test_raking_by_hand():
    weights = np.random.default_rng(1).uniform(0.5, 3, 24)
    found = rake(weights, [ROW_MARGIN, COLUMN_MARGIN])
    assert found.weights == pytest.approx(rake_by_hand(weights.tolist(), [ROW_MARGIN, COLUMN_MARGIN]))
    assert found.converged


@settings(max_examples=30, deadline=None)
@given(Weights)
def test_raked_weights_meet_their_margins_and_keep_what_raking_keeps(values):
    weights = np.array(values)
    found = rake(weights, [ROW_MARGIN, COLUMN_MARGIN])
    assert found.converged
    assert found.weights.sum() == pytest.approx(weights.sum())
    for margin in (ROW_MARGIN, COLUMN_MARGIN):
        reached = np.bincount(margin.level_of, weights=found.weights) / weights.sum()
        assert reached == pytest.approx(margin.shares, abs=1e-8)
    assert rake(weights, [COLUMN_MARGIN, ROW_MARGIN]).weights == pytest.approx(found.weights, rel=1e-6)

    def odds(w):
        cell = {(r, c): w[(r == ROWS) & (c == COLUMNS)].sum() for r in range(3) for c in range(2)}
        return [cell[a, 0] * cell[b, 1] / (cell[a, 1] * cell[b, 0]) for a, b in itertools.combinations(range(3), 2)]

    assert odds(found.weights) == pytest.approx(odds(weights), rel=1e-6)


def test_one_margin_is_post_stratification():
    weights = np.random.default_rng(2).uniform(0.5, 3, (4, 24))
    raked = rake(weights, [ROW_MARGIN])
    assert raked.weights == pytest.approx(post_stratify(weights, ROW_MARGIN))
    for level, share in enumerate(ROW_MARGIN.shares):
        inside = weights[0] * (level == ROWS)
        expected = share * weights[0].sum() * inside / inside.sum()
        assert post_stratify(weights[0], ROW_MARGIN)[level == ROWS] == pytest.approx(expected[level == ROWS])


def test_a_batch_is_raked_as_one_by_one():
    weights = np.random.default_rng(3).uniform(0.1, 5, (2, 3, 24))
    weights[0, 0, ROWS == 2] = 0.0
    found = rake(weights, [ROW_MARGIN, COLUMN_MARGIN])
    for i in range(2):
        for j in range(3):
            alone = rake(weights[i, j], [ROW_MARGIN, COLUMN_MARGIN])
            assert found.weights[i, j] == pytest.approx(alone.weights, rel=1e-12)
    # The level that was not drawn leaves its share to the others, in proportion.
    reached = np.bincount(ROWS, weights=found.weights[0, 0], minlength=3) / weights[0, 0].sum()
    assert reached == pytest.approx([0.5 / 0.8, 0.3 / 0.8, 0.0])


def test_margins_that_contradict_each_other_do_not_converge_and_say_so():
    together = np.array([0, 0, 1, 1])
    contrary = [
        Margin("one", ("a", "b"), np.array([0.5, 0.5]), together),
        Margin("two", ("x", "y"), np.array([0.9, 0.1]), together),
    ]
    found = rake(np.ones(4), contrary)
    assert not found.converged
    assert found.largest_gap == pytest.approx(0.4)


def test_zero_cells_are_named():
    margin = Margin("size", ("small", "large", "none"), np.array([0.5, 0.5, 0.0]), np.array([0, 0, 2]))
    assert find_margin_problems(margin) == [
        "size: 'large' has a share of 0.5 and no respondents",
        "size: 'none' has 1 respondents and a share of zero",
    ]


@settings(max_examples=40)
@given(Weights, st.floats(1, 4))
def test_trimmed_weights_keep_their_sum_and_their_order(values, ratio):
    weights = np.array(values)
    trimmed = trim_weights(weights, ratio)
    assert trimmed.sum() == pytest.approx(weights.sum())
    assert trimmed.max() <= ratio * weights.mean() * (1 + 1e-9)
    order = np.argsort(weights)
    assert (np.diff(trimmed[order]) >= -1e-9).all()


def test_trimming_by_hand_at_one_and_in_a_batch():
    # The cap is 6: ten gives four to the others in proportion 1 : 1 : 4, so that the third passes the cap in its turn.
    assert trim_weights(np.array([1.0, 1.0, 4.0, 10.0]), 1.5) == pytest.approx([2.0, 2.0, 6.0, 6.0])
    assert trim_weights(np.array([1.0, 2.0, 9.0]), 1).tolist() == pytest.approx([4.0] * 3)
    batch = trim_weights(np.array([[1.0, 1.0, 1.0, 5.0], [0.0, 1.0, 1.0, 1.0]]), 1.5)
    assert batch[0] == pytest.approx([5 / 3] * 3 + [3.0])
    assert batch[1].tolist() == [0.0, 1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="at least 1"):
        trim_weights(np.ones(3), 0.5)


def test_kish_by_hand():
    weights = np.array([[1.0, 2.0, 3.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    assert measure_effective_n(weights) == pytest.approx([36 / 14, 4, 0])
    effects = measure_design_effect(weights)
    assert effects[:2] == pytest.approx([3 * 14 / 36, 1])
    assert np.isnan(effects[2])


# ---- margin files --------------------------------------------------------------------------------------------------


def write(folder, *lines, encoding="utf-8"):
    path = folder / "margins.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_margin_files_in_any_order_and_separator(tmp_path):
    expected = read_margins(write(tmp_path, "unit,variable,level,share", ",size,small,60", "COL,size,large,0.5"))
    assert expected.rows() == [("", "size", "small", 60.0), ("COL", "size", "large", 0.5)]
    again = read_margins(
        write(tmp_path, "SHARE;Level;unit;Variable", "0,5;large;COL;size", "60;small;;size", encoding="utf-8-sig")
    )
    assert sorted(again.rows()) == sorted(expected.rows())
    assert hash_margins(again) == hash_margins(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([""], "needs each of the columns"),
        (["unit,variable,level"], "not so: share"),
        (["unit,variable,level,share"], "no rows"),
        (["unit,variable,level,share", ",size,small,many"], "line 2: the share 'many'"),
        (["unit,variable,level,share", ",size,small,-1"], "line 2: the share '-1'"),
        (["unit,variable,level,share", ",size,,1"], "line 2: variable or level is empty"),
        (["unit,variable,level,share", ",size,small,1,2"], "line 2 has 5 cells"),
        (["unit,variable,level,share", ",size,S,1", ",size,s,2"], "line 3 gives the same level as line 2"),
        (["unit,variable,level,share", ",size,S,0"], "sum to zero"),
        (["unit,variable,level,share", ',size,"S,1'], "rules of CSV"),
    ],
)
def test_a_broken_margin_file_is_one_paragraph(tmp_path, lines, expected):
    with pytest.raises(UsageError, match=r"^The margin file .*margins\.csv") as caught:
        read_margins(write(tmp_path, *lines))
    assert expected in str(caught.value)


def test_margin_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_margins(tmp_path / "absent.csv")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_margins(write(tmp_path, "unit,variable,level,share", ",size,größer,1", encoding="latin-1"))


def test_a_units_own_margins_come_before_those_of_all():
    table = pl.DataFrame(
        {"unit": ["", "", "COL", "COL"], "variable": ["size"] * 4, "level": ["S", "L"] * 2, "share": [1.0, 1, 30, 10]}
    )
    (own,) = build_margins(table, "COL", {"size": ["s", "l"]})
    (all_units,) = build_margins(table, "IND", {"size": ["s", "l"]})
    assert own.shares.tolist() == [0.75, 0.25]
    assert all_units.shares.tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match=r"1 respondent without a value.*'huge' has respondents and no share"):
        build_margins(table, "COL", {"size": [None, "huge"]})
    with pytest.raises(ValueError, match="no shares for it"):
        build_margins(table.filter(unit="COL"), "IND", {"size": ["s"]})


def test_raking_and_trimming_in_turn_hold_both():
    # Two respondents share a cell, so that one can take what the other must not have.
    size = Margin("size", ("small", "large"), np.array([0.25, 0.75]), np.array([0, 0, 1, 1, 1]))
    sector = Margin("sector", ("voice", "other"), np.array([0.4, 0.6]), np.array([0, 1, 0, 1, 1]))
    raked = rake(np.array([1.0, 1, 1, 3, 1]), [size, sector]).weights
    assert raked.max() > 1.5 * raked.mean()
    fitted = fit_weights(np.array([1.0, 1, 1, 3, 1]), [size, sector], 1.5)
    assert fitted.max() <= 1.5 * fitted.mean() * (1 + 1e-9)
    assert find_missed_margins(fitted, [size, sector]) == []
    for margin in (size, sector):
        assert np.bincount(margin.level_of, fitted) / fitted.sum() == pytest.approx(margin.shares, abs=2e-6)


def test_a_margin_that_trimming_does_not_allow_is_told_with_what_is_achieved():
    # One of four is large: at 1.2 times the mean it can have 1.2 / 4 = 30 % of the weight, of 50 % asked.
    size = Margin("size", ("small", "large"), np.array([0.5, 0.5]), np.array([0, 0, 0, 1]))
    fitted = fit_weights(np.ones(4), [size], 1.2)
    assert fitted == pytest.approx([2.8 / 3] * 3 + [1.2])
    assert find_missed_margins(fitted, [size]) == [
        MissedMargin("size", "small", 0.5, pytest.approx(0.7)),
        MissedMargin("size", "large", 0.5, pytest.approx(0.3)),
    ]


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_weights_of_a_replicate_do_not_depend_on_the_others(seed):
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(11, np.full(12, 1 / 12), 4).astype(float)
    size = Margin("size", ("small", "large"), np.array([0.4, 0.6]), np.repeat([0, 1], [8, 4]))
    sector = Margin("sector", ("voice", "other"), np.array([0.3, 0.7]), np.tile([0, 1], 6))
    together = fit_weights(weights, [size, sector], 1.8)
    assert together == pytest.approx(np.stack([fit_weights(one, [size, sector], 1.8) for one in weights]), rel=1e-9)
    assert together.sum(axis=1) == pytest.approx(weights.sum(axis=1))
    assert (together[weights == 0] == 0).all()


def test_weights_below_the_bound_are_those_of_raking_to_the_bit():
    size = Margin("size", ("small", "large"), np.array([0.5, 0.5]), np.array([0, 0, 0, 1, 1]))
    assert (fit_weights(np.ones(5), [size], 3.0) == rake(np.ones(5), [size]).weights).all()
