"""The whole program from Python: answers as paths or frames, definitions as objects, names or paths.

The third face of drafting and running, beside the command line and the browser page. Tutorial: docs/notebook.md.
"""
