"""The actions that core and plugins share: records, secrets, kernels, and waiting for machines.

Not here: actions that need a tool or an API; those belong to the plugin that knows it.
"""

from openqrm.plugin_api.actions.addresses import ForgetAddress, KeepAddress
from openqrm.plugin_api.actions.capture import ClearCopy, Copying, CopyRoot, TidyCopy
from openqrm.plugin_api.actions.files import (
    COPY_TIMEOUT_S,
    DISK_HINT,
    PutAway,
    TakeBack,
    find_kind,
    is_there,
    making_of,
)
from openqrm.plugin_api.actions.fill import ClearFolder, FillFolder, Filling
from openqrm.plugin_api.actions.kernels import ClearKernel, PrepareKernel
from openqrm.plugin_api.actions.machines import AskReboot, AskShutdown, AwaitMilestone, AwaitScript, LeaveBoot
from openqrm.plugin_api.actions.records import PutRecord, RemoveRecord, SetField, put, remove
from openqrm.plugin_api.actions.room import FitsHost
from openqrm.plugin_api.actions.secrets import ForgetSecret, MakeSecret

CORE_ACTIONS = (
    PutRecord,
    RemoveRecord,
    SetField,
    MakeSecret,
    ForgetSecret,
    AwaitMilestone,
    AwaitScript,
    AskReboot,
    AskShutdown,
    LeaveBoot,
    FitsHost,
    KeepAddress,
    ForgetAddress,
    PutAway,
    TakeBack,
    FillFolder,
    ClearFolder,
    PrepareKernel,
    ClearKernel,
    CopyRoot,
    ClearCopy,
    TidyCopy,
)

__all__ = [
    "COPY_TIMEOUT_S",
    "CORE_ACTIONS",
    "DISK_HINT",
    "AskReboot",
    "AskShutdown",
    "AwaitMilestone",
    "AwaitScript",
    "ClearCopy",
    "ClearFolder",
    "ClearKernel",
    "CopyRoot",
    "Copying",
    "FillFolder",
    "Filling",
    "FitsHost",
    "ForgetAddress",
    "ForgetSecret",
    "KeepAddress",
    "LeaveBoot",
    "MakeSecret",
    "PrepareKernel",
    "PutAway",
    "PutRecord",
    "RemoveRecord",
    "SetField",
    "TakeBack",
    "TidyCopy",
    "find_kind",
    "is_there",
    "making_of",
    "put",
    "remove",
]
