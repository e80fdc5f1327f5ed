"""What each survey tool is recognised by, and what its own columns and codes mean."""

import pytest

from bpo_index.definition.blocks import Source
from bpo_index.responses.exports import find_headings
from bpo_index.responses.tools.record import SurveyTool
from bpo_index.responses.tools.registry import describe_export, list_exports, list_tools
from tests.surveys import make_definition, read_rows


def find(*rows):
    return find_headings([row.split(",") for row in rows], 0, Source())


def test_tools_are_records_with_names_of_their_own():
    assert list_exports() == ("plain", *list_tools())
    assert all(isinstance(tool, SurveyTool) and tool.title.endswith("export") for tool in list_tools().values())
    assert describe_export("plain") == "no survey tool recognised"


@pytest.mark.parametrize(
    ("export", "rows"),
    [
        ("limesurvey", ["id,submitdate,lastpage,startlanguage,G1[a]"]),
        (
            "limesurvey",
            ["id. Response ID,submitdate. Date submitted,lastpage. Last page,startlanguage. Start language"],
        ),
        ("limesurvey", ["id: ID der Antwort,submitdate: Datum,lastpage: Letzte Seite,startlanguage: Sprache"]),
        ("limesurvey", ["id - Response,submitdate - Date,lastpage - Page,seed - Seed"]),
        ("surveymonkey", ["Respondent ID,What?,,", ",A,B,C", "118,1,2,3"]),
        ("surveymonkey", ["Respondent ID,What?,Why?", ",Response,Open-Ended Response", "118,1,2"]),
        ("surveymonkey", ["What?,,Why?", "A,B,Response", "1,2,3"]),
        ("plain", ["Respondent ID,What?,Why?", ",1,2", "118,1,2"]),
        ("plain", ["Respondent ID,What?,", "117,1,2", "118,1,2"]),
        ("plain", ["respondent_id,q1,", ",1,2", "118,1,2"]),
        ("microsoft_forms", ["ID,Start time,Completion time,Email,Name,Q"]),
        ("microsoft_forms", ["Id,Startzeit,Fertigstellungszeit,E-Mail,Name,Q"]),
        ("microsoft_forms", ["ID,Hora de inicio,Hora de finalización,Correo electrónico,Nombre,Q"]),
        ("microsoft_forms", ["ID,Heure de début,Heure de fin,Adresse de messagerie,Nom,Q"]),
        ("plain", ["ID,Start time,Q,Completion time"]),
        ("odk", ["SubmissionDate,start,end,g-q,meta-instanceID,KEY,SubmitterID,DeviceID"]),
        ("odk", ["SubmissionDate,g/q,meta/instanceID,KEY,FormVersion"]),
        ("odk", ["SubmissionDate,starttime,endtime,q,instanceID,formdef_version,KEY"]),
        ("plain", ["SubmissionDate,q,key2"]),
        ("redcap", ["record_id,redcap_event_name,q,survey_complete"]),
        ("redcap", ["record_id,q,my_form_complete"]),
        ("redcap", ["study_id,redcap_survey_identifier,survey_timestamp,q,survey_complete"]),
        ("redcap", ["Record ID,Survey Identifier,Survey Timestamp,Q,Complete?"]),
        ("plain", ["record_id,q,complete"]),
        ("plain", ["id,q,is_complete"]),
    ],
)
def test_a_form_is_recognised_by_what_only_this_tool_writes(export, rows):
    assert find(*rows).export == export


def test_headings_of_code_and_text_are_found_by_either_and_by_what_is_in_their_brackets():
    mark = " | "
    names = [f"{name}{mark}x" for name in ("id", "submitdate", "lastpage", "seed")]
    names += [f"G1[agents]{mark}Please rate [We find [good] agents.]", f"G2[a_b][1]{mark}Now [Power][Scale 1]"]
    headings = find_headings([names], 0, Source())
    assert headings.labels[4] == (
        names[4],
        "G1[agents]",
        "Please rate [We find [good] agents.]",
        "agents",
        "We find [good] agents.",
    )
    assert set(headings.labels[5]) >= {"G2[a_b][1]", "Now [Power][Scale 1]", "1", "Scale 1"}
    assert headings.fields["finished"].heading == names[1]


def read_field(headings, tidy, position, text):
    field = next(one for one in headings.coded[tidy] if one.position == position)
    cells = [""] * len(headings.names)
    cells[position] = text
    return field.read(cells)


def test_limesurvey_without_times_has_no_time_of_submission_and_is_finished():
    headings = find("id,submitdate,lastpage,startlanguage,q")
    cells = ["1", "1980-01-01 00:00:00", "4", "en", "3"]
    assert [headings.fields[tidy].read(cells) for tidy in ("finished", "finished_at")] == ["true", ""]


def test_qualtrics_is_finished_at_100_per_cent_where_nothing_else_says_so():
    headings = find("StartDate,EndDate,Status,Progress,ResponseId,q")
    read = headings.fields["finished"].read
    assert [read(["", "", "0", text, "R", ""]) for text in ("100", "55", "", "100%")] == ["true", "false", "", "true"]
    assert find("StartDate,Progress,Finished,Status,q").fields["finished"].heading == "Finished"


@pytest.mark.parametrize(("text", "finished"), [("2", "true"), ("1", "false"), ("0", "false"), ("", ""), ("x", "x")])
def test_codes_of_completion_of_redcap(text, finished):
    headings = find("record_id,redcap_event_name,q,survey_complete")
    assert read_field(headings, "finished", 3, text) == finished


def test_a_column_of_completion_that_may_be_anybodys_keeps_its_ones():
    headings = find("record_id,q,is_complete")
    assert [read_field(headings, "finished", 2, text) for text in ("0", "1", "2")] == ["0", "1", "true"]


REDCAP = "record_id,redcap_event_name,consent_timestamp,agree,consent_complete,country,q1,q2,q3,survey_complete"
ROWS = (
    "1,e,2024-01-01 10:00,1,2,Aland,1,2,3,2",
    "2,e,[not completed],1,0,Beland,4,5,6,2",
    "3,e,2024-01-01 10:00,1,2,Celand,7,8,9,0",
    "4,e,2024-01-01 10:00,1,2,Celand,7,8,9,",
)


def test_redcap_is_finished_where_the_forms_with_questions_are(tmp_path):
    rules = make_definition()
    responses = read_rows(tmp_path, *ROWS, header=REDCAP, definition=rules)
    assert responses.table["finished"].to_list() == ["true", "true", "false", None]
    assert responses.table["finished_at"].to_list() == [None] * 4
    second = REDCAP.replace(",q3,", ",first_complete,q3,")
    rows = [",".join([*row.split(",")[:8], "2", *row.split(",")[8:]]) for row in ROWS]
    responses = read_rows(tmp_path, *rows, header=second, definition=rules)
    assert responses.table["finished"].to_list() == ["true", "true", "false", "true"]
    assert any("finished from first_complete and survey_complete" in said for said in responses.decisions)


def test_a_form_of_redcap_that_the_definition_names_is_read_by_its_codes(tmp_path):
    named = make_definition(**{"finished: done": "finished: consent_complete, finished_at: consent_timestamp"})
    responses = read_rows(tmp_path, *ROWS, header=REDCAP, definition=named)
    assert responses.table["finished"].to_list() == ["true", "false", "true", "true"]
    assert responses.table["finished_at"].to_list() == ["2024-01-01 10:00:00", None, *["2024-01-01 10:00:00"] * 2]


def test_ids_that_count_from_one_take_the_name_of_the_file(tmp_path):
    header = "ID,Start time,Completion time,Email,Name,country,q1,q2,q3"
    from bpo_index.responses import read_responses

    for n in (1, 2):
        row = f"1,1/2{n}/24 10:00:00,1/2{n}/24 10:05:00,anonymous,,Aland,1,2,{n}"
        (tmp_path / f"{n}.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    table = read_responses([tmp_path], make_definition()).table
    assert table["respondent_id"].to_list() == ["1.csv 1", "2.csv 1"]
    assert table["finished"].to_list() == ["true", "true"]
    assert table["finished_at"].to_list() == ["2024-01-21 10:05:00", "2024-01-22 10:05:00"]


def test_a_redcap_export_without_a_completion_column_is_one_all_the_same():
    found = list_tools()["redcap"].recognise([["record_id", "redcap_event_name", "country", "q1"]])
    assert found.fields["respondent_id"].heading == "record_id"
    assert found.coded["finished"] == ()
