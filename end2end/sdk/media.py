"""Tells by their bytes whether pictures and sounds are what they claim to be."""

import io
import struct
import wave
import zlib


def is_mp3(data: bytes) -> bool:
    """Whether the bytes begin like an MP3 file: a tag or the mark of a frame."""
    return data[:3] == b"ID3" or (data[0] == 0xFF and data[1] & 0xE0 == 0xE0)


def loudest(pcm: bytes) -> int:
    """The largest of the 16-bit little-endian samples."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm[: len(pcm) // 2 * 2])
    return max(abs(sample) for sample in samples)


def wav_seconds(data: bytes) -> float:
    """The length of a WAV file that can be heard."""
    with wave.open(io.BytesIO(data)) as sound:
        frames = sound.readframes(sound.getnframes())
        assert loudest(frames) > 1_000, "the sound is silent"
        return sound.getnframes() / sound.getframerate()


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose chunks are whole and whose pixels unpack."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    size, pixels, at = (0, 0), b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + body) == check
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            pixels += body
        at += 12 + length
    assert len(zlib.decompress(pixels)) >= size[0] * size[1]
    return size
