"""Files for an inbox, and what became of them."""

from __future__ import annotations

from pathlib import Path

from tests.surveys import HEADER

BAD = "who,what\n1,2\n"


def write_survey(path: Path, number: int = 0) -> Path:
    """Write a survey of the small index; another number is another edition's answers."""
    rows = [
        f"{unit}{n},{unit},{(n + shift + number) % 11},{(3 * n + shift) % 11},{n % 7}"
        for shift, unit in enumerate(("AAA", "BBB", "CCC"))
        for n in range(4)
    ]
    path.write_text(
        "\n".join([HEADER, f"x{number},AAA,{number % 11},{number // 11 % 11},{number // 121 % 11}", *rows]) + "\n"
    )
    return path


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def list_releases(out: str = "releases", private: str = "audit") -> list[str]:
    """Return the ids of all releases that were published, after asserting that one an edition is public.

    The files of the others lie in the private folder, and their addresses lead on.
    """
    public = [path.parent for path in Path(out).glob("*/*/[0-9a-f]*/manifest.json")]
    assert len({path.parent for path in public}) == len(public)
    withdrawn = [path.parent for path in Path(out).glob("*/*/[0-9a-f]*/withdrawn.json")]
    for path in withdrawn:
        assert list_files(path) == ["report.html", "withdrawn.json"]
        assert (Path(private) / "withdrawn" / path.relative_to(out) / "manifest.json").is_file()
    return sorted(path.name for path in (*public, *withdrawn))
