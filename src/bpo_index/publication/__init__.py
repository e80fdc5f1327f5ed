"""Stage 6: tables, figures, report, facts and the release."""
