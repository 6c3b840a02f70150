"""libvirt's XML for a VM, written and read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from openqrm.plugin_api import Category, Nic, StepError
from openqrm_plugins.kvm.hardware import Drive, Hardware, uuid_of
from openqrm_plugins.kvm.seed import is_seed

NAMESPACE = "https://openqrm.org/kvm/1"
_BOOT = f"{{{NAMESPACE}}}boot"
_MIB = {"b": 2**-20, "bytes": 2**-20, "KiB": 2**-10, "k": 2**-10, "MiB": 1, "M": 1, "GiB": 2**10, "G": 2**10}
_GARBLED_HINT = "Retry; if it stays so, look at the log of libvirtd on the host."
ElementTree.register_namespace("openqrm", NAMESPACE)


@dataclass(frozen=True)
class Domain:
    """A VM as libvirt shows it. `boot` of its hardware is empty when its devices are in another order than ours."""

    hardware: Hardware
    uuid: str
    accelerator: str  # kvm or qemu
    is_on: bool = False  # never so in the XML for its next start


@dataclass(frozen=True)
class Tuning:
    """What settings and host add to the hardware."""

    accelerator: str = "qemu"
    cpu_model: str = ""
    disk_cache: str = "none"


def render_domain(hardware: Hardware, tuning: Tuning) -> str:
    """The XML for `virsh define`."""
    domain = Element("domain", type=tuning.accelerator)
    _add(domain, "name", hardware.name)
    _add(domain, "uuid", uuid_of(hardware.name))
    _add(_add(domain, "metadata"), _BOOT, regular=hardware.boot, once=hardware.once)
    _add(domain, "memory", str(hardware.memory_mib), unit="MiB")
    _add(domain, "vcpu", str(hardware.cpu_count))
    _add(_add(domain, "os"), "type", "hvm", arch="x86_64", machine="q35")
    features = _add(domain, "features")
    _add(features, "acpi")
    _add(features, "apic")
    _add_cpu(domain, tuning)
    _add(domain, "clock", offset="utc")
    for event, answer in (("on_poweroff", "destroy"), ("on_reboot", "restart"), ("on_crash", "destroy")):
        _add(domain, event, answer)
    _add_devices(_add(domain, "devices"), hardware, tuning)
    _set_boot_order(domain)
    ElementTree.indent(domain)
    return ElementTree.tostring(domain, encoding="unicode") + "\n"


def parse_domain(text: str) -> Domain:
    """What `virsh dumpxml` printed. Raises StepError `unavailable` when that is not a whole domain."""
    domain = _read(text)
    try:
        hardware = Hardware(
            name=_text(domain, "name"),
            cpu_count=int(_text(domain, "vcpu")),
            memory_mib=_memory_mib(domain),
            nics=tuple(map(_nic, domain.iterfind("devices/interface"))),
            disks=tuple(map(_disk, domain.iterfind("devices/disk[@device='disk']"))),
            iso=_attribute(domain, "devices/disk[@device='cdrom']/source", "file"),
            boot=_attribute(domain, f"metadata/{_BOOT}", "regular"),
            once=_attribute(domain, f"metadata/{_BOOT}", "once"),
        )
        if _orders(domain) != _wanted_orders(domain, hardware):
            hardware = replace(hardware, boot="")
        return Domain(hardware, _text(domain, "uuid"), domain.attrib["type"], is_on="id" in domain.attrib)
    except (KeyError, ValueError) as error:
        raise _garbled(text) from error


def render_without_once(text: str) -> str:
    """The same domain, in its regular boot order; everything else in it stays, whoever put it there."""
    domain = _read(text)
    found = domain.find(f"metadata/{_BOOT}")
    if found is not None:
        found.set("once", "")
    _set_boot_order(domain)
    return ElementTree.tostring(domain, encoding="unicode") + "\n"


def _read(text: str) -> Element:
    if "<!DOCTYPE" in text:  # libvirt writes none, and entities can only be declared in one
        raise _garbled(text)
    try:
        domain = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise _garbled(text) from error
    if domain.tag != "domain":
        raise _garbled(text)
    return domain


def _garbled(text: str) -> StepError:
    return StepError(Category.UNAVAILABLE, f"virsh describes a VM as {text.strip()[:80]!r}", _GARBLED_HINT)


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child


def _add_cpu(domain: Element, tuning: Tuning) -> None:
    """Emulated it is a small one, with the random numbers that make SSH and TLS start at once."""
    if tuning.accelerator == "qemu":
        cpu = _add(domain, "cpu", mode="custom", match="exact")
        _add(cpu, "model", "qemu64")
        _add(cpu, "feature", policy="require", name="rdrand")
    elif tuning.cpu_model:
        _add(_add(domain, "cpu", mode="custom", match="exact"), "model", tuning.cpu_model)
    else:
        _add(domain, "cpu", mode="host-model")


def _add_devices(devices: Element, hardware: Hardware, tuning: Tuning) -> None:
    for number, disk in enumerate(hardware.disks):
        _add_disk(devices, disk, f"vd{chr(ord('a') + number)}", tuning.disk_cache)
    if hardware.iso:
        _add_iso(devices, hardware)
    for number, nic in enumerate(hardware.nics):
        _add_nic(devices, nic, boots=number == 0)
    _add(devices, "serial", type="pty")
    _add(devices, "console", type="pty")
    # a socket that only root of the host may open, so that nothing listens and no password is needed
    _add(_add(devices, "graphics", type="vnc"), "listen", type="socket")
    _add(_add(devices, "video"), "model", type="vga")
    _add(_add(devices, "rng", model="virtio"), "backend", "/dev/urandom", model="random")
    _add(devices, "memballoon", model="none")


def _add_iso(devices: Element, hardware: Hardware) -> None:
    """Every installer has a driver for SATA. The kernels of clouds have none, and it is they who read seeds."""
    seeded = is_seed(hardware.name, hardware.iso)
    drive = _add(devices, "disk", type="file", device="cdrom")
    _add(drive, "driver", name="qemu", type="raw")
    _add(drive, "source", file=hardware.iso)
    _add(drive, "target", dev="sda", bus="scsi" if seeded else "sata")
    _add(drive, "readonly")
    if seeded:
        _add(devices, "controller", type="scsi", model="virtio-scsi")


def _add_disk(devices: Element, disk: Drive, target: str, cache: str) -> None:
    """The format is always said: a VM that may choose it could have the host open any file as its backing file."""
    is_block = disk.path.startswith("/dev/")
    element = _add(devices, "disk", type="block" if is_block else "file", device="disk")
    _add(element, "driver", name="qemu", type=disk.format, cache=cache, discard="unmap")
    _add(element, "source", **{"dev" if is_block else "file": disk.path})
    _add(element, "target", dev=target, bus="virtio")
    _add(element, "serial", disk.serial)


def _add_nic(devices: Element, nic: Nic, boots: bool) -> None:
    element = _add(devices, "interface", type="bridge")
    _add(element, "mac", address=nic.mac)
    _add(element, "source", bridge=nic.bridge)
    _add(element, "model", type="virtio")
    if not boots:
        _add(element, "rom", enabled="no")  # a firmware that tries only the first card is there sooner


def _devices_in_order(domain: Element, once: str, regular: str) -> list[Element]:
    """What it may boot from: what was asked for first, then the rest."""
    kinds = {
        "net": domain.findall("devices/interface")[:1],
        "disk": domain.findall("devices/disk[@device='disk']"),
        "iso": domain.findall("devices/disk[@device='cdrom']"),
    }
    asked = dict.fromkeys((once, regular, *kinds))
    return [device for kind in asked for device in kinds.get(kind, [])]


def _set_boot_order(domain: Element) -> None:
    for device in domain.findall("devices/*"):
        for old in device.findall("boot"):
            device.remove(old)
    said = domain.find(f"metadata/{_BOOT}")
    once, regular = ("", "") if said is None else (said.get("once", ""), said.get("regular", ""))
    for number, device in enumerate(_devices_in_order(domain, once, regular), start=1):
        _add(device, "boot", order=str(number))


def _orders(domain: Element) -> list[str]:
    return [_attribute(device, "boot", "order") for device in domain.findall("devices/*")]


def _wanted_orders(domain: Element, hardware: Hardware) -> list[str]:
    places = _devices_in_order(domain, hardware.once, hardware.boot)
    return [str(places.index(device) + 1) if device in places else "" for device in domain.findall("devices/*")]


def _text(domain: Element, path: str) -> str:
    found = domain.find(path)
    if found is None or not found.text:
        raise ValueError(f"there is no {path}")
    return found.text


def _attribute(parent: Element, path: str, name: str) -> str:
    found = parent.find(path)
    return "" if found is None else found.get(name, "")


def _memory_mib(domain: Element) -> int:
    memory = domain.find("memory")
    return int(int(_text(domain, "memory")) * _MIB["KiB" if memory is None else memory.get("unit", "KiB")])


def _nic(element: Element) -> Nic:
    """One on anything else than a bridge has none."""
    return Nic(mac=_attribute(element, "mac", "address"), bridge=_attribute(element, "source", "bridge"))


def _disk(element: Element) -> Drive:
    path = _attribute(element, "source", "file") or _attribute(element, "source", "dev")
    return Drive(path, _attribute(element, "driver", "type"), element.findtext("serial", ""))
