"""More faults of `make serve`: killed itself, stopped in the middle of a file, a clock that jumps; `make faults`."""

import datetime
import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.flows.served import Served, write_edition

pytestmark = [
    pytest.mark.skipif(not os.environ.get("BPO_INDEX_FAULTS"), reason="takes minutes; `make faults` runs it"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds its processes in /proc"),
]


def test_what_a_killed_serve_left_running_is_stopped_by_the_next(served):
    served.process.kill()
    served.process.wait()
    left = served.find_processes()
    assert left
    assert "A process of an earlier start is still there" in served.start()
    assert set(left) & set(served.find_processes()) == set()


def test_stopped_in_the_middle_of_a_file_it_leaves_no_process_and_the_file_to_the_next(project, served):
    write_edition(project, served.drop / "interrupted.csv", 61)
    served.wait_for_claim()
    assert served.stop() == 0
    served.start()
    served.wait_for(lambda: "interrupted.csv" in {said["name"] for said in served.read_outcomes()}, "release")


#: Loaded by server, worker and runs: Prefect's clock is ahead by the seconds that a file says, at every look.
SHIFT = """
import datetime, importlib.abc, importlib.util, os, sys
class Shift(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "prefect.types._datetime":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def load_shifted(module):
            load(module)
            real = module.now
            def now(tz="UTC"):
                with open(os.environ["SHIFT_FILE"]) as file:
                    return real(tz) + datetime.timedelta(seconds=float(file.read()))
            module.now = now
        spec.loader.exec_module = load_shifted
        return spec
sys.meta_path.insert(0, Shift())
"""


def test_a_clock_that_jumps_over_the_cron_gives_one_edition_and_sweeps_go_on(project, tmp_path):
    (tmp_path / "shift").mkdir()
    (tmp_path / "shift" / "sitecustomize.py").write_text(SHIFT)
    environment = {"PYTHONPATH": str(tmp_path / "shift"), "SHIFT_FILE": str(tmp_path / "seconds")}

    def jump(seconds):
        (tmp_path / "new").write_text(str(seconds))
        (tmp_path / "new").rename(tmp_path / "seconds")

    machine = Served(project, tmp_path, environment=environment)
    now = datetime.datetime.now(ZoneInfo("America/Bogota"))
    cron = now.replace(month=1, day=15, hour=6, minute=0, second=0, microsecond=0)
    to_cron = (cron.replace(year=now.year + (cron < now)) - now).total_seconds()
    jump(to_cron - 3600)
    machine.start()
    try:
        machine.wait_for(lambda: machine.list_runs("yearly-edition"), "run of the yearly edition")
        assert {run["state_name"] for run in machine.list_runs("yearly-edition")} == {"Scheduled"}
        write_edition(project, machine.drop / "before.csv", 80)
        jump(to_cron + 3600)

        def list_done():
            return [run for run in machine.list_runs("yearly-edition") if run["state_type"] == "COMPLETED"]

        machine.wait_for(list_done, "edition of the year")
        machine.wait_for(lambda: len(machine.read_outcomes()) == 1, "release of the file")
        jump(to_cron - 86400)  # back to before it, and over it again
        time.sleep(15)
        jump(to_cron + 7200)
        write_edition(project, machine.drop / "after.csv", 81)
        machine.wait_for(lambda: len(machine.read_outcomes()) == 2, "release of the second file")
        assert len(list_done()) == 1
        (run,) = list_done()
        expected = datetime.datetime.fromisoformat(run["expected_start_time"])
        assert expected.timestamp() == pytest.approx(time.time() + to_cron, abs=900)
        assert len(list(machine.releases.glob("offshore-bpo/2022/[0-9a-f]*/manifest.json"))) == 1
        assert len(machine.list_releases()) == 2
    finally:
        machine.stop()
