#!/usr/bin/env python3
"""Writes lstm.json: PyTorch's nn.LSTM on random weights, in float64, for the test of ours.

The cost is the sum of w*y; its gradients are there beside the states y. Debian: apt-get install python3-torch, and
run it with /usr/bin/python3. The result is checked in; a new one has the same numbers.
"""
import json
import pathlib

import torch

B, T, C, U = 3, 5, 4, 6

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
lstm = torch.nn.LSTM(C, U, batch_first=True)
for p in lstm.parameters():
    p.data.normal_(0, 0.5)
x = torch.randn(B, T, C, requires_grad=True)
w = torch.randn(B, T, U)
# What a float32 cannot hold would be a difference of the inputs.
for t in [x, w, *lstm.parameters()]:
    t.data = t.data.float().double()
y, _ = lstm(x)
(w * y).sum().backward()
tensors = {"x": x, "w": w, "y": y, "grad.x": x.grad}
for name, p in lstm.named_parameters():
    tensors[name], tensors["grad." + name] = p, p.grad
out = {name: {"shape": list(t.shape), "data": t.detach().flatten().tolist()} for name, t in tensors.items()}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
