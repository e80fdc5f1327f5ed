"""``python -m bpo_index``."""

import sys

from bpo_index.cli import main

if __name__ == "__main__":
    sys.exit(main())
