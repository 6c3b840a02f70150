"""Every kind of record by its word."""

from __future__ import annotations

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.event import Event
from openqrm.domain.kernel import Kernel
from openqrm.domain.list_view import ListView
from openqrm.domain.network import Network
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Loan, Removal, Storage, Volume
from openqrm.domain.terminal import Terminal
from openqrm.domain.user import PluginState, SecondFactor, Token, User
from openqrm.domain.vm import VirtualMachine

KINDS: dict[str, type[Record]] = {
    record.kind: record
    for record in (
        Appliance,
        BootProfile,
        Event,
        Image,
        Kernel,
        ListView,
        Loan,
        Network,
        Observation,
        PluginState,
        Removal,
        Resource,
        SecondFactor,
        Storage,
        Terminal,
        Token,
        User,
        VirtualMachine,
        Volume,
    )
}
