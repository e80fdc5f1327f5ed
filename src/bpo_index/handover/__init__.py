"""What one task of a flow leaves for the next, as Arrow and JSON files: which (`stages`), and how (`value_files`)."""

from bpo_index.handover.stages import STAGES, load_completed_run, run_stage

__all__ = ["STAGES", "load_completed_run", "run_stage"]
