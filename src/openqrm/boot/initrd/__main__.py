"""`python -m openqrm.boot.initrd prepare -- SOURCE FOLDER`: a kernel's files, from a package or a directory."""

from __future__ import annotations

import sys
from pathlib import Path

from openqrm.boot.initrd.by_hand import prepare
from openqrm.domain.errors import Category, OpenqrmError


def main(arguments: list[str]) -> None:
    """Ends with a sentence on stderr when it cannot be done."""
    try:
        match arguments:
            case ["prepare", "--", source, folder]:
                tree = prepare(source, Path(folder))
            case _:
                raise OpenqrmError(Category.BAD_INPUT, __doc__ or "", "Nothing was done.")
    except (OpenqrmError, OSError) as error:
        sys.exit(f"{error} {getattr(error, 'hint', '')}".strip())
    sys.stdout.write(f"{tree.folder}: kernel {tree.version}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
