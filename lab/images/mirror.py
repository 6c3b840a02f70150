"""Where this computer gets its own Debian packages from, so that no mirror is named in the repository."""

import subprocess
from dataclasses import dataclass

_FORMAT = "$(REPO_URI) $(CODENAME) $(RELEASE) $(COMPONENT) $(ORIGIN)"


@dataclass(frozen=True, slots=True)
class Mirror:
    """A source of a Debian release."""

    address: str
    release: str


def observe_mirror() -> Mirror:
    """The mirror in apt's own sources."""
    argv = ["apt-get", "indextargets", "--format", _FORMAT, "Identifier: Packages"]
    listed = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout
    mirror = find_mirror(listed)
    if mirror is None:
        raise RuntimeError("apt's sources name no Debian release: add one and run `apt-get update`.")
    return mirror


def find_mirror(listed: str) -> Mirror | None:
    """The first whole release of Debian in the list; updates and security alone are no release."""
    for line in listed.splitlines():
        address, codename, release, component, origin, *_ = [*line.split(), "", "", "", "", ""]
        if origin == "Debian" and component == "main" and codename == release and "-" not in codename:
            return Mirror(address, codename)
    return None
