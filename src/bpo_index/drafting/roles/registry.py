"""All roles in the order in which they are looked for, and the columns that have them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from bpo_index.drafting.look import Table
from bpo_index.drafting.roles.record import Found, Role
from bpo_index.kinds import find_records

#: The group of entry points by which other packages offer roles.
GROUP = "bpo_index.roles"


@cache
def list_roles() -> tuple[Role, ...]:
    """Return all roles in their order."""
    return tuple(
        sorted(find_records(Role, "bpo_index.drafting.roles", GROUP), key=lambda role: (role.place, role.name))
    )


@dataclass(frozen=True)
class RoleFound:
    """The columns that may have a role."""

    role: Role
    candidates: tuple[Found, ...] = field(default=())

    @property
    def is_sure(self) -> bool:
        """Whether one column has it and no other may; of several that tell all rows apart, any will do."""
        return self.candidates[0].is_sure and (len(self.candidates) == 1 or self.role.takes_any)


def find_roles(table: Table) -> dict[str, RoleFound]:
    """Return the columns that may have each role, without those that surely have an earlier one."""
    taken: set[int] = set(table.tool_positions)
    found: dict[str, RoleFound] = {}
    for role in list_roles():
        if table.is_from_tool and _is_given(role.name, table):
            continue
        candidates = tuple(one for one in role.find(table) if one.column.position not in taken)
        if candidates:
            found[role.name] = RoleFound(role, candidates)
            taken.add(candidates[0].column.position)
    return found


def _is_given(key: str, table: Table) -> bool:
    tidy = {"respondent": "respondent_id"}.get(key, key)
    return tidy in table.headings.fields or tidy in table.headings.coded
