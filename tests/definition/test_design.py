"""The `design:` block: what it takes, what it refuses, and that it changes no definition without it."""

import pytest

from bpo_index.definition import load_definition, parse_definition
from bpo_index.errors import DefinitionError
from tests.surveys import SMALL

COLUMNS = "design_weight: w, company: company"
REPLICATES = "replicate_weights: {columns: ['r{1..4}'], type: JK1}"


def parse(design, columns=COLUMNS):
    text = SMALL.replace("company: company", columns) + f"design: {{{design}}}\n"
    return parse_definition(text)


@pytest.mark.parametrize(
    ("design", "says"),
    [
        ("", "design (line 20): says nothing"),
        ("strata: country", "'country' is already the heading of columns.unit"),
        ("population: {}", "must have one of column, by_unit, by_stratum; found none"),
        ("population: {column: N, by_unit: {AAA: 5}}", "found column and by_unit"),
        ("population: {by_unit: {AAA: 5, BBB: 5, DDD: 5}}", "DDD (line 20): is not the code of a unit"),
        ("population: {by_unit: {AAA: 5}}", "has no number for BBB, CCC"),
        ("strata: s, population: {by_unit: {AAA: 5, BBB: 5, CCC: 5}}", "goes without strata"),
        ("population: {by_stratum: {x: 5}}", "needs strata: name their column"),
        ("population: {by_unit: {AAA: 0, BBB: 5, CCC: 5}}", "must be at least 1; found 0"),
        ("respondents_in_company: n", "does nothing without population"),
        ("lonely_company: centre", "does nothing without strata"),
        ("strata: s, lonely_company: certainty", "certainty needs a reason"),
        ("strata: s, lonely_company: centre, lonely_reason: so", "does nothing: it is the reason of"),
        ("strata: s, lonely_company: adjust", "must be 'fail', 'average', 'centre' or 'certainty'"),
        (f"strata: s, {REPLICATES}", "hold the design already: take out strata"),
        ("replicate_weights: {columns: [r], type: JK1}", "must name 2 to 10,000 replicates; found one replicate"),
        ("replicate_weights: {columns: ['r{1..99999}'], type: JK1}", "found more than 10,000 replicates"),
        ("replicate_weights: {columns: [a, b], type: JKn}", "rscales (line 20): is missing"),
        ("replicate_weights: {columns: [a, b], type: JKn, rscales: [1]}", "a factor for each of the 2 replicates"),
        ("replicate_weights: {columns: [a, b], type: Fay}", "rho (line 20): is missing: Fay needs it"),
        ("replicate_weights: {columns: [a, b], type: Fay, rho: 1}", "must be below 1"),
        ("replicate_weights: {columns: [a, b], type: BRR, rho: 0.5}", "does nothing with BRR"),
        ("replicate_weights: {columns: [a, A], type: BRR}", "'A' is already the heading of design.replicate_weights"),
        ("strata: s, stratum: t", "stratum (line 20): is not a key"),
    ],
)
def test_what_cannot_be_honoured_is_refused(design, says):
    with pytest.raises(DefinitionError) as error:
        parse(design)
    assert says in str(error.value)


def test_keys_that_need_other_columns():
    with pytest.raises(DefinitionError, match=r"needs columns\.company"):
        parse("population: {column: N}, respondents_in_company: n", columns="design_weight: w")
    with pytest.raises(DefinitionError, match=r"need columns.design_weight"):
        parse(REPLICATES, columns="company: company")


def test_a_stratum_may_be_a_background_variable():
    definition = parse("strata: Size", columns=f"{COLUMNS}, background: {{size: size}}")
    assert definition.design.columns == {"design.stratum": "Size"}
    with pytest.raises(DefinitionError, match=r"already the heading of columns.background.size"):
        parse("population: {column: Size}", columns=f"{COLUMNS}, background: {{size: size}}")


def test_a_definition_without_a_design_is_written_as_before():
    assert '"design"' not in load_definition("offshore-bpo-2021").to_canonical_json()
    assert '"strata":"s"' in parse("strata: s").to_canonical_json()
    again = parse_definition(parse(REPLICATES).to_canonical_json())
    assert again.design.replicate_weights.headings == ("r1", "r2", "r3", "r4")
