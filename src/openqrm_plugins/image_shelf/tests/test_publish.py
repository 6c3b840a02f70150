"""Shelves made by the documented commands, and believed or not."""

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openqrm.plugin_api import Category, PlanningError, StepError
from openqrm_plugins.image_shelf import publish
from openqrm_plugins.image_shelf.catalogue import (
    Catalogue,
    demand_newer,
    demand_signature,
    parse_catalogue,
    parse_key,
)
from openqrm_plugins.image_shelf.tests.shelves import KEY, PUBLIC, entry, kernel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With an archive, a kernel's package, and what is neither."""
    made = tmp_path / "shelf"
    made.mkdir()
    for name in ("Debian-12.2_amd64.tar.zst", "linux-image-6.1_amd64.deb", "notes.txt"):
        (made / name).write_text(name)
    return made


def published(folder: Path, *more: str) -> Catalogue:
    argv = [sys.executable, "-I", str(publish.__file__), str(folder), *more]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return parse_catalogue((folder / "catalogue.json").read_bytes())


def openssl(*words: str) -> str:
    return subprocess.run(["openssl", *words], capture_output=True, text=True, check=True).stdout


def test_a_folder_becomes_a_signed_shelf(folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "shelf.key"
    openssl("genpkey", "-algorithm", "ed25519", "-out", str(key))
    public = parse_key(openssl("pkey", "-in", str(key), "-pubout"))
    made = published(folder, "--key", str(key), "--kernel", "debian-12-2-amd64=linux-image-6.1_amd64.deb")
    (first,) = made.entries
    archive = (folder / first.file).read_bytes()
    assert (first.name, first.size_bytes, first.sha256) == (
        "debian-12-2-amd64", len(archive), sha256(archive).hexdigest(),
    )  # fmt: skip
    assert first.kernel is not None and first.kernel.file == "linux-image-6.1_amd64.deb" and made.serial == 1
    text, signature = (folder / "catalogue.json").read_bytes(), (folder / "catalogue.json.sig").read_bytes()
    demand_signature(public, text, signature)
    assert {path.name for path in folder.iterdir() if path.name.startswith(".")} == set()


def test_what_was_edited_is_kept_and_what_changed_is_measured_anew(folder: Path) -> None:
    published(folder)
    text = json.loads((folder / "catalogue.json").read_text())
    text["entries"][0] |= {"name": "bookworm", "os_version": "Debian 12", "comment": "our own"}
    (folder / "catalogue.json").write_text(json.dumps(text))
    (folder / "Debian-12.2_amd64.tar.zst").write_text("newer")
    (folder / "second.tar").write_text("another")
    made = published(folder)
    assert made.serial == 2 and [each.name for each in made.entries] == ["bookworm", "second"]
    assert (made.entries[0].os_version, made.entries[0].size_bytes) == ("Debian 12", 5)


@pytest.mark.parametrize("more", [["--key", "/nowhere"], ["--kernel", "gone=x.deb"], ["--kernel", "no"]])
def test_what_cannot_be_done_leaves_the_shelf_as_it_was(folder: Path, more: list[str]) -> None:
    published(folder)
    before = (folder / "catalogue.json").read_bytes()
    argv = [sys.executable, str(publish.__file__), str(folder), *more]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode and "Traceback" not in done.stderr
    assert (folder / "catalogue.json").read_bytes() == before


def test_a_catalogue_that_nobody_or_another_has_signed_is_refused() -> None:
    public, text = parse_key(PUBLIC), b"{}"
    demand_signature(public, text, KEY.sign(text))
    for signature, says in (
        (b"", "there is no catalogue.json.sig"),
        (Ed25519PrivateKey.generate().sign(text), "not signed by the shelf's key"),
        (KEY.sign(b"{ }"), "not signed by the shelf's key"),
        (b"short", "not signed by the shelf's key"),
    ):
        with pytest.raises(StepError, match=says) as refused:
            demand_signature(public, text, signature)
        assert refused.value.category is Category.REFUSED


def test_a_serial_never_goes_back() -> None:
    demand_newer(Catalogue(serial=3), Catalogue(serial=3))
    with pytest.raises(StepError, match="serial is 2, and 3 was seen"):
        demand_newer(Catalogue(serial=3), Catalogue(serial=2))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"serial": -1}',
        json.dumps({"entries": [entry(file="../../etc/shadow")]}).encode(),
        json.dumps({"entries": [entry(file="a/b.tar")]}).encode(),
        json.dumps({"entries": [entry(file=".tar")]}).encode(),
        json.dumps({"entries": [entry(file="evil\n.tar")]}).encode(),
        json.dumps({"entries": [entry(file="a.tar\n")]}).encode(),
        json.dumps({"entries": [entry(name="--help")]}).encode(),
        json.dumps({"entries": [entry(size_bytes=0)]}).encode(),
        json.dumps({"entries": [entry(size_bytes=1 << 50)]}).encode(),
        json.dumps({"entries": [entry(sha256="0" * 63)]}).encode(),
        json.dumps({"entries": [entry(comment="two\nlines")]}).encode(),
        json.dumps({"entries": [entry(kernel=kernel("linux-image"))]}).encode(),
        json.dumps({"entries": [entry(), entry()]}).encode(),
        json.dumps({"entries": [entry(f"e{number}") for number in range(201)]}).encode(),
    ],
)
def test_what_is_no_catalogue_is_refused(text: bytes) -> None:
    with pytest.raises(StepError, match=r"catalogue\.json") as refused:
        parse_catalogue(text)
    assert refused.value.category is Category.REFUSED and refused.value.hint


def test_a_catalogue_of_a_later_openqrm_is_read_as_far_as_it_is_known() -> None:
    assert parse_catalogue(json.dumps({"entries": [entry(colour="red")], "more": 1}).encode()).entries


@pytest.mark.parametrize("text", ["AAAA", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\nQUJD", "ä"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(PlanningError, match="no public key"):
        parse_key(text)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = str(tmp_path / "key")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file)
    with pytest.raises(PlanningError, match="another kind than Ed25519"):
        parse_key(openssl("pkey", "-in", file, "-pubout"))


def test_the_commands_of_the_page_make_a_shelf(folder: Path, tmp_path: Path) -> None:
    page = Path(publish.__file__).with_name("README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    (tmp_path / "root/etc").mkdir(parents=True)
    (folder / "linux-image-6.1.0-18-amd64.deb").write_text("a kernel")
    for path in folder.glob("Debian*"):
        path.unlink()
    shutil.copy(publish.__file__, tmp_path)
    for block in blocks:
        text = block.replace("/srv/shelf", str(folder)).replace("/srv/root", str(tmp_path / "root"))
        done = subprocess.run(["sh", "-eu"], input=text, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    (made,) = parse_catalogue((folder / "catalogue.json").read_bytes()).entries
    assert made.name == "debian-12" and made.kernel is not None
    key = parse_key((tmp_path / "shelf.pub").read_text())
    demand_signature(key, (folder / "catalogue.json").read_bytes(), (folder / "catalogue.json.sig").read_bytes())
