"""What may be published, and as what."""

from bpo_index.disclosure.keys import PUBLIC_KEY, Key, choose_key, open_key

__all__ = ["PUBLIC_KEY", "Key", "choose_key", "open_key"]
