"""The browser page on this machine: drop a file, answer what it does not say, see ranking and report.

`server.py` guards and routes, `workspace.py` holds the files and answers of the one who uses it, `views.py` makes what
the page shows. Page: docs/methods/drafting.md.
"""
