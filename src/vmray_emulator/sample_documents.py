"""Small valid documents for downloads: screenshots in PNG and reports in PDF."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


# Length, kind and check sum around the content of a chunk.
_CHUNK_BYTES: Final = 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, rows: Sequence[bytes], size: int = 0) -> bytes:
    """Make a picture.

    Args:
        width: Pixels.
        rows: Three bytes for each pixel: red, green, blue.
        size: The smallest size in bytes. A private chunk, which viewers ignore, fills the rest.
    """
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels)
    end = _chunk(b"IEND", b"")
    missing = size - len(start) - len(end) - _CHUNK_BYTES
    return start + (_chunk(b"fiLl", bytes(missing)) if missing > 0 else b"") + end


def pdf(lines: Sequence[str], size: int = 0) -> bytes:
    """Make a document of one page with lines of text.

    Args:
        lines: The text.
        size: The smallest size in bytes. An object that no page uses fills the rest.
    """
    text = "".join(f"({_escaped(line)}) Tj T* " for line in lines)
    stream = f"BT /F1 11 Tf 50 780 Td 15 TL {text}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        _stream(stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    missing = size - sum(map(len, objects))
    return _document([*objects, _stream(bytes(missing))] if missing > 0 else objects)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _document(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
