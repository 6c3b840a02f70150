"""The command line: FOLDER, where kernel and image are kept; `guest`: the installed guest as well."""

import sys
from pathlib import Path

from lab.images.guest import ensure_guest
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.images.storage import ensure_storage_image

if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["guest"]):
    print("usage: python -m lab.images FOLDER [guest]", file=sys.stderr)
    sys.exit(2)
kernel = ensure_kernel(Path(sys.argv[1]))
image = ensure_image(Path(sys.argv[1]))
storage = ensure_storage_image(Path(sys.argv[1]))
print(f"kernel {kernel.version}: {kernel.folder}")
print(f"image {image.digest}: {image.tree}, {image.archive}")
print(f"storage host: {storage.disk}")
if sys.argv[2:]:
    print(f"installed guest: {ensure_guest(Path(sys.argv[1])).disk}")
