"""Reads newc archives, apart from the code that writes them."""


def names_in(archive: bytes) -> list[str]:
    """The names of an archive, read as the kernel does: header, name, data, each padded to four bytes."""
    names, at = [], 0
    while at < len(archive):
        assert archive[at : at + 6] == b"070701"
        size, length = int(archive[at + 54 : at + 62], 16), int(archive[at + 94 : at + 102], 16)
        names.append(archive[at + 110 : at + 109 + length].decode())
        at += -(-(110 + length) // 4) * 4 + -(-size // 4) * 4
    return names
