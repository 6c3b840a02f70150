"""A disk that UEFI boots: a FAT file system whose one program, \\EFI\\BOOT\\BOOTX64.EFI, writes a line and stays."""

import struct

SECTOR_BYTES, SECTORS = 512, 2880
_ROOT_AT = 1 + 2 * 9  # behind the boot sector and two tables
_DATA_AT = _ROOT_AT + 14
_SECTION_AT, _LOADED_AT = 0x200, 0x1000


def uefi_disk(says: str) -> bytes:
    """The disk, raw; a cluster is a sector, and each file lies in one piece."""
    program = _program(says)
    clusters = -(-len(program) // SECTOR_BYTES)
    disk = bytearray(SECTORS * SECTOR_BYTES)
    disk[:512] = _boot_sector()
    chain = [0xFF0, 0xFFF, 0xFFF, 0xFFF, *range(5, 4 + clusters), 0xFFF]  # 2: \EFI, 3: \EFI\BOOT, 4 and on: the program
    for table in (1, 10):
        _write(disk, table, _packed(chain))
    _write(disk, _ROOT_AT, _entry("EFI", 0x10, 2))
    _write(disk, _DATA_AT, _entry(".", 0x10, 2) + _entry("..", 0x10, 0) + _entry("BOOT", 0x10, 3))
    program_entry = _entry("BOOTX64 EFI", 0x20, 4, len(program))
    _write(disk, _DATA_AT + 1, _entry(".", 0x10, 3) + _entry("..", 0x10, 2) + program_entry)
    _write(disk, _DATA_AT + 2, program)
    return bytes(disk)


def _write(disk: bytearray, sector: int, content: bytes) -> None:
    disk[sector * SECTOR_BYTES : sector * SECTOR_BYTES + len(content)] = content


def _boot_sector() -> bytes:
    """Of a floppy disk of 1.44 MB, FAT12."""
    shape = struct.pack("<HBHBHHBHHHII", SECTOR_BYTES, 1, 1, 2, 224, SECTORS, 0xF0, 9, 18, 2, 0, 0)
    more = struct.pack("<BBBI11s8s", 0, 0, 0x29, 1, b"OPENQRM    ", b"FAT12   ")
    return (b"\xeb\x3c\x90MSDOS5.0" + shape + more).ljust(510, b"\0") + b"\x55\xaa"


def _packed(chain: list[int]) -> bytes:
    """Two entries of 12 bits in three bytes."""
    even = chain + [0] * (len(chain) % 2)
    pairs = zip(even[::2], even[1::2], strict=True)
    return b"".join((low | high << 12).to_bytes(3, "little") for low, high in pairs)


def _entry(name: str, kind: int, cluster: int, size: int = 0) -> bytes:
    return struct.pack("<11sB14xHI", name.ljust(11).encode(), kind, cluster, size)


def _program(says: str) -> bytes:
    """PE32+ with one section. The entry is given the system table in RDX; its ConOut is at 0x40, OutputString at 8."""
    code = bytes.fromhex("4883ec28 488b4a40 488d1505000000 ff5108 ebfe".replace(" ", ""))
    code += f"{says}\r\n\0".encode("utf-16-le")
    section = code.ljust(-(-len(code) // 0x200) * 0x200, b"\0")
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, 240, 0x22E)
    image = struct.pack("<HBBIIIII", 0x20B, 0, 0, len(section), 0, 0, _LOADED_AT, _LOADED_AT)
    image += struct.pack("<QII", 0, 0x1000, 0x200) + bytes(16) + struct.pack("<II", 0x2000, _SECTION_AT)
    image += struct.pack("<IHHQQQQII", 0, 10, 0, 0x10000, 0x1000, 0x10000, 0x1000, 0, 16) + bytes(128)
    place = (len(code), _LOADED_AT, len(section), _SECTION_AT, 0, 0, 0, 0, 0xE0000060)
    head = dos + coff + image + struct.pack("<8sIIIIIIHHI", b".text", *place)
    return head.ljust(_SECTION_AT, b"\0") + section
