"""Which names a file gives away: the file is unpacked as far as a curious reader could."""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

_DEPTH = 6
_ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def leaked(data: bytes, names: Iterable[str]) -> set[str]:
    """Those of `names` that are anywhere in a file, in any case of letters.

    Looks into compressed streams of PDF and PNG, text that PDF draws, entities, escapes of JSON and
    JavaScript, base64 and percent codes, one within another, and Unicode in 8, 16 or 32 bits. What only the shapes of
    letters say is not read: for that, files with and without a name must be compared.
    """
    layers = list({layer.lower() for layer in _unpacked(data)})
    return {name for name in names if any(code in layer for code in _codes(name) for layer in layers)}


def _codes(name: str) -> set[bytes]:
    codes = set()
    for form in (name, name.lower(), name.upper()):
        for encoding in _ENCODINGS:
            try:
                codes.add(form.encode(encoding).lower())
            except UnicodeEncodeError:
                continue
    return codes


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The data and whatever can be got out of it."""
    seen = set()
    waiting = [(data, 0)]
    while waiting:
        blob, depth = waiting.pop()
        if blob in seen or len(blob) < 3:
            continue
        seen.add(blob)
        yield blob
        if depth < _DEPTH:
            waiting.extend((inner, depth + 1) for inner in _inner(blob))


def _inner(blob: bytes) -> Iterator[bytes]:
    if blob.startswith(b"\x89PNG"):
        yield from _png_chunks(blob)
        return
    if blob[:1] == b"\x78" or blob[:2] == b"\x1f\x8b":
        yield from _inflated(blob)
    if blob.startswith(b"%PDF"):
        streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", blob, re.DOTALL)
        yield from streams
        yield from map(_without_escapes, re.findall(rb"\(((?:\\.|[^\\)])*)\)", blob, re.DOTALL))
        maps = _letters(blob)
        for stream in (inner for outer in streams for inner in (outer, *_inflated(outer))):
            for block in re.findall(rb"\bBT\b.*?\bET\b", stream, re.DOTALL):
                yield _drawn(block, maps)
    yield from _as_text(blob)
    for run in re.findall(rb"[A-Za-z0-9+/_-]{8,}={0,2}", blob):
        try:
            yield base64.b64decode(run.rstrip(b"=").translate(_URL_SAFE) + b"=" * (-len(run.rstrip(b"=")) % 4))
        except (binascii.Error, ValueError):
            continue


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _as_text(blob: bytes) -> Iterator[bytes]:
    try:
        text = blob.decode("utf-8")
    except UnicodeDecodeError:
        return
    if "&" in text:
        yield html.unescape(text).encode("utf-8")
    if "\\" in text:
        plain = re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1] or m[2], 16)), text)
        yield re.sub(r"\\(.)", r"\1", plain).encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    if "%" in text:
        yield unquote_to_bytes(text)


def _inflated(blob: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj(47).decompress(blob)
    except zlib.error:
        return


def _png_chunks(blob: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(blob):
        length = int.from_bytes(blob[at : at + 4], "big")
        kind, chunk = blob[at + 4 : at + 8], blob[at + 8 : at + 8 + length]
        at += 12 + length
        if kind not in (b"IDAT", b"PLTE"):
            yield kind + chunk
            for start in (k for k in range(len(chunk)) if chunk[k] == 0x78):
                yield from _inflated(chunk[start:])


def _letters(pdf: bytes) -> dict[bytes, dict[bytes, str]]:
    """What each font's codes stand for, by the font's name in the drawing."""
    objects = dict(re.findall(rb"\b(\d+) 0 obj\b(.*?)\bendobj\b", pdf, re.DOTALL))
    found: dict[bytes, dict[bytes, str]] = {}
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", pdf):
        target = re.search(rb"/ToUnicode (\d+) 0 R", objects.get(number, b""))
        stream = re.search(rb"stream\r?\n(.*?)\r?\nendstream", objects[target[1]], re.DOTALL) if target else None
        if stream:
            table = b"".join(_inflated(stream[1])) or stream[1]
            found[name] = dict(_code_table(table))
    return found


def _code_table(table: bytes) -> Iterator[tuple[bytes, str]]:
    """Codes and letters of the ranges in a table of PDF."""
    for first, last, letters in re.findall(rb"<(\w+)> <(\w+)> (\[[^]]*\]|<\w+>)", table):
        codes = range(int(first, 16), int(last, 16) + 1)
        texts = [bytes.fromhex(text.decode()).decode("utf-16-be") for text in re.findall(rb"<(\w+)>", letters)]
        if len(texts) < len(codes):
            texts = [chr(ord(texts[0]) + k) for k in range(len(codes))]
        for code, text in zip(codes, texts, strict=True):
            yield code.to_bytes(len(first) // 2, "big"), text


def _drawn(block: bytes, maps: dict[bytes, dict[bytes, str]]) -> bytes:
    """Text that a block of PDF shows, its kerning taken out; by Latin-1 where a font does not tell."""
    text, letters = "", dict[bytes, str]()
    for font, literal in re.findall(rb"/(\w+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\)", block, re.DOTALL):
        if font:
            letters = maps.get(font, {})
            continue
        codes = _without_escapes(literal)
        width = len(next(iter(letters), b"x"))
        parts = (codes[k : k + width] for k in range(0, len(codes), width))
        text += "".join(letters.get(part, part.decode("latin-1")) for part in parts)
    return text.encode()


def _without_escapes(literal: bytes) -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def plain(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 255]) if code[0] in b"01234567" else named.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, literal, flags=re.DOTALL)
