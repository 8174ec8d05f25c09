# SPDX-License-Identifier: Apache-2.0
"""Heart rate of a recording of one's own."""

from pathlib import Path

from wristpulse_tools.tasks.common import command


@command(
    file="an .npz (docs/data.md), an E4's or EmbracePlus' zip or folder, Polar's *_PPG.txt, "
    "or a .csv of time, ppg, x, y, z",
    out="CSV file to write: a row a hop",
    plot="picture to draw: .png, .svg or .pdf",
    hops="also print every hop",
    student="folder of student.tflite and student.json; default: the released student",
)
def estimate(_context, file, out=None, plot=None, hops=False, student=None):
    """Print the heart rate of a recording of your own; with labels in the file, its errors too."""
    from wristpulse.api.command import estimate_file

    estimate_file(
        Path(file),
        out=Path(out) if out else None,
        plot=Path(plot) if plot else None,
        hops=hops,
        student=Path(student) if student else None,
    )
