"""Make the four answer sounds of the desk: `python build/make_sounds.py`."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "resources" / "sounds"
RATE = 44_100
PEAK = 0.6 * 32_767

# Each sound: its notes as (start in ms, length in ms, pitch in Hz, overtones' strengths).
Note = tuple[int, int, float, tuple[float, ...]]
SOFT = (1.0, 0.25, 0.08)
REEDY = (1.0, 0.0, 0.55, 0.0, 0.3)
SOUNDS: dict[str, list[Note]] = {
    "ok": [(0, 140, 1046.5, SOFT)],
    "repeat": [(0, 110, 659.3, SOFT), (130, 130, 659.3, SOFT)],
    "wrong": [(0, 170, 196.0, REEDY), (180, 210, 146.8, REEDY)],
    "done": [(0, 130, 784.0, SOFT), (90, 130, 987.8, SOFT), (180, 210, 1318.5, SOFT)],
}


def swell(at: int, length: int) -> float:
    """Loudness of a note at one sample: 5 ms in, a bell's fall, 20 ms out; never a click."""
    rise = min(1.0, at / (0.005 * RATE))
    fall = min(1.0, (length - at) / (0.020 * RATE))
    return rise * fall * math.exp(-3.0 * at / length)


def tone(at: int, pitch: float, overtones: tuple[float, ...]) -> float:
    """The wave itself at one sample, between -1 and 1."""
    turn = 2 * math.pi * pitch * at / RATE
    return sum(part * math.sin(turn * (n + 1)) for n, part in enumerate(overtones)) / sum(overtones)


def samples(notes: list[Note]) -> array[int]:
    """16-bit samples of notes laid over each other."""
    total = max(start + length for start, length, *_ in notes) * RATE // 1000
    mixed = [0.0] * total
    for start_ms, length_ms, pitch, overtones in notes:
        start, length = start_ms * RATE // 1000, length_ms * RATE // 1000
        for at in range(min(length, total - start)):
            mixed[start + at] += swell(at, length) * tone(at, pitch, overtones)
    loudest = max(abs(value) for value in mixed)
    return array("h", (round(PEAK * value / loudest) for value in mixed))


def write(path: Path, notes: list[Note]) -> None:
    """One mono WAV file."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples(notes).tobytes())


def main() -> None:
    """Make all four and say their lengths."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, notes in SOUNDS.items():
        write(OUT / f"{name}.wav", notes)
        print(f"{name}.wav: {max(start + length for start, length, *_ in notes)} ms")


if __name__ == "__main__":
    main()
