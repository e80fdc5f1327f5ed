"""Stage 1: survey files in, tidy responses out, every row accounted for."""

from bpo_index.responses.read import read_responses
from bpo_index.responses.tidy import Responses

__all__ = ["Responses", "read_responses"]
