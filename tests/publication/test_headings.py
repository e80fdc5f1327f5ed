"""A survey whose columns are headed by whole questions, perhaps in Spanish: no reader sees a heading in a sentence."""

import re
from dataclasses import replace
from html import unescape

import pytest
from rich.console import Console

from bpo_index.cli.print_check import print_check
from bpo_index.cli.print_run import print_run
from bpo_index.handover.summary import list_audit_rows, list_ranking_rows, write_findings, write_summary
from bpo_index.pipeline import check, run
from bpo_index.settings import Settings
from tests.publication.reading import Document

KEYS = ("unit", "respondent", "design_weight", "started_at", "finished_at", "finished")
#: What a definition says of its columns, to their headings: those of no other thing in the survey.
HEADINGS = {
    "spanish": (
        *("¿A qué Cámara de Comercio está afiliado?", "Número de identificación", "Factor de expansión"),
        *("Fecha de inicio", "Fecha de finalización", "Encuesta completa"),
    ),
    "questions": (
        *("Q1. Which chamber is your company a member of?", "Q0. Please enter the code from our letter"),
        *("W1. Weight: members of the chamber per answer", "T1. On which day and at what time did you begin?"),
        *("T2. On which day and at what time did you end?", "T3. Did you answer all of our questions?"),
    ),
}
WORDS = {"spanish": "", "questions": "words: {unit: chamber, respondent: member}\n"}
CHAMBERS = ("Bogotá", "Medellín", "Cali", "Cartagena", "Pasto", "Montería")
DEFINITION = """
schema_version: 1
index: chambers
edition: 2024
version: 1
title: Índice de Cámaras 2024
provenance: {note: Made up for a test.}
scale: {minimum: 1, maximum: 7, labels: {Totalmente de acuerdo: 7, Totalmente en desacuerdo: 1}}
categories:
  - id: trust
    title: Confianza
    questions: [{id: t1, text: La Cámara resuelve mis trámites.}, {id: t2, text: El personal está bien preparado.}]
  - id: online
    title: Servicios en línea
    questions: [{id: o1, text: La página está al día.}, {id: o2, text: Los servicios en línea funcionan bien.}]
quality_rules: {unfinished: {action: quarantine}, speeder: {}}
method: {replicates: 200, minimum_respondents_to_publish: 3, minimum_respondents_to_rank: 3}
"""


def write_survey(folder, kind):
    """Write definition and answers of a survey of chambers, and return their paths."""
    units = [f"  - {{code: C{n}, name: {name}}}" for n, name in enumerate(CHAMBERS)]
    columns = [f'  {key}: "{heading}"' for key, heading in zip(KEYS, HEADINGS[kind], strict=True)]
    parts = [DEFINITION.strip(), "units:", *units, "columns:", *columns, WORDS[kind]]
    definition, answers = folder / "chambers.yaml", folder / "answers.csv"
    definition.write_text("\n".join(parts), encoding="utf-8")
    questions = re.findall(r"text: ([^}]+)\}", DEFINITION)
    rows = [";".join([*HEADINGS[kind], *questions])]
    for n in range(60):
        place = n % len(CHAMBERS)
        ratings = [1 + (place + n * step + n // 7) % 7 for step in (1, 3, 2, 5)]
        shown = [{7: "Totalmente de acuerdo", 1: "Totalmente en desacuerdo"}.get(one, str(one)) for one in ratings]
        began, ended = (f"{18 + n % 9}/03/2024 14:{minute:02}" for minute in (n % 50, 9 + n % 50))
        # The fifth row is broken off, the sixth names nobody's chamber.
        chamber = "Tunja" if n == 5 else CHAMBERS[place]
        rows.append(";".join([chamber, f"p{n}", f"0,{30 + n}", began, ended, "no" if n == 4 else "sí", *shown]))
    answers.write_bytes("\n".join(rows).encode("windows-1252"))
    return str(definition), str(answers)


def show(draw, *given, **options):
    """Return what a function prints on a terminal of usual width."""
    console = Console(width=80, highlight=False)
    with console.capture() as capture:
        draw(*given, console, **options)
    return capture.get()


@pytest.fixture(scope="module", params=HEADINGS)
def read(request, tmp_path_factory):
    """Return the kind of the headings, and all that readers read of the survey, by what it is."""
    folder = tmp_path_factory.mktemp("chambers")
    definition, answers = write_survey(folder, request.param)
    settings = Settings((answers,), definition, str(folder / "out"), str(folder / "audit"))
    completed, checked = run(settings), check(settings)
    assert (completed.checked.audit.rows_read, completed.checked.audit.rows_accepted) == (60, 58)
    said = {
        path.relative_to(completed.release.path).as_posix(): path.read_text(encoding="utf-8")
        for path in completed.release.path.rglob("*")
        if path.suffix in (".html", ".md", ".tex", ".svg")
    }
    # How a file is read is said of its columns, in a sentence a file; all else is said of the survey.
    quiet = [replace(one, responses=replace(one.responses, decisions=[])) for one in (completed, checked)]
    said |= {
        "notebook": completed._repr_html_(),
        "notebook of the definition": completed.definition._repr_html_(),
        "notebook of the check": quiet[1]._repr_html_(),
        "page of the run": write_summary(completed) + write_findings(completed),
        "tables of the page": f"{list_ranking_rows(completed)}{list_audit_rows(completed)}",
        "terminal": show(print_run, completed),
        "terminal, all": show(print_run, quiet[0], verbose=True),
        "terminal, check": show(print_check, quiet[1], verbose=True),
    }
    return request.param, {name: re.sub(r"\s+", " ", unescape(text)) for name, text in said.items()}


def test_no_heading_of_the_file_is_read_anywhere(read):
    kind, said = read
    assert {"report.html", "ranking.md", "ranking.tex", "categories.html", "figures/ranking.svg"} <= set(said)
    assert [(name, heading) for name, text in said.items() for heading in HEADINGS[kind] if heading in text] == []
    # Nor in other cases of its letters, nor broken by tags: of figures and the report, what is read without them.
    plain = {name: re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text)).casefold() for name, text in said.items()}
    wanted = [heading.casefold().strip("¿?") for heading in HEADINGS[kind]]
    assert [(name, heading) for name, text in plain.items() for heading in wanted if heading in text] == []


def test_tables_and_navigation_have_the_words_of_the_definition(read):
    kind, said = read
    unit, respondents = ("Chamber", "Members") if kind == "questions" else ("Unit", "Respondents")
    headings = {element["text"] for element in Document(said["annex.html"]).find("th")}
    assert {unit, respondents} <= headings
    assert f"{unit} by {unit.lower()}" in said["report.html"]
    assert f"| Rank | {unit} | " in said["ranking.md"]
    assert unit in said["ranking.tex"]
    for name in ("terminal", "terminal, all", "terminal, check"):
        assert f"Rank {unit} Score" in said[name]
    assert f"the {unit.lower()} is not one of the definition's" in said["terminal, check"]
    assert f"the {respondents.lower()[:-1]} did not reach the end" in said["terminal, check"]
