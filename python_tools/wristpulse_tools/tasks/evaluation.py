# SPDX-License-Identifier: Apache-2.0
"""How good students are: evaluation by protocols, on every real set, and beside others."""

from pathlib import Path

from wristpulse_tools.firmware.places import BUILD
from wristpulse_tools.tasks.common import DATA_HELP, command, say, which_leds

EVALUATE_HELP = {
    "data": DATA_HELP,
    "seeds": "of weights and draws, comma-separated, instead of the configuration's",
    "folds": "of the protocol, comma-separated; default: the configuration's, or all",
    "workers": "processes on this machine; default: one a core",
    "scheduler": "address of a Dask scheduler whose workers run the jobs instead",
    "output": "folder for the results; default: build/evaluate of the repository",
}


def _evaluate(
    config: str,
    data: Path | None,
    output: Path | None,
    workers: int | None,
    scheduler: str | None,
    **repetitions,
) -> None:
    from wristpulse.config.load import load
    from wristpulse.evaluation.evaluate import evaluate, repeated
    from wristpulse.support.quiet import start_tensorflow

    given = {name: values for name, values in repetitions.items() if values}
    chosen = repeated(load(config), **given)
    start_tensorflow()
    evaluate(
        chosen,
        data,
        output or BUILD / "evaluate",
        workers=workers,
        scheduler=scheduler,
        progress=say,
    )


@command(
    **EVALUATE_HELP,
    config="configuration: a name in config/presets or the path of a .toml file",
    protocol="who trains and who is tested, as in docs/training.md; default: the configuration's",
    sizes="of the spectral student, 2k, 8k, 30k parameters, comma-separated, instead of the configuration's",
    relations="of distillation, comma-separated, instead of the configuration's",
)
def evaluate(
    _context,
    data: Path | None = None,
    config="people",
    protocol=None,
    sizes: list[str] | None = None,
    seeds: list[int] | None = None,
    folds: list[str] | None = None,
    relations: list[str] | None = None,
    workers: int | None = None,
    scheduler=None,
    output: Path | None = None,
):
    """Evaluate a configuration by a protocol: train every fold, test on people it never saw."""
    repetitions = {"sizes": sizes, "seeds": seeds, "folds": folds, "relations": relations}
    _evaluate(config, data, output, workers, scheduler, protocol=protocol, **repetitions)


@command(**EVALUATE_HELP)
def ablation(
    _context,
    data: Path,
    seeds: list[int] | None = None,
    folds: list[str] | None = None,
    workers: int | None = None,
    scheduler=None,
    output: Path | None = None,
):
    """Compare relations of distillation for the paper's student on real people, beside the teacher."""
    _evaluate("ablation", data, output, workers, scheduler, seeds=seeds, folds=folds)


@command(
    data=DATA_HELP,
    config="configuration of simulated people alone, by name or file",
    relations="of distillation, comma-separated; none: labels only",
    seeds="of the students, comma-separated",
    output="folder for the networks; default: build/CONFIG of the repository",
)
def distillation(
    _context,
    data: Path,
    config="paper-distillation",
    relations: list[str] | None = None,
    seeds: list[int] | None = None,
    output: Path | None = None,
):
    """Compare what students take from a teacher where simulated people teach, on all real sets."""
    from wristpulse.config.load import load
    from wristpulse.experiments.distillation import scores, tables, train

    loaded = load(config)
    folder = output or BUILD / loaded.name
    students = train(loaded, relations or ["none", "response", "rkd"], seeds or [1, 2, 3], folder, say)
    found = scores(loaded, students, data)
    found.to_csv(folder / "scores.csv", index=False)
    for text in tables(found):
        say(text)


@command(
    data=DATA_HELP,
    students="NAME=FOLDER of what `invoke quantize` made, comma-separated; default: the one that ships",
    out="JSON file for the figures",
    leds="one, or all: also all LEDs of the sets that have several, fused",
    smooth="also results that look back, in rows of their own",
)
def unseen(
    _context,
    data: Path,
    students: list[str] | None = None,
    out: Path | None = None,
    leds: str = "one",
    smooth: bool = False,
):
    """Test students on every real data set that is there: how far off, how often silent, how often wrong."""
    from wristpulse.evaluation.unseen import named, report
    from wristpulse.student.card import SHIPPED

    loaded = named(students or [str(SHIPPED)])
    report(loaded, data, out, say, all_leds=which_leds(leds), looking_back=smooth)


@command(
    results="folder that `invoke evaluate` wrote, finished or not",
    picture="PNG or SVG file for a reliability diagram of each set",
    out="JSON file for the figures",
)
def sets(_context, results: Path, picture: Path | None = None, out: Path | None = None):
    """Show an evaluation set by set: how far off, how often silent, how often wrong, and over seeds."""
    from wristpulse.evaluation.sets import finished_sets, reliabilities, report
    from wristpulse_tools.experiment_report.set_pictures import write_reliability

    finished = finished_sets(results)
    report(finished, out, say)
    if picture:
        write_reliability(reliabilities(finished), picture)
        say(f"written: {picture}")


@command(
    results="folder of an evaluation; default: build/evaluate, if it holds one",
    output="the HTML file; default: report.html in the folder of results",
)
def report(_context, results: Path | None = None, output: Path | None = None):
    """Gather an evaluation's results, as far as its jobs are done, in one self-contained HTML file."""
    from wristpulse.evaluation.table import PRINTED, markdown, paired, paired_markdown, table
    from wristpulse_tools.experiment_report import confidence_table, read, write_report

    folder = results or BUILD / "evaluate"
    found = read(folder)
    written = write_report(found, folder, output or folder / "report.html")
    say(markdown(table(found), PRINTED))
    say(confidence_table(found))
    variants = list(dict.fromkeys(r.variant for r in found))
    untaught = [v for v in variants if v.endswith("none")]  # from labels only
    if untaught and len(variants) > 1:
        for estimate in ("tracked, aligned", "untracked, aligned"):
            say(f"{estimate}:\n{paired_markdown(paired(found, untaught[0], estimate), untaught[0])}")
    say(f"written: {written}")


@command(
    data=DATA_HELP,
    dataset="data sets, comma-separated; default: those that neither student learnt from",
    students="ours, name=folder, comma-separated; the first sets the share that is kept of every method",
    results="folder of `invoke evaluate`, whose traces are ours instead",
    peers="beliefppg, beliefppg-one-led, kid-ppg, comma-separated, or none; default: beliefppg,kid-ppg",
    people="at most so many of each set, evenly spaced; default: all",
    python="Python of an environment that has the packages; default: one made in build/peers",
    output="folder for the figures; default: build/peers",
)
def peers(
    _context,
    data: Path,
    dataset: list[str] | None = None,
    students: list[str] | None = None,
    results: Path | None = None,
    peers: list[str] | None = None,
    people: int | None = None,
    python: Path | None = None,
    output: Path | None = None,
):
    """Run BeliefPPG, KID-PPG and the spectral peak on the same recordings and print all side by side."""
    from wristpulse.evaluation.unseen import named
    from wristpulse_tools.peers.compare import DEFAULT_PEERS, DEFAULT_STUDENTS, UNSEEN, compare

    compare(
        data,
        output or BUILD / "peers",
        datasets=dataset or UNSEEN,
        students=named(students or DEFAULT_STUDENTS),
        results=results,
        peers=[] if peers == ["none"] else peers or DEFAULT_PEERS,
        people=people,
        python=python,
        say=say,
    )
