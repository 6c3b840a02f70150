"""Archives come out the same for the same entries, in the form that the kernel reads."""

import gzip

import pytest

from openqrm.boot.initrd.archive import (
    Entry,
    character_device,
    compress,
    file,
    folder,
    link,
    render_archive,
    render_entries,
    render_trailer,
)
from tests.unit.boot.newc import names_in

ENTRIES = [
    file("bin/tool", b"#!/bin/sh\n", executable=True),
    link("bin/alias", "tool"),
    folder("tmp", 0o1777),
    character_device("dev/console", 5, 1),
]


def test_a_file_is_written_byte_for_byte_as_newc_says() -> None:
    header = b"070701" + b"00000000" + b"000081ED" + b"00000000" * 2 + b"00000001" + b"00000000" + b"0000000A"
    header += b"00000000" * 4 + b"00000009" + b"00000000"
    assert render_entries(ENTRIES[:1]) == header + b"bin/tool\0" + b"\0" + b"#!/bin/sh\n" + b"\0\0"


def test_an_archive_does_not_depend_on_the_order_of_its_entries() -> None:
    assert render_archive(ENTRIES) == render_archive(reversed(ENTRIES))


def test_folders_that_entries_need_come_before_them() -> None:
    names = ["bin", "bin/alias", "bin/tool", "dev", "dev/console", "tmp", "TRAILER!!!"]
    assert names_in(render_archive(ENTRIES)) == names


def test_parts_and_a_trailer_are_an_archive() -> None:
    parts = [render_entries([entry]) for entry in ENTRIES]
    assert names_in(b"".join(parts) + render_trailer())[-2:] == ["dev/console", "TRAILER!!!"]


def test_a_device_has_its_numbers() -> None:
    rendered = render_entries([character_device("dev/console", 5, 1)])
    assert (rendered[14:22], rendered[78:94]) == (b"00002180", b"0000000500000001")


def test_compressed_parts_in_a_row_unpack_to_the_whole() -> None:
    assert gzip.decompress(compress(b"one") + compress(b"two")) == b"onetwo"


def test_compression_knows_no_time() -> None:
    assert compress(b"data")[4:8] == b"\0\0\0\0"


@pytest.mark.parametrize("length", range(5))
def test_every_length_of_name_and_data_is_padded(length: int) -> None:
    assert len(render_entries([Entry("n" * (length + 1), 0o100644, b"d" * length)])) % 4 == 0
