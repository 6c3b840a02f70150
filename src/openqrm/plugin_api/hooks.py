"""The hooks: pure questions that the core asks every enabled plugin.

A plugin answers in its module hooks.py with functions of these names, marked `@hookimpl`, that take the arguments
they want. They must not touch the world, for they are asked while planning and for every page. Acting is for the
steps that `extra_steps` returns; news come to subscriber.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pluggy

from openqrm.domain.appliance import Appliance
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Step
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource
from openqrm.plugin_api.intents import Intent
from openqrm.ports.records import Facts

PROJECT = "openqrm"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Phase = Literal["first", "last"]


@dataclass(frozen=True, kw_only=True)
class CloudProduct:
    """Something that can be ordered; `price_ccu` is for one hour of one unit."""

    name: str
    title: str
    unit: str
    price_ccu: int


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A table on the page of a record: rows of label and text. Nothing in it is taken for HTML."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """An entry of the console's menu; `noun` is the one whose list it opens."""

    title: str
    noun: str
    below: str = ""  # the title of the group it belongs to; empty: the plugin's category


@hookspec
def check_intent(intent: Intent, facts: Facts, user: str, settings: Any) -> str | None:
    """Why this intent must not be planned, as a sentence for the one who asked; None when nothing speaks against it.

    intent: what is asked for.
    facts: the records as they are.
    user: who asks.
    settings: the plugin's own.
    """


@hookspec
def extra_steps(intent: Intent, phase: Phase, facts: Facts, settings: Any) -> tuple[Step, ...] | None:
    """Steps to add to the plan of this intent. Their ids must begin with the plugin's id and a dash.

    intent: what is being planned.
    phase: `first` for steps before all others, `last` for steps after them.
    facts: the records as they are.
    settings: the plugin's own.
    """


@hookspec
def boot_arguments(resource: Resource, appliance: Appliance, settings: Any) -> str | None:
    """Arguments to add to the kernel line of an appliance's boots, until it is stopped; the plan shows whose they are.

    resource: the one that boots.
    appliance: what it boots.
    settings: the plugin's own.
    """


@hookspec
def initrd_fragments(kernel: Kernel, settings: Any) -> tuple[str, ...] | None:
    """Root types of the plugin's folder initrd/ that the initrd of an appliance has to hold beside those in use.

    kernel: the one that the appliance boots.
    settings: the plugin's own.
    """


@hookspec
def cloud_products(facts: Facts, settings: Any) -> tuple[CloudProduct, ...] | None:
    """What users of the cloud can order because of this plugin.

    facts: the records as they are.
    settings: the plugin's own.
    """


@hookspec
def panels(record: Record, facts: Facts, settings: Any) -> tuple[Panel, ...] | None:
    """Tables to show with this record.

    record: the one whose page is shown.
    facts: the records as they are.
    settings: the plugin's own.
    """


@hookspec
def menu_items(settings: Any) -> tuple[MenuItem, ...] | None:
    """Entries of the console's menu, beside those that follow from the plugin's intents.

    settings: the plugin's own.
    """
