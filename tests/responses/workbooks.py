"""Excel files written from rows."""

import xlsxwriter


def write_workbook(path, sheets):
    with xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for n, row in enumerate(rows):
                for m, cell in enumerate(row):
                    sheet.write(n, m, cell)
    return path
