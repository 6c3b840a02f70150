"""What a test or an operator is told about a machine's BMC."""

import secrets
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ipmi", "redfish"]
USER = "admin"


@dataclass(frozen=True)
class Bmc:
    """Where a BMC answers and how to log in."""

    kind: Kind
    address: str
    port: int
    user: str
    password: str
    system_path: str | None = None  # Redfish only
    certificate: str | None = None  # Redfish only: the self-signed PEM that the BMC shows

    def __repr__(self) -> str:
        """All but the password, so that no log holds it."""
        return f"Bmc({self.kind} {self.user}@{self.address}:{self.port}{self.system_path or ''})"


def new_password() -> str:
    """A random password of 16 characters, the longest that every version of IPMI takes."""
    return secrets.token_hex(8)
