"""Run every bench, print a table and write ``build/bench.json``: ``python -m benches``."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benches import (
    growth,
    memory,
    publication,
    rank_sets,
    reading,
    replicates,
    scheduled,
    scoring,
    sensitivity,
    validation,
    whole_run,
)

COMMAND = "make bench"


def main() -> int:
    """Measure, print, write."""
    rows = [
        row | {"command": COMMAND}
        for bench in (
            whole_run,
            publication,
            scheduled,
            replicates,
            sensitivity,
            rank_sets,
            memory,
            growth,
            scoring,
            validation,
            reading,
        )
        for row in bench.measure()
    ]
    table = Table("name", "ours", "peer", "ratio", "target", "unit", "peer is")
    for row in rows:
        target = "–" if row["target"] is None else f"{row['target']:.2f}"
        table.add_row(
            row["name"],
            f"{row['ours']:.4g}",
            f"{row['peer']:.4g}",
            f"{row['ratio']:.3f}",
            target,
            row["unit"],
            row["peer_name"],
        )
    Console(width=160).print(table)
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
