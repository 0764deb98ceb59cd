"""Taking a saved model's file apart, and putting another one together."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def write_zip(path: Path, entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in entries.items():
            file.writestr(name, data)


def signed(entries: dict[str, bytes]) -> dict[str, bytes]:
    """Give a forged file sound checksums."""
    sums = {name: hashlib.sha256(entries[name]).hexdigest() for name in ("model.json", "arrays.nc")}
    return entries | {"checksums.json": json.dumps(sums).encode()}
