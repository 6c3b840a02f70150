"""What firmware gets to read: iPXE scripts, rendered per machine. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_arguments

ARCHITECTURES = frozenset({"", "i386-pcbios", "x86_64-pcbios", "x86_64-efi"})
_SAN_WORD = re.compile(r"[A-Za-z0-9:./_\[\]-]+", re.ASCII)
_UNSPEAKABLE = re.compile(r"[^A-Za-z0-9 .,:'/()-]", re.ASCII)

# iPXE expands the variables; serial, product and manufacturer may hold anything, so they go as URI strings.
_TOLD = {
    "mac": "netX/mac",
    "uuid": "uuid",
    "nic": "netX/busid",
    "serial": "serial:uristring",
    "product": "product:uristring",
    "vendor": "manufacturer:uristring",
}


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a machine is to boot, and how it proves later that it is the one that was told so."""

    boot_id: str
    token: str
    mac: str
    arch: str
    nic: str
    http: str  # http://ADDRESS:PORT as the machine sees it
    uplink: str  # ADDRESS:PORT
    host_key: str
    kernel: str
    arguments: str = ""
    root_type: str = ""
    transfer: str = ""
    fragments: str = ""


def render_script(orders: Orders) -> str:
    """Kernel, initrd and the kernel line of one boot; when they do not arrive the machine starts anew."""
    name = f"{orders.http}/boot/kernel/{orders.kernel}"
    wants = {
        "nic": orders.nic, "root": orders.root_type, "transfer": orders.transfer, "fragments": orders.fragments,
        "boot": orders.boot_id,
    }  # fmt: skip
    query = "&".join(f"{key}={value}" for key, value in wants.items() if value)
    return (
        "#!ipxe\n"
        f"kernel --name vmlinuz {name}/vmlinuz?boot={orders.boot_id} {' '.join(_kernel_line(orders))} || goto failed\n"
        f"initrd --name initrd {name}/initrd?{query} || goto failed\n"
        "boot || goto failed\n"
        ":failed\n"
        "echo openQRM: kernel or initrd did not arrive; this machine starts anew in 10 seconds\n"
        "sleep 10\n"
        "reboot\n"
    )


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk that firmware reaches over the network, as `uri`, and the account for it, where there is one."""

    boot_id: str
    arch: str
    http: str
    uri: str
    initiator: str = ""
    user: str = ""
    password: str = ""


def render_san(disk: Disk) -> str:
    """Boot the disk by its own boot loader; one without goes on to the next boot device, such as an installer.

    The account stays set, for iPXE hands it to the system with the disk (iBFT), which logs in by it again.
    """
    words = {"initiator-iqn": disk.initiator, "username": disk.user, "password": disk.password}
    if bad := [name for name, word in {**words, "uri": disk.uri}.items() if word and not _SAN_WORD.fullmatch(word)]:
        message = f"the disk's {bad[0]} cannot stand in a boot script"
        raise PlanningError(Category.BAD_INPUT, message, "Letters, digits and : . / _ - only: rename the volume.")
    return (
        "#!ipxe\n"
        f"{''.join(f'set {name} {word}' + chr(10) for name, word in words.items() if word)}"
        "set keep-san 1\n"
        f"sanhook --drive 0x80 {disk.uri} || goto failed\n"
        f"imgfetch --name told {disk.http}/boot/san?boot={disk.boot_id} || goto failed\n"
        "imgfree told\n"
        "sanboot --no-describe --drive 0x80 ||\n"
        "echo openQRM: the disk has no boot loader; the next boot device is tried, and the disk stays attached\n"
        f"exit{' 1' if disk.arch.endswith('-efi') else ''}\n"
        ":failed\n"
        "echo openQRM: the disk does not answer; this machine starts anew in 10 seconds\n"
        "sleep 10\n"
        "reboot\n"
    )


def render_chain(http: str) -> str:
    """For firmware that asks without saying who it is: how to ask."""
    told = "&".join(f"{key}=${{{variable}}}" for key, variable in _TOLD.items())
    return f"#!ipxe\nchain --replace {http}/boot/script?{told}&arch=${{buildarch}}-${{platform}}\n"


def render_local(arch: str) -> str:
    """Boot what the machine itself has; UEFI goes on to its next entry when iPXE ends."""
    return "#!ipxe\nexit 1\n" if arch.endswith("-efi") else "#!ipxe\nsanboot --no-describe --drive 0x80 || exit 1\n"


def render_refusal(message: str, hint: str) -> str:
    """Somebody in front of the console reads why; a minute later the machine asks again."""
    said = (f"echo {_UNSPEAKABLE.sub(' ', line)[:300]}\n" for line in (message, hint) if line)
    return f"#!ipxe\necho openQRM does not boot this machine:\n{''.join(said)}sleep 60\nreboot\n"


def _kernel_line(orders: Orders) -> list[str]:
    return [
        *(["initrd=initrd"] if orders.arch.endswith("-efi") else []),  # the EFI stub finds it by this name only
        f"openqrm.http={orders.http}",
        f"openqrm.uplink={orders.uplink}",
        f"openqrm.hostkey={orders.host_key}",
        f"openqrm.boot={orders.boot_id}",
        f"openqrm.token={orders.token}",
        f"openqrm.kernel={orders.kernel}",
        f"BOOTIF=01-{orders.mac.replace(':', '-')}",
        "ip=${netX/ip}::${netX/gateway}:${netX/netmask}:::",
        *parse_arguments(orders.arguments),
    ]
