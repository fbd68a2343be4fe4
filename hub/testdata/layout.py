"""The layout of huggingface_hub's cache, written down from its documentation.

    layout.py check CACHE ID REVISION FILE...   checks that the cache has these files of a model
    layout.py make CACHE ID REVISION FOLDER     lays out the files of a folder as a download would
"""

import fcntl
import hashlib
import os
import sys


def folder(cache, repo):
    return os.path.join(cache, "models--" + repo.replace("/", "--"))


def hashes(path):
    data = open(path, "rb").read()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), hashlib.sha256(data).hexdigest()


def check(cache, repo, revision, *names):
    root = folder(cache, repo)
    commit = open(os.path.join(root, "refs", revision)).read()
    assert len(commit) == 40 and set(commit) <= set("0123456789abcdef"), commit
    snapshot = os.path.join(root, "snapshots", commit)
    assert sorted(os.listdir(snapshot)) == sorted(names), os.listdir(snapshot)
    blobs = set()
    for name in names:
        path = os.path.join(snapshot, name)
        target = os.readlink(path)
        assert not os.path.isabs(target) and os.path.dirname(target) == os.path.join("..", "..", "blobs"), target
        blob = os.path.basename(target)
        assert blob in hashes(path), (name, blob)
        blobs.add(blob)
        with open(os.path.join(cache, ".locks", os.path.basename(root), blob + ".lock"), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert set(os.listdir(os.path.join(root, "blobs"))) == blobs
    assert sorted(os.listdir(root)) == [".no_exist", "blobs", "refs", "snapshots"]
    assert os.listdir(os.path.join(root, ".no_exist")) == [commit]
    for name in os.listdir(os.path.join(root, ".no_exist", commit)):
        assert name not in names and os.path.getsize(os.path.join(root, ".no_exist", commit, name)) == 0, name


def make(cache, repo, revision, source):
    root, commit = folder(cache, repo), "0123456789" * 4
    snapshot = os.path.join(root, "snapshots", commit)
    for path in (os.path.join(root, "blobs"), os.path.join(root, "refs"), snapshot):
        os.makedirs(path)
    with open(os.path.join(root, "refs", revision), "w") as f:
        f.write(commit)
    for name in os.listdir(source):
        sha1, sha256 = hashes(os.path.join(source, name))
        blob = sha256 if name.endswith((".safetensors", ".bin", ".h5", ".ot")) else sha1
        with open(os.path.join(source, name), "rb") as f, open(os.path.join(root, "blobs", blob), "wb") as to:
            to.write(f.read())
        os.symlink(os.path.join("..", "..", "blobs", blob), os.path.join(snapshot, name))


{"check": check, "make": make}[sys.argv[1]](*sys.argv[2:])
