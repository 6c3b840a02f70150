"""Who a simulated machine is, and what it would find in itself."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_NIC = "01:1a:f4:10:00"  # iPXE's ${net0/busid} of a virtio card


@dataclass(frozen=True)
class SimulatedHardware:
    """Machine NUMBER (1 to 16,777,215) of a fleet; all that tells machines apart follows from the number."""

    number: int
    cpu_count: int = 8
    memory_mib: int = 32768
    disk_size_bytes: int = 480_000_000_000
    bmc: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """What tests call it."""
        return f"s{self.number}"

    @property
    def mac(self) -> str:
        """The address of its network card."""
        return "52:54:02:" + self.number.to_bytes(3).hex(":")

    @property
    def address(self) -> str:
        """The address that DHCP would give it."""
        return ".".join(map(str, (10, *self.number.to_bytes(3))))

    @cached_property
    def uuid(self) -> str:
        """From its firmware."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"openqrm simulated machine {self.number}"))

    @property
    def serial(self) -> str:
        """From its firmware."""
        return f"SIM-{self.number:08}"

    def ipxe_variables(self) -> dict[str, str]:
        """What iPXE knows, by iPXE's names."""
        return {
            "net0/mac": self.mac,
            "net0/ip": self.address,
            "net0/netmask": "255.0.0.0",
            "net0/gateway": "10.0.0.1",
            "net0/busid": _NIC,
            "mac": self.mac,
            "ip": self.address,
            "uuid": self.uuid,
            "serial": self.serial,
            "product": "Simulated machine",
            "manufacturer": "openQRM",
            "buildarch": "i386",
            "platform": "pcbios",
        }

    def script_query(self) -> dict[str, str]:
        """What iPXE says when it asks for the boot script."""
        return {
            "mac": self.mac,
            "uuid": self.uuid,
            "nic": _NIC,
            "arch": "i386-pcbios",
            "serial": self.serial,
            "product": "Simulated machine",
            "vendor": "openQRM",
        }

    def render_inventory(self, boot: str, public_key: str, wrong: Mapping[str, object]) -> bytes:
        """The body of a registration; WRONG takes the place of what would be true."""
        inventory: dict[str, object] = {
            "boot": boot,
            "key": public_key,
            "hostname": "",
            "cpu": {"count": self.cpu_count, "model": "Simulated CPU", "mhz": 2400},
            "memory_mib": self.memory_mib,
            "swap_mib": 0,
            "nics": [{"name": "eth0", "mac": self.mac, "driver": "virtio_net", "address": f"{self.address}/8"}],
            "disks": [
                {"name": "sda", "size_bytes": self.disk_size_bytes, "model": "Simulated disk", "rotational": False}
            ],
            "dmi": {
                "vendor": "openQRM",
                "product": "Simulated machine",
                "serial": self.serial,
                "uuid": self.uuid,
                "bios": "1.0",
            },
            "bmc": self.bmc,
        }
        return json.dumps(inventory | dict(wrong)).encode()
