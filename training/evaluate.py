# SPDX-License-Identifier: Apache-2.0
"""Evaluate spectral students by a protocol: train every fold, test on people that it never saw.

`python -m training.evaluate --protocol cross-dataset --data DIR` prints the table and writes metrics.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from training.config import Config, load
from training.estimator import Estimator
from training.files import replacing
from training.folds import PROTOCOLS, Fold, person
from training.integer import IntegerModel
from training.metrics import Summary, summarise
from training.models.settings import Spectral
from training.recordings import Recording, open_dataset
from training.sensor import to_counts
from training.signal import align, window_ends, window_labels, windows
from training.spectral import Examples, examples, gather, predict, quantize, train
from training.spectrum import spectrum_inputs
from training.tracking import TrackerTables, bin_bpm, tracker_tables

SIZES = {
    "2k": Spectral(width=8),
    "8k": Spectral(),
    "30k": Spectral(width=40),
}
FLOAT_LOGIT_STEP = 0.1  # of a float student's logits, rounded for the same tracker


@dataclass(frozen=True)
class Trace:
    """One test recording: estimates and reference, hop by hop, in BPM; NaN where there is none.

    raw, aligned: reference; tracked: the int8 student as the device computes it; tracked_float: its float
    self; untracked: the int8 student's most likely bin; confidence: 0 to 1; valid: what the device would say.
    """

    person: str
    name: str
    raw: np.ndarray
    aligned: np.ndarray
    tracked: np.ndarray
    tracked_float: np.ndarray
    untracked: np.ndarray
    confidence: np.ndarray
    valid: np.ndarray


def float_as_int8(logits: np.ndarray) -> np.ndarray:
    """Float logits (n, 104) in steps of FLOAT_LOGIT_STEP below the highest, int8, for the integer tracker."""
    below = (logits - logits.max(axis=1, keepdims=True)) / FLOAT_LOGIT_STEP
    return np.clip(np.rint(127 + below), -128, 127).astype(np.int8)


def trace(recording: Recording, float_logits: Callable, model: IntegerModel, tracking: dict) -> Trace:
    """Run both selves of a student over a recording's default channel."""
    stream = to_counts(recording)
    logits = []

    def int8_logits(inputs: np.ndarray) -> np.ndarray:
        logits.append(model.predict(inputs))
        return logits[-1]

    def bpm_of(predict: Callable, tables: TrackerTables) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        results = Estimator(predict, tables, "spectrum").run(stream)
        bpm = np.array([r.bpm_q8 / 256 if r.bpm_q8 else np.nan for r in results])
        confidence = np.array([r.confidence_q15 / 32768 for r in results])
        return bpm, confidence, np.array([r.state.value == "valid" for r in results])

    tables = tracker_tables(float(model.output.scale[0]), **tracking)
    tracked, confidence, valid = bpm_of(int8_logits, tables)
    tables = tracker_tables(FLOAT_LOGIT_STEP, **tracking)
    tracked_float, _, _ = bpm_of(lambda x: float_as_int8(float_logits(x)), tables)
    hops = align(stream)
    untracked = np.full(len(hops), np.nan)
    if logits:
        untracked[window_ends(hops)] = bin_bpm()[logits[0].argmax(axis=1)]
    return Trace(
        "/".join(person(recording)),
        recording.name,
        window_labels(recording, hops.end_us, aligned=False),
        window_labels(recording, hops.end_us, aligned=True),
        tracked,
        tracked_float,
        untracked,
        confidence,
        valid,
    )


def calibration_inputs(recordings: Sequence[Recording], count: int) -> np.ndarray:
    """`count` network inputs, int8 (count, 104, 20), spread evenly over recordings' default channels."""
    inputs = []
    for recording in recordings:
        hops = align(to_counts(recording))
        ends = window_ends(hops)[:: max(1, 8 * len(recordings) // count)]
        chosen = spectrum_inputs(windows(hops, window_ends(hops)), window_ends(hops))
        inputs.append(chosen[np.searchsorted(window_ends(hops), ends)])
    inputs = np.concatenate(inputs)
    return inputs[np.linspace(0, len(inputs) - 1, min(count, len(inputs))).round().astype(int)]


def run_fold(
    fold: Fold,
    parts: dict[Recording, Examples],
    config: Config,
    progress: Callable[[str], None],
) -> list[Trace]:
    """Train on the fold's people (validation included: nothing is chosen by it), test on the others."""
    taught = fold.train + fold.validation
    data = gather(taught, [parts[r] for r in taught])
    student = train(
        data, config.spectral, config.augmentation, config.spectral_training, config.seed, progress
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "student.tflite"
        path.write_bytes(quantize(student, calibration_inputs(taught, config.calibration_windows)))
        model = IntegerModel.load(path)
    tracking = asdict(config.tracking)
    return [trace(r, lambda x: predict(student, x), model, tracking) for r in fold.test]


def summaries(traces: Sequence[Trace]) -> dict[str, Summary]:
    """Summary of each estimate against each reference, by name; of valid estimates only, too."""
    columns = {}
    for reference in ("aligned", "raw"):
        for estimate in ("tracked", "tracked_float", "untracked"):
            columns[f"{estimate}, {reference}"] = summarise(
                (t.person, getattr(t, estimate), getattr(t, reference), None) for t in traces
            )
    columns["valid, aligned"] = summarise((t.person, t.tracked, t.aligned, t.valid) for t in traces)
    return columns


def groups(traces: Sequence[Trace]) -> dict[str, list[Trace]]:
    """Traces by data set; SPC's training (S) and test (T) recordings also by themselves."""
    found: dict[str, list[Trace]] = {}
    for t in traces:
        dataset, subject = t.person.split("/")
        found.setdefault(dataset, []).append(t)
        if dataset == "troika":
            found.setdefault(f"troika {subject[0]}", []).append(t)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="cross-dataset", help="who trains, who is tested"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--config", default="released", help="training/configs/NAME.toml, or a TOML file")
    parser.add_argument("--size", choices=SIZES, help="parameters, about, instead of the configuration's")
    parser.add_argument("--seed", type=int, help="of weights and draws, instead of the configuration's")
    parser.add_argument("--out", type=Path, default=Path("build/evaluate"), help="folder for the results")
    options = parser.parse_args(arguments)
    protocol = PROTOCOLS[options.protocol]
    try:
        config = load(options.config)
        recordings = [r for name in protocol.datasets for r in open_dataset(name, options.data)]
        folds = protocol.folds(recordings)
    except ValueError as error:
        parser.exit(1, f"{error}\n")
    config = replace(
        config,
        spectral=SIZES[options.size] if options.size else config.spectral,
        seed=config.seed if options.seed is None else options.seed,
    )
    parts = {}
    for n, r in enumerate(recordings, 1):
        parts[r] = examples(r, config.augmentation)
        print(f"spectra {n}/{len(recordings)}: {r.dataset} {r.name}", flush=True)
    traces = []
    for fold in folds:
        print(
            f"{fold.name}: {len(fold.train)} recordings to learn from, {len(fold.test)} to test", flush=True
        )
        traces += run_fold(fold, parts, config, print)
    report(traces, config, options.protocol, options.out)


def report(traces: Sequence[Trace], config: Config, protocol: str, out: Path) -> None:
    """Print the table; write metrics.json and traces.npz into a folder of `out`."""
    table = {group: summaries(members) for group, members in groups(traces).items()}
    print(f"{'':12}{'':24}{'MAE':>7}{'spread':>8}{'median':>8}{'worst':>7}{'<5 BPM':>8}{'share':>7}")
    for group, columns in table.items():
        for name, s in columns.items():
            print(
                f"{group:12}{name:24}{s.mae.mean:7.2f}{s.mae.std:8.2f}{s.median_mae:8.2f}{s.mae.worst:7.1f}"
                f"{s.within5:8.1%}{s.coverage:7.1%}"
            )
    folder = out / f"{protocol}-{config.name}-{config.spectral.width}-{config.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "protocol": protocol,
        "configuration": asdict(config),
        "results": {g: {n: s.to_dict() for n, s in columns.items()} for g, columns in table.items()},
    }
    arrays = {
        f"{t.person} {t.name} {k}": v for t in traces for k, v in vars(t).items() if isinstance(v, np.ndarray)
    }
    for name, write in (
        ("metrics.json", lambda file: file.write(json.dumps(values, indent=1).encode())),
        ("traces.npz", lambda file: np.savez_compressed(file, **arrays)),
    ):
        with replacing(folder / name) as beside, beside.open("wb") as file:
            write(file)
    print(f"written: {folder}")


if __name__ == "__main__":
    main()
