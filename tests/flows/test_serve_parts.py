"""What `make serve` starts with: the deployments of prefect.yaml, a server of its own, nothing of another's."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bpo_index.definition import load_definition
from bpo_index.inbox.settings import InboxSettings
from bpo_index.settings import Settings
from flows import processes, serve


@pytest.fixture
def deployments(project):
    deployed = yaml.safe_load((project / "prefect.yaml").read_text())
    return {deployment["name"]: deployment for deployment in deployed["deployments"]}


def test_the_sweep_runs_every_minute_and_the_yearly_edition_on_a_cron_in_a_named_zone(project, deployments):
    sweep, yearly = deployments["sweep"], deployments["yearly-edition"]
    assert sweep["schedules"] == [{"interval": 60}]
    assert yearly["schedules"] == [{"cron": "0 6 15 1 *", "timezone": "America/Bogota"}]
    for deployment in deployments.values():
        assert deployment["description"]
        assert "bpo-index" in deployment["tags"]
        assert deployment["work_pool"] == {"name": serve.POOL}
        path, name = deployment["entrypoint"].split(":")
        assert f"\ndef {name}(settings" in (project / path).read_text()


def test_the_parameters_of_the_deployments_are_settings(project, deployments, monkeypatch):
    monkeypatch.chdir(project)
    assert InboxSettings(**deployments["sweep"]["parameters"]["settings"]) == InboxSettings()
    settings = Settings(**deployments["yearly-edition"]["parameters"]["settings"])
    assert all(Path(path).is_file() for path in settings.responses)
    assert load_definition(settings.definition).edition == "2022"


def test_the_version_of_prefect_is_written_the_same_everywhere(project):
    pinned = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    version = yaml.safe_load((project / "prefect.yaml").read_text())["prefect-version"]
    assert f"prefect=={version}" in pinned


def test_the_settings_of_the_server_are_taken_from_the_project(project):
    script = (
        "from prefect.settings import get_current_settings as get; server = get().server; "
        "print(server.analytics_enabled, server.ui.v2_enabled, server.services.scheduler.min_scheduled_time, "
        "sorted(server.services.db_vacuum.enabled), server.services.db_vacuum.retention_period)"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False False 0:02:00 ['events', 'flow_runs'] 14 days, 0:00:00"


def test_nothing_of_another_server_is_used(monkeypatch):
    for name in (
        *(
            "PREFECT_API_DATABASE_CONNECTION_URL",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL",
            "PREFECT_SERVER_DATABASE_HOST",
        ),
        *("PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_API_URL"),
    ):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("no_proxy", "intern.example.org")
    monkeypatch.delenv("NO_PROXY", raising=False)
    made = serve._make_environment(Path("/srv/home"), "http://127.0.0.1:4200", "http://127.0.0.1:4201", "admin:x")
    assert "elsewhere" not in made.values()
    assert made["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == "sqlite+aiosqlite:////srv/home/prefect.db"
    assert made["NO_PROXY"] == made["no_proxy"] == "127.0.0.1,localhost,intern.example.org"
    assert (made["DO_NOT_TRACK"], made["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the system does not tell")
def test_processes_are_found_by_a_variable_of_their_environment_and_stopped_with_their_group():
    sleeping = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    mark = f"BPO_INDEX_SERVED_FROM=/tmp/test-{os.getpid()}"
    name, _, value = mark.partition("=")
    process = subprocess.Popen([sys.executable, "-c", sleeping], env=os.environ | {name: value}, start_new_session=True)
    try:
        while len(processes.find_processes(mark)) < 2:
            assert process.poll() is None
        assert processes.find_processes(mark[:-1]) == []
        processes.stop_process(process.pid, lambda: process.poll() is None)
        assert process.returncode == -signal.SIGTERM
        while processes.find_processes(mark):
            pass
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("port", [65_536, 70_000])
def test_a_port_that_is_none_is_one_sentence(port):
    with pytest.raises(serve.CannotServe, match=f"The port {port} cannot be used"):
        serve._check_free(port)
