"""From exact to publishable: the only door to publication, and the keys with which nothing public confirms a guess.

Nothing but the keys is imported here: parts of this folder are used before there are scores.
"""

from bpo_index.disclosure.keys import PUBLIC_KEY, Key, choose_key, open_key

__all__ = ["PUBLIC_KEY", "Key", "choose_key", "open_key"]
