"""What several storage plugins share: how volumes are made, how they are exported, and the driver made of the two.

A storage plugin says which halves it puts together, and has its own settings. Not here: anything that one plugin alone
needs. The reasons are in docs/decisions/0008-what-storages-share.md.
"""

from openqrm.plugin_api.storage.driver import SizedVolumeDriver, VolumeDriver
from openqrm.plugin_api.storage.exporting.aoe import Blades, EndBlade, ServeBlade
from openqrm.plugin_api.storage.exporting.iscsi.actions import EndTarget, ServeTarget
from openqrm.plugin_api.storage.exporting.iscsi.targets import Targets
from openqrm.plugin_api.storage.exporting.nfs.actions import EndExport, ExportFolder
from openqrm.plugin_api.storage.exporting.nfs.exported_folders import ExportedFolders
from openqrm.plugin_api.storage.filling import fill_disk, fill_folder
from openqrm.plugin_api.storage.halves import Exporting, Making, Work
from openqrm.plugin_api.storage.making.adopt import AdoptLogical, AdoptPlace, ForgetLogical, ForgetPlace
from openqrm.plugin_api.storage.making.directories import NoteAsBefore, NoteDirectory, noted_beneath
from openqrm.plugin_api.storage.making.disk_files import DiskFiles
from openqrm.plugin_api.storage.making.disks import CloneDisk, GrowDisk, MakeDisk
from openqrm.plugin_api.storage.making.fill_disk import ClearDisk, FillDisk
from openqrm.plugin_api.storage.making.folders import CloneFolder, MakeFolder
from openqrm.plugin_api.storage.making.logical import CloneLogical, GrowLogical, MakeLogical
from openqrm.plugin_api.storage.making.logical_volumes import LogicalVolumes, MountedLogicalVolumes
from openqrm.plugin_api.storage.making.mounted import FormatVolume, MountVolume, UnmountVolume
from openqrm.plugin_api.storage.making.plain_folders import Folders
from openqrm.plugin_api.storage.making.purge import Purge
from openqrm.plugin_api.storage.making.put_away import PurgeLogical, PutAwayLogical, TakeBackLogical
from openqrm.plugin_api.storage.making.qcow import CloneQcow, GrowQcow, InspectQcow, MakeQcow, SweepLayers
from openqrm.plugin_api.storage.making.qcow_files import QcowFiles
from openqrm.plugin_api.storage.settings import settings_for

STORAGE_ACTIONS = (
    AdoptPlace,
    ForgetPlace,
    AdoptLogical,
    ForgetLogical,
    MakeLogical,
    CloneLogical,
    GrowLogical,
    PutAwayLogical,
    TakeBackLogical,
    PurgeLogical,
    MakeFolder,
    CloneFolder,
    MakeDisk,
    CloneDisk,
    GrowDisk,
    MakeQcow,
    CloneQcow,
    GrowQcow,
    InspectQcow,
    SweepLayers,
    FillDisk,
    ClearDisk,
    NoteDirectory,
    NoteAsBefore,
    Purge,
    FormatVolume,
    MountVolume,
    UnmountVolume,
    ExportFolder,
    EndExport,
    ServeBlade,
    EndBlade,
    ServeTarget,
    EndTarget,
)

__all__ = [
    "STORAGE_ACTIONS",
    "Blades",
    "ClearDisk",
    "DiskFiles",
    "ExportedFolders",
    "Exporting",
    "FillDisk",
    "Folders",
    "InspectQcow",
    "LogicalVolumes",
    "Making",
    "MountedLogicalVolumes",
    "NoteDirectory",
    "QcowFiles",
    "SizedVolumeDriver",
    "Targets",
    "VolumeDriver",
    "Work",
    "fill_disk",
    "fill_folder",
    "noted_beneath",
    "settings_for",
]
