# SPDX-License-Identifier: Apache-2.0
import io
import os
import pickle

import numpy as np
import pytest
from tests.python.recordings.written.published_files import dalia, write_pickle

from wristpulse.recordings import RecordingError, open_dataset
from wristpulse.recordings.readers.pickles import load


class Asks:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def hostile(tmp_path):
    mark = tmp_path / "was-here"
    return mark, {
        "posix.system": Asks(os.system, f"touch {mark}"),
        "builtins.eval|__builtin__.eval": Asks(eval, f"open({str(mark)!r}, 'w')"),
        "builtins.getattr|__builtin__.getattr": Asks(getattr, "np", "load"),
        "numpy.fromfile|numpy._core.multiarray.fromfile": Asks(np.fromfile, "/etc/hostname", "u1"),
        "numpy.memmap": np.memmap,
    }


@pytest.mark.parametrize("protocol", range(6))
def test_hostile_pickle_is_refused_by_name(tmp_path, protocol):
    mark, cases = hostile(tmp_path)
    for names, payload in cases.items():
        with pytest.raises(RecordingError) as error:
            load(io.BytesIO(pickle.dumps({"signal": payload}, protocol)), "S1.pkl")
        assert any(error.value.found == name for name in names.split("|")), error.value
        assert "S1.pkl: pickle: expected numpy arrays and plain containers only" in str(error.value)
    assert not mark.exists()


def test_hostile_pickle_inside_a_data_set(tmp_path):
    path = tmp_path / "S1" / "S1.pkl"
    path.parent.mkdir()
    path.write_bytes(pickle.dumps(dalia() | {"extra": Asks(os.system, f"touch {tmp_path}/was-here")}, 2))
    with pytest.raises(RecordingError, match="S1.pkl: pickle: .* found posix.system"):
        open_dataset("dalia", tmp_path)
    assert not (tmp_path / "was-here").exists()


def test_an_object_array_does_not_hide_a_call(tmp_path):
    array = np.array([Asks(os.system, f"touch {tmp_path}/was-here")], dtype=object)
    with pytest.raises(RecordingError, match="posix.system"):
        load(io.BytesIO(pickle.dumps(array, 2)), "S1.pkl")
    assert not (tmp_path / "was-here").exists()


def test_only_the_codec_of_python_2_is_admitted():
    import _codecs

    with pytest.raises(RecordingError, match="_codecs.encode with 'rot13'"):
        load(io.BytesIO(pickle.dumps(Asks(_codecs.encode, "abc", "rot13"))), "S1.pkl")


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_of_any_python_are_read(protocol):
    content = {"a": np.arange(6.0).reshape(2, 3), "b": [np.float32(1.5), (1, "x")], "c": {1, 2}}
    got = load(io.BytesIO(pickle.dumps(content, protocol)), "x")
    np.testing.assert_array_equal(got["a"], content["a"])
    assert got["b"] == content["b"] and got["c"] == content["c"]


@pytest.mark.parametrize("protocol", [0, 2])
@pytest.mark.parametrize("keep", [0.0, 0.01, 0.5, 0.999])
def test_truncated_pickle(tmp_path, protocol, keep):
    path = write_pickle(tmp_path / "S1" / "S1.pkl", dalia(), protocol)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(RecordingError, match="S1.pkl: pickle: expected a whole pickle"):
        open_dataset("dalia", tmp_path)


def test_file_of_another_kind(tmp_path):
    path = tmp_path / "S1" / "S1.pkl"
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20)
    with pytest.raises(RecordingError, match="S1.pkl: pickle: expected a whole pickle"):
        open_dataset("dalia", tmp_path)
