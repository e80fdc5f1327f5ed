"""What has changed of the tables in `tests/golden/` since they were made, and how they are read as they were."""

import re
from pathlib import Path

CELL = re.compile(r'(?:(?<=^)|(?<=,))("(?:[^"]|"")*"|[^,]*)(?=,|$)')
#: Old name of a column of ranks to its name now, in the tables that have it.
_MARGINAL = {f"rank_interval_{end}": f"marginal_rank_set_{end}" for end in ("low", "high")}
#: Table to old name of a column to its name now.
RENAMED: dict[str, dict[str, str]] = {"ranking.csv": _MARGINAL, "categories.csv": _MARGINAL}
#: Table in long form to old name of a measure to its name now.
RENAMED_MEASURES: dict[str, dict[str, str]] = {"long.csv": _MARGINAL}
#: Table to columns that there were not, and tables that there were not.
ADDED: dict[str, set[str]] = {
    "categories.csv": {"level", "parent"},
    "long.csv": {"level", "parent"},
    "robustness/central_weights.csv": {"level", "parent"},
    "robustness/components.csv": {"level", "parent"},
    "robustness/neighbours.csv": {"level", "parent"},
    "robustness/outcomes.csv": {"level", "parent"},
    "robustness/questions.csv": {"level", "parent"},
    "robustness/rank_acceptability.csv": {"parent"},
    "robustness/reliability.csv": {"level", "parent"},
    "robustness/sampling_error.csv": {"level", "parent"},
    "robustness/weight_intervals.csv": {"level", "parent"},
    "robustness/weight_swaps.csv": {"parent"},
    "robustness/weights.csv": {"level", "parent"},
}
#: Name of a table now to its old name.
RENAMED_TABLES: dict[str, str] = {"robustness/rank_shares.csv": "robustness/rank_probabilities.csv"}
ADDED_TABLES: set[str] = {"robustness/groups.csv"}


def read_as_before(path: Path, table: str) -> bytes:
    """Return a table with the columns that it had, columns and measures under their names of then."""
    if table not in RENAMED and table not in RENAMED_MEASURES and table not in ADDED:
        return path.read_bytes()
    old = {now: before for before, now in RENAMED.get(table, {}).items()}
    measures = {now: before for before, now in RENAMED_MEASURES.get(table, {}).items()}
    # As they are written: an empty text stands in quotation marks, null does not.
    header, *rows = [CELL.findall(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [n for n, name in enumerate(header) if name not in ADDED.get(table, set())]
    measured = header.index("measure") if measures else -1
    rows = [[measures.get(cell, cell) if n == measured else cell for n, cell in enumerate(row)] for row in rows]
    lines = [",".join(row[n] for n in kept) for row in ([old.get(name, name) for name in header], *rows)]
    return "".join(f"{line}\n" for line in lines).encode()
