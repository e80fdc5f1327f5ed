"""Stage 5: tables, figures, report, facts and the release."""
