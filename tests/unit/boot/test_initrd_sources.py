"""Where an initrd's parts come from: programs of this computer, packages of kernels, fragments of plugins."""

from pathlib import Path

import pytest

from openqrm.boot.initrd.fragments import Needs, get_fragment
from openqrm.boot.initrd.kernel_package import parse_kernel_package
from openqrm.boot.initrd.kernel_tree import get_kernel_tree
from openqrm.boot.initrd.programs import parse_ldd, program_entries
from openqrm.domain.errors import Category, OpenqrmError
from tests.unit.boot.recordings import recorded_text


def test_a_program_names_its_libraries_and_its_loader() -> None:
    libraries = parse_ldd(recorded_text("ldd-dbclient.txt"))
    names = ["libtomcrypt.so.1", "libtommath.so.1", "libz.so.1", "libc.so.6", "libgmp.so.10"]
    assert libraries == [*(f"/lib/x86_64-linux-gnu/{name}" for name in names), "/lib64/ld-linux-x86-64.so.2"]


def test_a_static_program_names_none() -> None:
    assert parse_ldd("\tnot a dynamic executable\n") == []


def test_a_program_that_is_not_here_is_asked_of_the_operator() -> None:
    with pytest.raises(OpenqrmError, match="no-such-program") as refused:
        program_entries("no-such-program")
    assert refused.value.category is Category.UNAVAILABLE
    assert "debian-packages.txt" in refused.value.hint


def test_a_metapackage_stands_for_the_kernel_it_depends_on() -> None:
    depends = recorded_text("apt-cache-depends.txt")
    assert parse_kernel_package(depends) == "linux-image-6.1.0-56-cloud-amd64"


def test_a_package_with_the_kernel_in_it_depends_on_no_other() -> None:
    assert parse_kernel_package("linux-image-6.1.0-56-cloud-amd64\n  Depends: kmod\n  Breaks: x\n") is None


@pytest.mark.parametrize("versions", [[], ["6.1", "6.2"]])
def test_a_folder_without_one_kernel_is_refused(tmp_path: Path, versions: list[str]) -> None:
    (tmp_path / "vmlinuz").touch()
    for version in versions:
        (tmp_path / "lib/modules" / version / "kernel").mkdir(parents=True)
    with pytest.raises(OpenqrmError, match=f"found {len(versions)} versions") as refused:
        get_kernel_tree(tmp_path)
    assert refused.value.category is Category.BAD_INPUT
    assert "vmlinuz" in refused.value.hint


def test_a_fragment_is_a_script_and_its_needs(tmp_path: Path) -> None:
    (tmp_path / "tape.sh").write_text("mount_volume() { :; }\n")
    (tmp_path / "tape.toml").write_text('modules = ["st"]\n')
    fragment = get_fragment(tmp_path, "tape")
    assert (fragment.type, fragment.script, fragment.needs) == ("tape", tmp_path / "tape.sh", Needs(modules=("st",)))


def test_a_fragment_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(OpenqrmError, match="tape") as refused:
        get_fragment(tmp_path, "tape")
    assert refused.value.category is Category.NOT_FOUND


@pytest.mark.parametrize("text", ["module = []\n", "modules = 3\n", "modules = [\n", "modules = [1]\n"])
def test_needs_of_another_form_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tape.sh").touch()
    (tmp_path / "tape.toml").write_text(text)
    with pytest.raises(OpenqrmError, match=r"tape\.toml") as refused:
        get_fragment(tmp_path, "tape")
    assert refused.value.category is Category.BAD_INPUT
