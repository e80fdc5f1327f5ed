"""Readers see the definition's words for units and respondents, and never a heading of a file in their place."""

import re
from html import unescape

import pytest
from rich.console import Console

from bpo_index.cli.print_run import print_run
from bpo_index.definition import parse_definition
from bpo_index.errors import DefinitionError
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.surveys import SMALL

HEADING = "Q3. In which country do you operate?"
#: What of a release readers read.
READ = (
    "report.html",
    "annex.html",
    "ranking.html",
    "ranking.md",
    "ranking.tex",
    "categories.html",
    "categories.md",
    "categories.tex",
)


@pytest.fixture(scope="module", params=["words", "none"])
def published(request, tmp_path_factory, project):
    """Return whether the definition has words, the run of it, and what readers read of it."""
    folder = tmp_path_factory.mktemp("nurses")
    text = (project / "schemas/definitions/offshore-bpo-2021.yaml").read_text(encoding="utf-8")
    start, block, rest = re.split(r"(?m)^(words:.*\n(?:  .*\n)+)", text)
    assert "unit: country" in block
    text = re.sub(r"(?m)^method:.*$", "method:\\n  replicates: 200", start + rest)
    for before, after in (("offshore-bpo", "nurses"), ("anager", "urse"), ("countries", "hospitals")):
        text = text.replace(before, after)
    text = text.replace("Murse", "Nurse").replace("murse", "nurse")
    text = re.sub(r"\bcountry\b", "hospital", text).replace("\n  unit: hospital\n", f'\n  unit: "{HEADING}"\n')
    assert HEADING in text
    has_words = request.param == "words"
    text += "\nwords: {unit: hospital, respondent: nurse}\n" if has_words else ""
    (folder / "nurses.yaml").write_text(text, encoding="utf-8")
    answers = (project / "sample_data/offshore-bpo-2021.csv").read_text(encoding="utf-8")
    (folder / "answers.csv").write_text(answers.replace(",country,", f",{HEADING},", 1), encoding="utf-8")
    files = [str(folder / name) for name in ("answers.csv", "nurses.yaml", "out", "audit")]
    completed = run(Settings((files[0],), *files[1:]))
    read = {name: (completed.release.path / name).read_text(encoding="utf-8") for name in READ}
    read |= {path.name: path.read_text(encoding="utf-8") for path in completed.release.path.glob("figures/*.svg")}
    read["notebook"] = completed._repr_html_()
    for verbose in (False, True):
        console = Console(width=80, highlight=False)
        with console.capture() as capture:
            print_run(completed, console, verbose=verbose)
        read[f"terminal, verbose={verbose}"] = capture.get()
    return has_words, {name: unescape(re.sub(r"\s+", " ", text)) for name, text in read.items()}


def test_no_heading_of_a_file_and_no_word_of_another_index_is_read(published):
    _, read = published
    assert len(read) == len(READ) + 5 + 2 + 3
    found = [(name, word) for name, text in read.items() for word in ("Q3.", "In which") if word in text]
    assert found == []
    assert [name for name, text in read.items() if re.search(r"\bmanagers?\b|\bcountr(y|ies)\b", text, re.I)] == []


def test_readers_see_the_words_of_the_definition(published):
    has_words, read = published
    unit, units, respondents = ("hospital", "hospitals", "nurses") if has_words else ("unit", "units", "respondents")
    pages = read["report.html"] + read["annex.html"]
    for said in (
        f"{unit.capitalize()} by {unit}",
        f'<th scope="col" dir="auto">{respondents.capitalize()}</th>',
        f"12 {units} are ranked",
        f"ranks for all {units} at once",
        f"rates one {unit} and no other",
        f"which {respondents} answered",
    ):
        assert said in pages, said
    assert (
        f"| Rank | {unit.capitalize()} | Score (%) | Interval | Rank set | {respondents.capitalize()} |"
        in (read["ranking.md"])
    )
    assert f"of the 12 {units} may be first" in read["terminal, verbose=False"]
    assert f"{respondents.capitalize()} rate their own {unit} only" in read["terminal, verbose=False"]
    if has_words:
        shown = {name: text for name, text in read.items() if name not in ("report.html", "annex.html")}
        assert [name for name, text in shown.items() if re.search(r"\bunits\b", text)] == []


def test_plurals_are_made_with_an_s_and_never_stand_alone():
    assert parse_definition(SMALL).words.model_dump() == {
        "unit": "unit",
        "units": "units",
        "respondent": "respondent",
        "respondents": "respondents",
    }
    words = parse_definition(f"{SMALL}\nwords: {{unit: hospital, respondent: person, respondents: people}}\n").words
    assert (words.units, words.respondents) == ("hospitals", "people")
    assert (words.count_units(1), words.count_respondents(2_000)) == ("1 hospital", "2,000 people")
    with pytest.raises(DefinitionError, match="gives `units` without `unit`"):
        parse_definition(f"{SMALL}\nwords: {{units: hospitals}}\n")
    with pytest.raises(DefinitionError, match="nothing that can be seen"):
        parse_definition(f"{SMALL}\nwords: {{unit: ' '}}\n")


def test_no_code_speaks_of_managers_or_takes_a_heading_for_a_word(project):
    files = [
        path
        for folder in ("src", "flows")
        for path in (project / folder).rglob("*.*")
        if path.suffix not in (".pyc", ".mo", ".ttf", ".woff2")
    ]
    texts = {path.relative_to(project).as_posix(): path.read_text(encoding="utf-8") for path in files}
    assert len(texts) > 200
    assert [path for path, text in texts.items() if re.search(r"\bmanagers?\b", text, re.I)] == []
    about_files = ("src/bpo_index/responses/", "src/bpo_index/validation/sentences.py")
    takes = [path for path, text in texts.items() if "definition.columns.unit" in text]
    assert [path for path in takes if not path.startswith(about_files)] == []
