"""All actions of KVM."""

from __future__ import annotations

from openqrm_plugins.kvm.acceleration import ForgetAcceleration, ProveAcceleration
from openqrm_plugins.kvm.define import DefineMachine, UndefineMachine
from openqrm_plugins.kvm.drive import InspectIso
from openqrm_plugins.kvm.migrate import MoveMachine
from openqrm_plugins.kvm.power import PowerOff, PowerOn, PressButton
from openqrm_plugins.kvm.seed import CarrySeed, RemoveSeed, WriteSeed
from openqrm_plugins.kvm.snapshots import DropSnapshots, RemoveSnapshot, RevertMachine, TakeSnapshot
from openqrm_plugins.kvm.take_up import GiveUpHost, TakeUpHost

ACTIONS = (
    DefineMachine,
    UndefineMachine,
    PowerOn,
    PowerOff,
    PressButton,
    MoveMachine,
    TakeSnapshot,
    RemoveSnapshot,
    RevertMachine,
    DropSnapshots,
    InspectIso,
    WriteSeed,
    CarrySeed,
    RemoveSeed,
    TakeUpHost,
    GiveUpHost,
    ProveAcceleration,
    ForgetAcceleration,
)
