"""``python -m bpo_index``."""

from bpo_index.cli.main import run_and_exit

if __name__ == "__main__":
    run_and_exit()
