"""The keys of ids and seeds, with which nothing public confirms a guess. What is withheld is decided in the stages."""

from bpo_index.disclosure.keys import PUBLIC_KEY, Key, choose_key, open_key

__all__ = ["PUBLIC_KEY", "Key", "choose_key", "open_key"]
