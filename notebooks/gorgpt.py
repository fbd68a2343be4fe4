"""What the notebooks share: running the Go commands, reading the files that they leave, and
checking that every picture has data and names its axes."""

import json
import os
import pathlib
import shlex
import shutil
import struct
import subprocess

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection

root = pathlib.Path(__file__).resolve().parent.parent
# Runs are kept here and used again. The folder can be deleted at any time.
work = pathlib.Path(os.environ.get("GORGPT_NOTEBOOKS", root / "runs" / "notebooks"))
work.mkdir(parents=True, exist_ok=True)

plt.rcParams.update({"figure.dpi": 80, "font.size": 10, "axes.grid": True, "grid.alpha": 0.3})


def relative(text):
    """The text without the machine's folders."""
    return str(text).replace(str(work), "runs/notebooks").replace(f"{root}/", "")


def go(package, *args, stdin=None, quiet=False):
    """Runs a Go command of the project, shows it, and returns what it prints."""
    command = ["go", "run", package, *map(str, args)]
    if not quiet:
        print("$ " + relative(shlex.join(command)))
    done = subprocess.run(command, cwd=root, input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{relative(shlex.join(command))}\nfailed with status {done.returncode}:\n{relative(done.stderr)}")
    return relative(done.stdout)


def world():
    """The folder with 3 MB of books of the embedded world and its labelled rows."""
    folder = work / "world"
    if not (folder / "qa-test.jsonl").exists():  # the last that is written
        go("./notebooks/world", "-out", folder, quiet=True)
    return folder


# The short pre-training that notebooks 02 and 03 share: one pass over the 3 MB. Vocabulary and
# dropout are those of the preset on the embedded world.
recipe = ["-preset", "tiny", "-vocab", 2048, "-dropout", 0, "-steps", 700, "-eval-every", 100, "-sample-every", 100, "-cache", ""]


def run(package, folder, *args):
    """Makes a run, or uses that of an earlier time if it was completed with the same command,
    be it by an older version of the code."""
    folder, note = work / folder, work / folder / "notebook.json"
    args = [*map(str, args), "-out", str(folder)]
    command = relative(shlex.join(["go", "run", package, *args]))
    print("$ " + command)
    if not note.exists() or json.loads(note.read_text()) != command:
        shutil.rmtree(folder, ignore_errors=True)
        go(package, *args, quiet=True)
        note.write_text(json.dumps(command))
    return folder


def pretrained():
    """The run folder of the shared pre-training."""
    return run("./cmd/train", "pretrained", "-data", world() / "books", *recipe)


def finished():
    """The run folder of the whole recipe on the embedded world, as the command has it by default."""
    return run("./cmd/train", "finished")


def metrics(folder):
    """The updates and the evaluations of a run."""
    lines = [json.loads(line) for line in open(folder / "metrics.jsonl")]
    return [m for m in lines if "loss" in m], [m for m in lines if "val_loss" in m]


def rows(path):
    """The objects of a JSONL file."""
    return [json.loads(line) for line in open(path)]


def tensors(path):
    """The tensors and the remarks of a safetensors file: eight bytes with the length of a
    JSON header, the header, the numbers."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header, data = json.loads(data[8 : 8 + length]), data[8 + length :]
    remarks = header.pop("__metadata__", {})
    types = {"F32": "<f4", "I32": "<i4"}
    return {
        name: np.frombuffer(data[slice(*t["data_offsets"])], types[t["dtype"]]).reshape(t["shape"])
        for name, t in header.items()
    }, remarks


def has_data(axes):
    """Whether anything was drawn that stands for a number: a line between data points, an
    image, points, or areas that have a size."""

    def finite(values):
        return np.isfinite(np.ma.filled(np.ma.asarray(values, float), np.nan)).any()

    def size(patch):
        box = patch.get_path().transformed(patch.get_patch_transform()).get_extents()
        return np.isfinite([box.width, box.height]).all() and box.width * box.height != 0

    def of_data(line):  # not one from side to side, as of axhline
        return all(line.get_transform().contains_branch_seperately(axes.transData))

    return (
        any(of_data(l) and len(l.get_xdata()) > 1 and finite(l.get_ydata()) for l in axes.lines)
        or any(i.get_array().size and finite(i.get_array()) for i in axes.images)
        or any(isinstance(c, PathCollection) and finite(c.get_offsets()) for c in axes.collections)
        or any(c.get_array() is not None and finite(c.get_array()) for c in axes.collections)
        or any(size(p) for p in axes.patches)
    )


def show(figure):
    """Shows a figure, if each of its axes has data, and a label on both sides or no sides."""
    for n, axes in enumerate(figure.axes, 1):
        if not has_data(axes):
            raise AssertionError(f"axes {n} of the figure have no data")
        if axes.get_label() == "<colorbar>":
            assert axes.get_xlabel() or axes.get_ylabel(), "a colour bar has no label"
        elif axes.axison:
            assert axes.get_xlabel() and axes.get_ylabel(), f"axes {n} of the figure lack a label"
    plt.show()
