"""Commands as records: each module of the folder has its own, and the help lists them in their order."""

import pkgutil

from bpo_index.cli import commands
from bpo_index.cli.command import Command, list_commands
from bpo_index.cli.main import build_app, main


def test_each_module_of_the_folder_has_the_command_of_its_name():
    modules = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    assert modules == {command.name for command in list_commands()}


def test_the_help_lists_names_and_lines_in_order(capsys):
    assert main(["--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    # A long line is cut off in the list of commands.
    places = [said.index(f" {command.name} {command.line[:30].strip()}") for command in list_commands()]
    assert places == sorted(places)
    orders = [command.order for command in list_commands()]
    assert orders == sorted(set(orders))


def test_without_a_place_a_command_comes_last():
    assert Command("any", "Does something.", print).order > max(command.order for command in list_commands())


def test_the_help_of_a_command_is_its_line():
    registered = {one.name: one.help for one in build_app().registered_commands}
    assert registered == {command.name: command.line for command in list_commands()}
