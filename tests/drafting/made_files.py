"""Small files of answers, written for one test."""

import polars as pl


def write(folder, rows, name="survey.csv"):
    path = folder / name
    pl.DataFrame(rows).write_csv(path)
    return path


def make_rows(count=60, **columns):
    rows = {
        "id": [f"r{n}" for n in range(count)],
        "country": [["Colombia", "India", "Polonia"][n % 3] for n in range(count)],
    }
    return rows | {name: [values[n % len(values)] for n in range(count)] for name, values in columns.items()}
