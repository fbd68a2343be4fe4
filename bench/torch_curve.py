#!/usr/bin/env python3
"""Trains a model folder in PyTorch and prints the loss before each update: the same curve as gorgpt train, from the same weights.

    torch_curve.py DIR WINDOWS --batch 8 --steps 100 --peak 3e-3 --warmup 20 --l2 0.01

DIR is read as torch_folder.py reads it. WINDOWS has the token ids of all windows, one after the other, T+1 little-endian
int32 each, in the order in which they are trained on. The recipe is that of Radford et al. 2018, section 4.1: Adam with
b1 0.9, b2 0.999, eps 1e-8, weight decay for matrices only, linear warm-up, then a cosine to 0 at the last update. Gradients are
PyTorch's own, in float64. With --dropout P the masks are PyTorch's, so the curve is the same in distribution only.
"""
import argparse
import array
import json
import math
import os
import sys

import torch
import torch.nn.functional as F

from torch_folder import read_weights


def loss_of(w, config, windows, p):
    """The mean of -log P of the tokens after the first of each window [B T+1]."""
    C, H, eps = config["n_embd"], config["n_head"], config["layer_norm_epsilon"]
    ids, targets = windows[:, :-1], windows[:, 1:]
    B, T = ids.shape
    drop = lambda x: F.dropout(x, p)
    norm = lambda x, name: F.layer_norm(x, (C,), w[name + ".weight"], w[name + ".bias"], eps)
    conv1d = lambda x, name: x @ w[name + ".weight"] + w[name + ".bias"]  # [in out]
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)
    x = drop(w["tokens_embed.weight"][ids] + w["positions_embed.weight"][:T])
    for i in range(config["n_layer"]):
        h = f"h.{i}."
        q, k, v = (t.reshape(B, T, H, C // H).transpose(1, 2) for t in conv1d(x, h + "attn.c_attn").split(C, 2))
        a = drop((q @ k.transpose(2, 3) / math.sqrt(C // H)).masked_fill(mask, -math.inf).softmax(-1)) @ v
        n = norm(x + drop(conv1d(a.transpose(1, 2).reshape(B, T, C), h + "attn.c_proj")), h + "ln_1")
        m = conv1d(F.gelu(conv1d(n, h + "mlp.c_fc"), approximate="tanh"), h + "mlp.c_proj")
        x = norm(n + drop(m), h + "ln_2")
    logits = x @ w["tokens_embed.weight"].T
    return F.cross_entropy(logits.reshape(B * T, -1), targets.reshape(-1))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder")
    p.add_argument("windows")
    for name, kind in [("batch", int), ("steps", int), ("peak", float), ("warmup", int), ("l2", float)]:
        p.add_argument("--" + name, type=kind, required=True)
    p.add_argument("--dropout", type=float, default=0)
    p.add_argument("--seed", type=int, default=1, help="of the dropout masks")
    a = p.parse_args()
    torch.manual_seed(a.seed)
    with open(os.path.join(a.folder, "config.json"), encoding="utf-8") as f:
        config = json.load(f)
    ids = array.array("i")
    with open(a.windows, "rb") as f:
        ids.frombytes(f.read())
    if sys.byteorder == "big":
        ids.byteswap()
    windows = torch.tensor(ids, dtype=torch.int64).reshape(a.steps, a.batch, -1)
    w = {name.removeprefix("transformer."): t.clone().requires_grad_() for name, t in read_weights(a.folder, 4).items()}
    m, v = ({name: torch.zeros_like(t) for name, t in w.items()} for _ in range(2))
    losses = []
    for t in range(1, a.steps + 1):
        loss = loss_of(w, config, windows[t - 1], a.dropout)
        losses.append(loss.item())
        loss.backward()
        rate = a.peak * t / a.warmup
        if t > a.warmup:
            rate = a.peak / 2 * (1 + math.cos(math.pi * (t - a.warmup) / (a.steps - a.warmup)))
        rate *= math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        with torch.no_grad():
            for name, x in w.items():
                m[name] = 0.9 * m[name] + 0.1 * x.grad
                v[name] = 0.999 * v[name] + 0.001 * x.grad**2
                step = m[name] / (v[name].sqrt() + 1e-8)
                x -= rate * (step + (a.l2 * x if x.dim() > 1 else 0))
                x.grad = None
    print(json.dumps(losses))


if __name__ == "__main__":
    main()
