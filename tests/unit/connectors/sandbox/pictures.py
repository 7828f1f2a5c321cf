"""Small images, made by hand from the formats' definitions."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 2, *, shade: int = 0) -> bytes:
    """A grey PNG (https://www.w3.org/TR/png-3/); only small ones carry all their pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * min(width, 64)) * min(height, 64)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def gif(width: int = 3, height: int = 5) -> bytes:
    """The header of a GIF89a."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width: int = 7, height: int = 9) -> bytes:
    """The segments of a JPEG up to its frame header."""
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8" + application + frame + b"\xff\xd9"
