"""Files that could be misread without a word: each is read right, refused, or quarantined with a reason."""

import subprocess

import numpy as np
import polars as pl
import pyreadstat
import pytest
import xlsxwriter

from bpo_index.display.labels import fold_label
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.responses import read_responses
from bpo_index.responses.answer_texts import find_unit
from bpo_index.responses.inspection import inspect_files
from bpo_index.validation.validate import validate_responses
from tests.responses.workbooks import write_workbook
from tests.surveys import HEADER, make_definition, read_rows, validate_rows, write_csv

ROWS = ["a,Aland,1,2,3", "b,Beland,4,5,6", "c,Celand,7,8,9"]
FRAME = [HEADER.split(","), *([row.split(",")[0], row.split(",")[1], 1, 2, 3] for row in ROWS)]


def test_text_far_down_a_column_of_numbers_is_kept(tmp_path):
    rows = [HEADER.split(","), *([f"r{n}", "Aland", n % 4, 2 + n % 3, 9] for n in range(1_500))]
    rows[1_252][2], rows[1_300][2], rows[1_400][3] = "seven?", "dk", True
    responses = read_responses([write_workbook(tmp_path / "x.xlsx", {"Data": rows})], make_definition())
    assert responses.table["q1"][1_251] == "seven?"
    assert responses.table["q1"][1_299] == "dk"
    assert responses.table["q2"][1_399] == "true"
    reasons = validate_responses(responses, make_definition()).quarantined.select("source_row", "reasons").rows()
    assert reasons == [(1_253, ["not_a_rating"]), (1_401, ["not_a_rating"])]


def test_formulas_that_were_never_computed_are_no_empty_cells(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(FRAME):
            sheet.write_row(n, 0, row)
        sheet.write_formula(1, 2, "=1+1", None, "")
    assert read_responses([path], make_definition()).table["q1"].to_list() == ["#NOT COMPUTED", "1", "1"]


def test_two_sheets_of_answers_are_refused_though_one_has_more_columns(tmp_path):
    more = [[*row, "firm"] for row in FRAME]
    more[0][-1] = "company"
    path = write_workbook(tmp_path / "x.xlsx", {"May": FRAME, "June": more})
    assert "several sheets that look like responses" in read_responses([path], make_definition()).refusals[0]


def test_an_empty_column_of_a_workbook_is_no_noise(tmp_path, capfd):
    path = write_workbook(tmp_path / "x.xlsx", {"Data": [[*row[:2], None, *row[2:]] for row in FRAME]})
    assert read_responses([path], make_definition()).refusals == []
    assert capfd.readouterr() == ("", "")


SAV = {"id": ["a", "b", "c", "d"], "country": [1.0, 2.0, 3.0, 99.0]}
SAV |= {"q1": [1.0, 4.0, 7.0, 1.0], "q2": [2.0] * 4, "q3": [3.0] * 4}
UNITS = {1: "Aland", 2: "Beland", 3: "Celand", 99: "Other"}


def read_sav(folder, definition=None, missing=None, columns=None, **labels):
    path = folder / "x.sav"
    named = {"country": UNITS} | labels
    pyreadstat.write_sav(
        pl.DataFrame(SAV | (columns or {})), str(path), variable_value_labels=named, missing_ranges=missing or {}
    )
    return read_responses([path], definition or make_definition())


def test_spss_units_by_label_each_code_by_its_own(tmp_path):
    responses = read_sav(tmp_path)
    assert responses.table["unit"].to_list() == ["Aland", "Beland", "Celand", "Other"]
    turned = make_definition(**{"aliases: [A land]": "aliases: ['2']"})
    assert "the file's code 2 has the label 'Beland'" in read_sav(tmp_path, turned).refusals[0]


def test_spss_labels_that_begin_with_another_number_are_refused(tmp_path):
    responses = read_sav(tmp_path, q1={1: "0 - Not at all", 7: "6 - Fully"})
    assert "the file's code 1 has the label '0 - Not at all', which begins with another number" in responses.refusals[0]
    assert read_sav(tmp_path, q1={1: "1 - Not at all", 7: "7 - Fully"}).refusals == []


@pytest.mark.parametrize(
    ("labels", "refused"),
    [
        ({n: f"{10 * n} %" for n in range(11)}, None),
        ({n: f"{10 * n}%" for n in (0, 10)}, None),
        ({n: f"{10 * (n - 1)} %" for n in range(1, 12)}, "code 1 has the label '0 %'"),
        ({n: f"{100 - 10 * n} %" for n in range(11)}, "code 0 has the label '100 %'"),
        ({1: "0-10 %", 4: "31 – 40 %", 7: "50 or 60", 10: "91 to 100"}, None),
        ({1: "0% - 10%", 4: "31% - 40%", 10: "91 % to 100 %"}, None),
        ({1: "91-100 %", 10: "0-10 %"}, "code 1 has the label '91-100 %'"),
        ({10: "0-10 %"}, "code 10 has the label '0-10 %'"),
        ({n: f"{n - 1} - {10 * (n - 1)} %" for n in range(1, 12)}, "code 1 has the label '0 - 0 %'"),
        ({n: f"{n - 1} - 10 point scale" for n in range(1, 12)}, "code 1 has the label '0 - 10 point scale'"),
        ({1: "10 or 20", 2: "8 or 9"}, "code 2 has the label '8 or 9'"),
        ({1: "10 or 20", 2: "15 or 30"}, "code 2 has the label '15 or 30'"),
        ({3: "3 of 10", 7: "7/10"}, None),
        ({3: "7 of 10"}, "code 3 has the label '7 of 10'"),
    ],
)
def test_spss_labels_in_per_cent_and_ranges(tmp_path, labels, refused):
    refusals = read_sav(tmp_path, q1=labels).refusals
    assert refusals == [] if refused is None else refused in refusals[0]


@pytest.mark.parametrize("label", ["{} %", "{}%"])
def test_spss_labels_in_per_cent_of_the_highest_rating(tmp_path, label):
    definition = make_definition(**{"minimum: 0, maximum: 10": "minimum: 1, maximum: 10"})
    assert read_sav(tmp_path, definition, q1={n: label.format(10 * n) for n in range(1, 11)}).refusals == []
    assert read_sav(tmp_path, definition, q1={n: label.format(10 * (n - 1)) for n in range(2, 11)}).refusals != []


def test_spss_labels_and_missing_codes_of_fields_that_are_no_answers(tmp_path):
    definition = make_definition(
        **{"company: company": "company: company, design_weight: w, data_origin: origin, background: {size: size}"}
    )
    columns = {
        "w": [1.0, 2.0, 99.0, 1.0],
        "company": ["k", "k", "ZZ", "m"],
        "size": [1.0, 2.0, 9.0, 1.0],
        "done": [2.0, 2.0, 1.0, 2.0],
        "origin": [1.0] * 4,
    }
    missing = {"w": [{"lo": 99, "hi": 99}], "size": [{"lo": 9, "hi": 9}], "company": ["ZZ"]}
    labels = {"size": {1: "small", 2: "large"}, "done": {1: "No", 2: "Yes"}, "origin": {1: "synthetic"}}
    table = read_sav(tmp_path, definition, missing, columns, **labels).table
    assert table["design_weight"].to_list() == ["1", "2", None, "1"]
    assert table["cluster"].to_list() == ["k", "k", None, "m"]
    assert table["background_size"].to_list() == ["small", "large", None, "small"]
    assert table["finished"].to_list() == ["Yes", "Yes", "No", "Yes"]
    assert set(table["data_origin"]) == {"synthetic"}


QUALTRICS = {
    "StartDate": ["2021-05-03 10:00:00"] * 3,
    "Status": [0, 1, 0],
    "Progress": [100, 100, 40],
    "Finished": [1, 1, 0],
    "ResponseId": ["R_1", "R_2", "R_3"],
    "DistributionChannel": ["anonymous", "preview", "anonymous"],
    "country": ["Aland"] * 3,
    "q1": [1, 2, 3],
    "q2": [4, 5, 6],
    "q3": [7, 8, 9],
}


@pytest.mark.parametrize("kind", ["parquet", "sav", "csv", "xlsx"])
def test_the_tool_is_recognised_in_every_format(tmp_path, kind):
    frame, path = pl.DataFrame(QUALTRICS), tmp_path / f"x.{kind}"
    match kind:
        case "parquet":
            frame.write_parquet(path)
        case "sav":
            pyreadstat.write_sav(frame, str(path))
        case "csv":
            frame.write_csv(path)
        case "xlsx":
            write_workbook(path, {"Sheet0": [frame.columns, *frame.rows()]})
    definition = make_definition(**{"quality_rules: {": "quality_rules: {test_row: {}, "})
    validation = validate_responses(read_responses([path], definition), definition)
    assert validation.accepted["respondent_id"].to_list() == ["R_1"]
    assert validation.quarantined["reasons"].to_list() == [["test_row"], ["unfinished"]]


def test_rows_of_headings_that_hold_answers_are_refused(tmp_path):
    definition = make_definition(**{"columns:\n": "source: {header_rows: 2}\ncolumns:\n"})
    refusal = read_rows(tmp_path, *ROWS, definition=definition).refusals[0]
    assert "line 2 names Aland where the units stand" in refusal


@pytest.mark.parametrize("block", ["{export: kobotoolbox}", "{export: qualtrics, header_rows: 3}"])
def test_an_export_that_is_named_and_not_there_is_refused(tmp_path, block):
    definition = make_definition(**{"columns:\n": f"source: {block}\ncolumns:\n"})
    assert "is not in the form of a" in read_rows(tmp_path, *ROWS, definition=definition).refusals[0]


def test_a_second_header_row_with_other_columns_is_refused(tmp_path):
    turned = ["id,country,q2,q1,q3", "d,Aland,9,1,9"]
    assert "line 5 is a header row too" in read_rows(tmp_path, *ROWS, *turned).refusals[0]
    more = ["id,country,q1,q2,q3,company", "d,Aland,9,1,9,k"]
    responses = read_rows(tmp_path, *[f"{row}," for row in ROWS], *more, header=f"{HEADER},")
    assert "line 5 is a header row too" in responses.refusals[0]
    same = validate_rows(tmp_path, *ROWS, HEADER, "d,Aland,9,1,9")
    assert (same.accepted.height, same.quarantined["source_row"].to_list()) == (4, [5])


def test_the_first_respondent_of_an_export_without_dates_is_kept(tmp_path):
    header = "StartDate,EndDate,ResponseId,Progress,country,q1,q2,q3"
    rows = ["removed,removed,R_1,removed,Aland,1,2,3", "removed,removed,R_2,removed,Beland,4,5,6"]
    assert read_rows(tmp_path, *rows, header=header).table["respondent_id"].to_list() == ["R_1", "R_2"]


@pytest.mark.parametrize(
    ("weights", "decimal", "expected"),
    [
        (['"1,250"', "980"], None, ["1,250", "980"]),
        (['"1,250"', "980"], "','", ["1.250", "980"]),
        (['"1,25"', '"1,250"'], None, ["1.25", "1.250"]),
        (["1.250", '"1,5"'], "','", ["1250", "1.5"]),
        (["0.875", "1.250"], None, ["0.875", "1.250"]),
    ],
)
def test_commas_that_may_be_thousands(tmp_path, weights, decimal, expected):
    source = f"source: {{decimal: {decimal}}}\n" if decimal else ""
    definition = make_definition(**{"company: company": "design_weight: w", "columns:\n": f"{source}columns:\n"})
    rows = [f"r{n},Aland,1,2,3,{weight}" for n, weight in enumerate(weights)]
    responses = read_rows(tmp_path, *rows, header=f"{HEADER},w", definition=definition)
    assert responses.table["design_weight"].to_list() == expected


def test_a_row_with_one_cell_too_many_is_quarantined_though_the_last_is_empty(tmp_path):
    validation = validate_rows(tmp_path, "a,Aland,7,5,8", "b,Aland,7,5,8,", "c,Aland,7,6,9")
    assert validation.quarantined["reasons"].to_list() == [["ragged_row"]]
    everywhere = validate_rows(tmp_path, "a,Aland,7,5,8,", "b,Aland,7,5,9,", "c,Aland,7,6,9,")
    assert everywhere.accepted.height == 3


def test_the_same_answers_under_two_names_are_refused(tmp_path):
    paths = [write_csv(tmp_path, *ROWS, name=name) for name in ("survey.csv", "survey (1).csv")]
    with pytest.raises(UsageError, match="hold the same"):
        read_responses(paths, make_definition())
    with pytest.raises(UsageError, match="is empty"):
        read_responses([""], make_definition())


def test_a_lock_file_in_a_folder_is_no_survey(tmp_path):
    write_workbook(tmp_path / "good.xlsx", {"Data": FRAME})
    (tmp_path / "~$good.xlsx").write_bytes(b"x" * 165)
    assert read_responses([tmp_path], make_definition()).table.height == 3


def test_shares_are_no_ratings_from_0_to_100(tmp_path):
    definition = make_definition(**{"maximum: 10, dont_know: [98, dk], labels: {top: 10}": "maximum: 100"})
    rows = [f"r{n},Aland,0.{n + 10},0.{n + 30},0.5" for n in range(20)]
    validation = validate_rows(tmp_path, *rows, definition=definition)
    assert "lie between 0 and 1 and are not whole" in validation.refusals[0]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["5/13/21 23:50", "5/14/21 0:10"], ["2021-05-13 23:50:00", "2021-05-14 00:10:00"]),
        (["5/3/21 23:50", "5/4/21 0:10"], [None, None]),
        (["03.05.21 23:50", "04.05.21 0:10"], ["2021-05-03 23:50:00", "2021-05-04 00:10:00"]),
        (["5/13/210 23:50", "13:20"], ["5/13/210 23:50", "13:20"]),
    ],
)
def test_years_of_two_digits(tmp_path, texts, expected):
    rows = [f"r{n},Aland,1,2,3,{text}" for n, text in enumerate(texts)]
    assert read_rows(tmp_path, *rows, header=f"{HEADER},start").table["started_at"].to_list() == expected


def test_numbers_of_single_precision_have_their_own_shortest_text(tmp_path):
    frame = pl.DataFrame({"country": ["Aland"] * 2, "q1": np.array([7.3, 8], "f4"), "q2": [1, 2], "q3": [3, 4]})
    frame.write_parquet(tmp_path / "x.parquet")
    assert read_responses([tmp_path / "x.parquet"], make_definition()).table["q1"].to_list() == ["7.3", "8"]


def test_the_column_of_units_is_said_where_a_part_of_its_heading_names_it(tmp_path):
    header = "_id,_uuid,_submission_time,company/country,rated,q1,q2,q3"
    responses = read_rows(tmp_path, "1,u1,2021-01-01T10:00:00,Aland,Beland,1,2,3", header=header)
    said = "survey.csv: by a part of the heading or its wording: unit from company/country."
    assert said in responses.decisions


def test_ids_of_two_limesurvey_files_are_kept_apart(tmp_path):
    header = "id,submitdate,lastpage,startlanguage,seed,country,q1,q2,q3"
    definition = make_definition(**{"respondent: id, ": ""})
    paths = [
        write_csv(tmp_path, f"1,2021-05-03 10:00:00,2,en,7,{unit},1,2,3", header=header, name=f"{unit}.csv")
        for unit in ("Aland", "Beland")
    ]
    validation = validate_responses(read_responses(paths, definition), definition)
    assert validation.accepted["respondent_id"].to_list() == ["Aland.csv 1", "Beland.csv 1"]


def test_a_choice_with_a_text_entry_is_found_by_its_wording(tmp_path):
    definition = make_definition(**{"unit: country": "unit: 'Where do you work?'"})
    header = "StartDate,EndDate,Progress,ResponseId,Q20,Q20_4_TEXT,q1,q2,q3"
    wording = (
        "Start Date,End Date,Progress,Response ID,Where do you work? - Selected Choice,Where do you work? - Other,,,"
    )
    rows = ["2021-05-03 10:00:00,2021-05-03 10:09:00,100,R_1,Aland,,1,2,3"]
    responses = read_rows(tmp_path, wording, *rows, header=header, definition=definition)
    assert responses.refusals == []
    assert responses.table["unit"].to_list() == ["Aland"]


def test_an_empty_last_column_of_both_rows_of_surveymonkey_is_nothing(tmp_path):
    header = "Respondent ID,Collector ID,IP Address,country,How sure are you?,,,"
    rows = [",,,Response,One,Two,Three,", "1001,7,192.0.2.1,Aland,1,2,3,"]
    assert read_rows(tmp_path, *rows, header=header).table.select("unit", "q3").rows() == [("Aland", "3")]


@pytest.mark.parametrize("text", ["\ufeff\ufeffCountry", "country\u200b", " COUNTRY "])
def test_letters_of_no_width_make_no_other_label(text):
    assert fold_label(text) == "country"
    assert fold_label("COLOMBİA") == "colombia"


@pytest.mark.parametrize("name", ["reasons", "_content"])
def test_names_that_validation_uses_itself_are_no_questions(name):
    from bpo_index.errors import DefinitionError

    with pytest.raises(DefinitionError, match="uses itself"):
        make_definition(**{"id: q1": f"id: {name}"})


def test_short_headings_are_near_to_nothing_but_themselves(tmp_path):
    (found,) = inspect_files([write_csv(tmp_path, *ROWS, header="id,country,q7,q8,q9")], make_definition())
    assert found.proposals == ()


@pytest.mark.parametrize(
    "above",
    [
        ["country,q1,q2", "Aland,8,9"],
        ["x,Aland,8,9"],
        ["Aland,8,9,7"],
        ["x,2021-05-03,,7,dk,top,A land"],
        ["who,where,second,q3,one", "x,Aland,8,9,7"],
        ['x,Aland,"1,5","2,5",3'],
        ['Aland,x,"1,5","2,5",3'],
    ],
)
def test_answers_above_the_header_row_are_not_lost(tmp_path, above):
    path = tmp_path / "survey.csv"
    path.write_text("\n".join([*above, "", HEADER, *ROWS]), encoding="utf-8")
    responses = read_responses([path], make_definition())
    assert ", above it, looks like an answer, or like the header row of other answers" in responses.refusals[0]
    assert responses.records["reason"].to_list() == ["file_refused"] * 3


def test_lines_above_the_header_row_may_name_units_and_numbers(tmp_path):
    path = tmp_path / "survey.csv"
    above = ["Confidence survey, all answers", "Made on,2021-05-03", "Country,Aland", "Countries:,Aland,Beland,Celand"]
    above += [",,One,Two,Three", "1,2,3,4,5", "Version,1", "Rows of Aland,3", "Aland,8,Beland,9,Celand,7"]
    above += ["Country:,Aland,Wave,3,Month,5"]
    path.write_text("\n".join([*above, HEADER, *ROWS]), encoding="utf-8")
    responses = read_responses([path], make_definition())
    assert responses.refusals == []
    assert responses.table.height == 3


def test_answers_of_long_layout_above_the_header_row_are_not_lost(tmp_path):
    rows = [f"a,Beland,q{n},5" for n in (1, 2, 3)]
    path = write_csv(tmp_path, *rows, header="Aland,q1,5\nAland,q2,4\n\nid,country,item,value")
    assert "line 1, above it, looks like an answer" in read_responses([path], make_definition()).refusals[0]
    path = write_csv(tmp_path, *rows, header="Country,Aland\nQuestions,q1,q2,q3\n\nid,country,item,value")
    assert read_responses([path], make_definition()).refusals == []


def test_numbers_of_a_parquet_file_have_no_thousands(tmp_path):
    path = tmp_path / "x.parquet"
    frame = {"id": ["a"], "country": ["Aland"], "w": [1.125], "q1": [7.125], "q2": ["7,5"], "q3": ["1.250"]}
    pl.DataFrame(frame).write_parquet(path)
    block = {"columns:\n": "source: {decimal: ','}\ncolumns:\n", "company: company": "design_weight: w"}
    table = read_responses([path], make_definition(**block)).table
    assert table.select("design_weight", "q1", "q2", "q3").row(0) == ("1.125", "7.125", "7.5", "1250")
    csv = write_csv(tmp_path, "a,Aland,1.125,7,8,9", header="id,country,w,q1,q2,q3")
    assert read_responses([csv], make_definition(**block)).table["design_weight"].to_list() == ["1125"]


def test_commas_and_points_in_one_file(tmp_path):
    responses = read_rows(tmp_path, 'a,Aland,"7,5",2,3', "b,Aland,7.5,2,3")
    assert "numbers with a comma are not read, since others have a point" in "".join(responses.decisions)
    timed = make_definition(**{"finished: done": "finished: done, duration: took"})
    header = "id,country,took,q1,q2,q3"
    table = read_rows(tmp_path, 'a,Aland,312.441,"7,5",2,3', header=header, definition=timed).table
    assert table.select("duration", "q1").row(0) == ("312.441", "7.5")
    spelt = [f'{n},Aland,"{took}",7,2,3' for n, took in enumerate(("412,5", "95,125", "1.045,2"))]
    responses = read_rows(tmp_path, *spelt, header=header, definition=timed)
    assert responses.table["duration"].to_list() == ["412.5", "95.125", "1045.2"]
    assert "decimal commas in durations" in "".join(responses.decisions)
    spelt = [f'{n},Aland,"{took}","7,5",2,3' for n, took in enumerate(("912", "1,045"))]
    responses = read_rows(tmp_path, *spelt, header=header, definition=timed)
    assert responses.table.select("duration", "q1").rows() == [("912", "7.5"), ("1,045", "7.5")]
    assert "durations with a comma before three digits" in "".join(responses.decisions)


@pytest.mark.parametrize(
    ("decimal", "durations", "expected"),
    [
        (",", ["1,250", "980.5"], ["1250", "980.5"]),
        (",", ["1,250.5", "1,100"], ["1250.5", "1100"]),
        (",", ["1,234,567"], ["1234567"]),
        (".", ["1.250,5", "1.100,5"], ["1250.5", "1100.5"]),
        (".", ["1,5", "980.5"], ["1,5", "980.5"]),
        (",", ["1,045.5", "12"], ["1045.5", "12"]),
        (",", ["1,250", "980"], ["1.250", "980"]),
        (",", ["1.250", "980"], ["1.250", "980"]),
        (".", ["1,250", "980.5"], ["1250", "980.5"]),
        (".", ["412,5", "1.045,2"], ["412.5", "1045.2"]),
    ],
)
def test_the_decimal_mark_of_the_definition_is_that_of_durations_unless_they_say_otherwise(
    tmp_path, decimal, durations, expected
):
    changes = {"columns:\n": f"source: {{decimal: '{decimal}'}}\ncolumns:\n", "finished: done": "duration: took"}
    rows = [f'{n},Aland,"{took}",7,2,3' for n, took in enumerate(durations)]
    responses = read_rows(tmp_path, *rows, header="id,country,took,q1,q2,q3", definition=make_definition(**changes))
    assert responses.table["duration"].to_list() == expected
    assert ("export them without marks before thousands" in "".join(responses.decisions)) == (expected[0] == "1,5")


def test_only_times_that_may_be_two_are_left_out(tmp_path):
    header = "id,country,start,end,q1,q2,q3"
    definition = make_definition(**{"finished: done": "finished: done, finished_at: end"})
    row = "a,Aland,2021-05-01 10:00:00,01/02/2021 10:10,1,2,3"
    responses = read_rows(tmp_path, row, header=header, definition=definition)
    assert responses.table.select("started_at", "finished_at").row(0) == ("2021-05-01 10:00:00", None)
    assert ": 1 time not used" in "".join(responses.decisions)


def test_two_names_that_are_shown_alike(tmp_path):
    for name in ("a b.csv", "a  b.csv"):
        write_csv(tmp_path, *ROWS, name=name)
    with pytest.raises(UsageError, match="hold the same"):
        read_responses([tmp_path], make_definition())
    write_csv(tmp_path, *ROWS[:2], name="a b.csv")
    records = read_responses([tmp_path], make_definition()).records
    assert records["source_file"].n_unique() == 2


def test_labels_of_codes_that_nobody_used_say_what_the_others_mean(tmp_path):
    definition = make_definition(**{"labels: {top: 10}": "labels: {top: 10, none at all: 0}"})
    turned = {0: "top", 10: "none at all"}
    refusal = read_sav(tmp_path, definition, q1=turned).refusals[0]
    assert "in q1 the file's code 0 has the label 'top', which stands for 10" in refusal
    assert read_sav(tmp_path, definition, q1={10: "top", 0: "none at all"}).refusals == []
    declared = {"q1": [{"lo": 99, "hi": 99}]}
    assert read_sav(tmp_path, definition, declared, q1={10: "top", 99: "0 no answer"}).refusals == []
    assert read_sav(tmp_path, definition, q1={10: "100 %", 88: "2 or more boxes"}).refusals == []


def test_a_number_beside_a_dont_know(tmp_path):
    rows = ["a,Aland,98 - DK,2,3", "b,Aland,97 - dk,2,3", "c,Aland,dk (98),5,3"]
    validation = validate_rows(tmp_path, *rows)
    assert validation.accepted["dont_know"].to_list() == [["q1"], ["q1"]]
    assert validation.quarantined["reasons"].to_list() == [["not_a_rating"]]


@pytest.mark.parametrize(("text", "unit"), [("1234567.0", "A"), ("1", "B"), ("2.0000001", None), ("2.0", "C")])
def test_codes_of_units_match_by_value(text, unit):
    assert find_unit(text, {"1234567": "A", "01": "B", "2": "C"}) == unit


def test_codes_of_units_of_one_value_are_told_apart_by_their_text():
    labels = {"036": "AUS", "36": "ZZZ"}
    assert [find_unit(text, labels) for text in ("036", "36", "36.0")] == ["AUS", "ZZZ", "ZZZ"]
    assert find_unit("36.0", {"036": "AUS", "0036": "ZZZ"}) is None
    labels = {"1": "A", "01": "B", "1234567": "C", "01234567": "D"}
    assert [find_unit(text, labels) for text in ("1.0", "01", "001", "1234567.0", "+1")] == ["A", "B", None, "C", "A"]


def test_header_rows_are_those_of_text_files(tmp_path):
    frame, path = pl.DataFrame(QUALTRICS), tmp_path / "x.parquet"
    frame.write_parquet(path)
    fixed = make_definition(**{"columns:\n": "source: {export: qualtrics, header_rows: 2}\ncolumns:\n"})
    assert read_responses([path], fixed).table.height == 3
    frame.clear().write_parquet(path)
    assert "has columns and no responses" in read_responses([path], fixed).refusals[0]


def test_a_file_that_ends_the_process_that_reads_it_is_refused(tmp_path, monkeypatch):
    assert read_sav(tmp_path).refusals == []
    crashing = tmp_path / "python"
    crashing.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crashing.chmod(0o700)
    killed = tmp_path / "python2"
    killed.write_text("#!/bin/sh\nkill -KILL $$\n")
    killed.chmod(0o700)
    failing = tmp_path / "python3"
    failing.write_text("#!/bin/sh\necho MemoryError >&2\nexit 1\n")
    failing.chmod(0o700)
    monkeypatch.setattr("bpo_index.responses.apart.sys.executable", str(crashing))
    assert "cannot be read as one (the reader ended with code -11)" in read_sav(tmp_path).refusals[0]
    monkeypatch.setattr("bpo_index.responses.apart.sys.executable", str(failing))
    with pytest.raises(EnvironmentFailed, match="an SPSS file failed: MemoryError"):
        read_sav(tmp_path)
    # As the system does where memory is short: nothing is said against the file.
    monkeypatch.setattr("bpo_index.responses.apart.sys.executable", str(killed))
    with pytest.raises(EnvironmentFailed, match="it ended with code -9"):
        read_sav(tmp_path)


def test_a_reader_that_is_cancelled_says_nothing_against_the_file(tmp_path, monkeypatch):
    class Cancelled(BaseException):
        pass

    def cancel(*_arguments, **_keywords):
        raise Cancelled

    pl.DataFrame({"q1": [1]}).write_parquet(tmp_path / "x.parquet")
    monkeypatch.setattr("bpo_index.responses.formats.parquet.pl.read_parquet", cancel)
    with pytest.raises(Cancelled):
        read_responses([tmp_path / "x.parquet"], make_definition())


def test_no_file_with_answers_is_left_where_spss_files_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    seen = []
    real = subprocess.run

    def look(*arguments, **keywords):
        seen.append(sorted((tmp_path / "temporary").rglob("*")))
        return real(*arguments, **keywords)

    monkeypatch.setattr("bpo_index.responses.apart.subprocess.run", look)
    assert read_sav(tmp_path).refusals == []
    assert seen == [[]]


def test_modules_of_the_current_folder_are_not_lent_to_the_reader_of_spss_files(tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("raise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    assert read_sav(tmp_path).refusals == []


def read_cells(folder, texts, **replaced):
    rows = [f'r{n},Aland,"{text}",2,3' for n, text in enumerate(texts)]
    return read_rows(folder, *rows, definition=make_definition(**replaced))


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["3", "4", "5", "3,4"], "3,4"),
        (["3", "4", "3,4", "3,4"], "3.4"),
        (["3", "4", "5", "6", "3,4", "7,25"], "3.4"),
        (["3", "4", "5", "3,45"], "3.45"),
        (["3", "3,4", "4,5", "5,6", "2,3"], "3,4"),
        (["3", "3,4", "4,5", "6,1", "2,3"], "3.4"),
    ],
)
def test_two_answers_in_a_cell_are_no_decimal_comma(tmp_path, texts, read):
    responses = read_cells(tmp_path, texts)
    place = next(n for n, text in enumerate(texts) if "," in text)
    assert responses.table["q1"][place] == read or read == "3.45"
    said = any("two answers" in decision for decision in responses.decisions)
    assert said is ("," in read)
    if said:
        validation = validate_responses(responses, make_definition())
        assert ["not_a_rating"] in validation.quarantined["reasons"].to_list()


def test_the_definition_may_say_that_they_are_decimals(tmp_path):
    definition = {"categories:": "source: {decimal: ','}\ncategories:"}
    assert read_cells(tmp_path, ["3", "4", "5", "3,4"], **definition).table["q1"].to_list() == ["3", "4", "5", "3.4"]
