#!/usr/bin/env python3
"""Executes copies of the notebooks in a temporary folder, with runs of their own, and fails on
an error, or when one shows other numbers of pictures than the committed one.

    notebooks/run.py [-write] [NAME...]

GORGPT_NOTEBOOKS names a folder whose runs are used again, and that keeps them.

-write puts the outputs into the notebooks, without times and other details of the machine.
Needs nbconvert, ipykernel and matplotlib (Debian: jupyter-nbconvert, python3-ipykernel,
python3-matplotlib)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
limit = 900  # seconds for a cell
most = 400_000  # bytes of a notebook with its outputs


def outputs(notebook):
    return [o for c in notebook["cells"] for o in c.get("outputs", [])]


def pictures(notebook):
    """How many pictures there are, and how many of them are empty."""
    data = [o["data"][t] for o in outputs(notebook) for t in ("image/png", "image/svg+xml") if t in o.get("data", {})]
    return len(data), sum(not "".join(d).strip() for d in data)


def clean(notebook):
    """Leaves what is the same each time."""
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for n, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {}
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output["metadata"] = {}


def execute(source, folder):
    """Executes a copy of a notebook in the folder and returns it as an object."""
    copy = folder / source.name
    shutil.copy(source, copy)
    environment = os.environ | {
        "PYTHONPATH": str(here),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GORGPT_NOTEBOOKS": os.environ.get("GORGPT_NOTEBOOKS", str(folder / "runs")),
    }
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace",
               f"--ExecutePreprocessor.timeout={limit}", copy.name]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{source.name}: it failed:\n{done.stderr[-6000:]}")
    return json.loads(copy.read_text(encoding="utf-8"))


def check(source, done):
    committed = json.loads(source.read_text(encoding="utf-8"))
    (want, _), (got, empty) = pictures(committed), pictures(done)
    if empty:
        raise SystemExit(f"{source.name}: {empty} of its pictures have no data")
    if got != want or not got:
        raise SystemExit(f"{source.name}: it shows {got} pictures, the committed one {want}")


def main(arguments):
    write = "-write" in arguments
    names = [a for a in arguments if a != "-write"]
    sources = [here / n for n in names] or sorted(here.glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for source in sources:
            started = time.monotonic()
            done = execute(source, folder)
            print(f"{source.name}: {time.monotonic() - started:.0f}s, {pictures(done)[0]} pictures", flush=True)
            if not write:
                check(source, done)
                continue
            clean(done)
            text = json.dumps(done, indent=1, ensure_ascii=False) + "\n"
            if len(text) > most:
                raise SystemExit(f"{source.name}: {len(text)} bytes with its outputs, more than {most}")
            source.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
