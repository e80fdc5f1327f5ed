"""The catalogues of records hold the texts of all records, under the keys by which they are looked for."""

from pathlib import Path

import polars as pl

from bpo_index.display.compiling import compile_catalogues
from bpo_index.display.language import LANGUAGES, SOURCE, use_language
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.columns.views import view_frame
from bpo_index.record_texts import DOMAINS, list_record_texts, render_catalogue, write_catalogues


def test_committed_catalogues_are_those_of_the_records(tmp_path):
    write_catalogues(tmp_path)
    written = {path.name: path.read_bytes() for path in (tmp_path / SOURCE / "LC_MESSAGES").iterdir()}
    assert written.keys() == {f"{domain}.{ending}" for domain in DOMAINS for ending in ("po", "mo")}
    committed = LANGUAGES / SOURCE / "LC_MESSAGES"
    assert [name for name, content in written.items() if (committed / name).read_bytes() != content] == []
    assert write_catalogues(tmp_path) == []


def translate_all(folder: Path) -> None:
    """Write every text of a record as its key."""
    for domain in DOMAINS:
        path = folder / "xx" / "LC_MESSAGES" / f"{domain}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = [key for key in list_record_texts() if key.startswith(f"{domain}.")]
        path.write_text(render_catalogue((key, f"[{key}]") for key in keys), encoding="utf-8")
    for name in ("numbers", "tables"):
        source = LANGUAGES / SOURCE / "LC_MESSAGES" / f"{name}.po"
        (folder / "xx" / "LC_MESSAGES" / f"{name}.po").write_bytes(source.read_bytes())
    compile_catalogues(folder)


def test_columns_are_shown_in_the_current_language(tmp_path):
    translate_all(tmp_path)
    frame = pl.DataFrame({"name": ["India"], "se": [1.26], "ci_low": [85.43], "ci_high": [94.46]})
    with use_language("xx", tmp_path):
        view = view_frame(RANKING, ["name", "se", "ci"], frame)
        said = [
            text
            for table in list_tables().values()
            for text in (
                table.say_title(),
                table.say_row(),
                *(column.name_heading(table.name) for column in table.columns),
                *(column.say_meaning(table.name) for column in table.columns),
                *(column.say_unit() for column in table.columns),
            )
        ]
    assert view.caption == "[columns.ranking.title]"
    assert view.headings == tuple(f"[columns.ranking.{name}.heading]" for name in ("name", "se", "ci"))
    assert len(said) > 500
    assert [text for text in said if not text.startswith("[columns.")] == []
