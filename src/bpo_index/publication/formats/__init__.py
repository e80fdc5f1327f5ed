"""The formats of the published tables, one module each.

For machines: `table_files` (CSV, JSON, Parquet), `long_form`, `datapackage`. For spreadsheets: `workbook`. For readers,
all with the same cells: `reader_tables` lays them out, `markdown`, `html_tables` and `latex` write them down.
"""
