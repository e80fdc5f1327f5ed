"""From managers' answers to a published confidence index: validated, scored, ranked, with its uncertainty.

`bpo_index.pipeline` is the whole program; each folder beside it is one stage, in order.
"""

__version__ = "0.1.0"
