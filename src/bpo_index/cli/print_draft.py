"""What `bpo-index draft` prints: what was found, what was taken as proposed, what is left to do, the first ranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bpo_index.cli.print_check import print_audit
from bpo_index.cli.print_table import make_terminal_table
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import show_count, show_percent
from bpo_index.display.table_view import make_table
from bpo_index.display.words import start_sentence
from bpo_index.drafting.drafted import Draft
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.drafting.session import DraftedFile, FirstRanking
from bpo_index.drafting.units import list_examples


def print_draft(
    drafted: DraftedFile,
    ranking: FirstRanking | None,
    problem: str,
    *,
    target: str,
    files: Sequence[str],
    console: Console,
) -> None:
    """Print all of it."""
    draft = drafted.draft
    said = phrase("terminal.draft_title", title=str(draft.title.value), files=", ".join(draft.table.files))
    console.print(f"[bold]{escape(said)}[/]")
    found = list(_list_found(draft))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for key, value, why in found:
        grid.add_row(f"  [bold]{key}[/]", escape(value) + (f" [dim]({escape(why)})[/]" if why else ""))
    console.print(grid)
    for remark in draft.remarks:
        console.print(escape(remark))
    taken = [question for question in draft.questions if question.key not in draft.answers and question.key != "title"]
    for question in taken:
        said = phrase("terminal.draft_taken", answers=question.describe(question.proposal))
        said = said if draft.takes_proposals else phrase("terminal.draft_to_do")
        console.print(f"[yellow]{escape(question.text)}[/] {escape(said)}")
    console.print()
    if ranking is not None:
        _print_ranking(ranking, drafted, console)
    if problem:
        console.print(escape(problem), soft_wrap=True)
    console.print(phrase("terminal.draft_file", file=target), markup=False, soft_wrap=True)
    given = " ".join(map(_quote, files))
    if drafted.left_to_do:
        key = "terminal.draft_fill_in" if draft.takes_proposals else "terminal.draft_fill_in_or_answer"
        console.print(phrase(key), markup=False)
    elif not problem:
        for command in ("check", "run"):
            console.print(f"  bpo-index {command} {given} --definition {_quote(target)}", markup=False, soft_wrap=True)


def _list_found(draft: Draft) -> Iterator[tuple[str, str, str]]:
    columns = dict(draft.columns)
    unit = columns.pop("unit")
    units = (
        f"{len(draft.units)} {draft.words[1] if draft.words else 'units'}: {list_examples(draft.units)}"
        if draft.units
        else phrase("terminal.draft_to_do")
    )
    yield "units", units, str(unit.evidence)
    scale = draft.scale.value
    if isinstance(scale, ScaleFound) and not draft.scale.is_todo:
        ends = f"{scale.minimum:g} to {scale.maximum:g}"
        if scale.labels:
            ends = f"{scale.minimum:g} {scale.labels[0][0]!r} to {scale.maximum:g} {scale.labels[-1][0]!r}"
        yield "scale", ends, draft.scale.evidence
    else:
        yield "scale", phrase("terminal.draft_to_do"), draft.scale.evidence
    if draft.no_answers:
        yield phrase("terminal.draft_no_answer"), ", ".join(draft.no_answers), ""
    count = sum(len(category.questions) for category in draft.categories)
    titles = "; ".join(
        f"{show_text(category.title, 30)} {len(category.questions)}" for category in draft.categories[:6]
    )
    categories = phrase("terminal.draft_categories", count=len(draft.categories))
    said = phrase("terminal.draft_questions", questions=count, categories=categories, titles=titles)
    yield "questions", said if count else phrase("terminal.draft_to_do"), ""
    for key, found in columns.items():
        yield key, str(found.value), ""


def _print_ranking(ranking: FirstRanking, drafted: DraftedFile, console: Console) -> None:
    definition = drafted.load()
    print_audit(ranking.audit, [], definition.words, console)
    if ranking.scores is None:
        console.print(escape(ranking.refusal or ""), soft_wrap=True)
        return
    shown = ranking.scores.units.filter(~ranking.scores.units["suppressed"]).sort("rank", "unit", nulls_last=True)
    rows = [
        (
            "" if row["rank"] is None else show_count(row["rank"]),
            definition.unit_names[row["unit"]],
            "" if row["score"] is None else show_percent(row["score"] / 100, decimals=1),
            show_count(row["respondents"]),
        )
        for row in shown.iter_rows(named=True)
    ]
    headings = ("Rank", start_sentence(definition.words.unit), "Score", start_sentence(definition.words.respondents))
    console.print(make_terminal_table(make_table("draft", "", headings, rows, texts=(1,))))
    console.print(f"[dim]{escape(phrase('terminal.draft_scores_only'))}[/]")


def _quote(text: str) -> str:
    return f"'{text}'" if any(sign in text for sign in " ()&;'\"") else text
