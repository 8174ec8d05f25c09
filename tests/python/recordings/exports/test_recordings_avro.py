# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from tests.python.recordings.written.avro_files import container, integer, session, write_avro
from tests.python.recordings.written.published_files import SECONDS, pulse, signals
from tests.python.recordings.written.user_files import START, zip_flat

from wristpulse.recordings import RecordingError, open_dataset
from wristpulse.recordings.exports import avro
from wristpulse.recordings.exports.embraceplus import read_embraceplus


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_reads_a_session(codec):
    (record,) = avro.records("a", container(session(20), codec))
    assert record["schemaVersion"] == {"major": 6, "minor": 4, "patch": 0}
    assert record["fwVersion"] == {"major": 1, "minor": 2, "patch": 3} and record["timezone"] == -3600
    assert record["enrollment"] == {"participantID": "anna"}
    sensor = record["rawData"]["accelerometer"]
    assert sensor["timestampStart"] == round(START * 1e6) and sensor["samplingFrequency"] == 64.0
    np.testing.assert_array_equal(sensor["x"], np.round(signals(20, 64)[:, 0] * 2048))
    np.testing.assert_array_equal(record["rawData"]["bvp"]["values"], np.float32(30 * pulse(20, 64)))


def test_numbers_of_any_length():
    values = [0, -1, 1, 63, -64, 64, 2**31 - 1, -(2**31), 2**62, -(2**63), 2**63 - 1]
    schema = {"type": "array", "items": "long"}
    block = integer(len(values)) + b"".join(map(integer, values)) + integer(0)
    (found,) = avro.records("a", container(block, schema=schema))
    assert found.tolist() == values


def test_other_types():
    schema = {
        "type": "record", "name": "R", "namespace": "n", "fields": [
            {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["up", "down"]}},
            {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 2}},
            {"name": "counts", "type": {"type": "map", "values": "int"}},
            {"name": "names", "type": {"type": "array", "items": "string"}},
            {"name": "flag", "type": "boolean"},
            {"name": "again", "type": "n.K"},
        ],
    }  # fmt: skip
    block = integer(1) + b"xy" + integer(1) + integer(1) + b"a" + integer(7) + integer(0)
    block += integer(1) + integer(2) + b"hi" + integer(0) + b"\1" + integer(0)
    (found,) = avro.records("a", container(block, schema=schema))
    expected = {
        "kind": "down",
        "fixed": b"xy",
        "counts": {"a": 7},
        "names": ["hi"],
        "flag": True,
        "again": "up",
    }
    assert found == expected


def test_embraceplus_from_the_portals_files(tmp_path):
    """Parts follow each other, one begins before the last has ended; raw counts become g."""
    for start in (0, 19.99, 60):
        write_avro(tmp_path / "set" / "anna", 20, START + start)
    first, second = open_dataset("embraceplus", tmp_path / "set")
    assert first.subject == second.subject == "anna" and first.fs_ppg == pytest.approx(64, rel=1e-2)
    assert first.seconds == pytest.approx(40, abs=0.1) and second.seconds == pytest.approx(20, abs=0.1)
    (zipped,) = read_embraceplus(zip_flat(tmp_path / "a.zip", write_avro(tmp_path / "one", SECONDS).parent))
    assert np.allclose(zipped.acc, signals(SECONDS, 64), atol=1e-3)
    assert np.allclose(zipped.ppg[:, 0], 30 * pulse(SECONDS, 64), atol=1e-4)


WHOLE = container(session(20), "deflate")
BAD = {
    "another kind": (b"PK\3\4", "Avro container, found another kind"),
    "no header": (WHOLE[:40], "whole Avro container"),
    "cut short": (WHOLE[:-200], "whole Avro container"),
    "no marker": (WHOLE[:-1] + b"\0", "marker"),
    "snappy": (container(b"", "snappy"), "null or deflate, found snappy"),
    "many values": (container(integer(2**60), schema={"type": "array", "items": "null"}), "whole Avro"),
    "other schema": (container(integer(3), schema={"type": "int"}), "rawData/bvp"),
}


@pytest.mark.parametrize("case", BAD)
def test_wrong_content(tmp_path, case):
    content, found = BAD[case]
    (tmp_path / "a.avro").write_bytes(content)
    with pytest.raises(RecordingError, match=f"a.avro: .*{found}") as error:
        read_embraceplus(tmp_path)
    assert "\n" not in str(error.value)


def test_any_byte_may_be_wrong(tmp_path):
    """A damaged file is read or refused, never anything else."""
    data, rng = bytearray(container(session(10), "null")), np.random.default_rng(3)
    for at in rng.integers(0, len(data), 60):
        kept, data[at] = data[at], int(rng.integers(256))
        try:
            avro.records("a", bytes(data))
        except RecordingError as error:
            assert error.where == "a"
        data[at] = kept
