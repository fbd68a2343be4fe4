#!/usr/bin/env python3
"""GPT-1 training steps in PyTorch on the CPU: the yardstick for the speed of ours.

Each step is what BenchmarkStep takes: random tokens, forward pass with dropout, gradients, clipping to norm 1, Adam.
Prints one line a step and, last, a JSON summary; its speed is that of the median step without the first two.
With --finetune 4x16,1x40;... instead: updates of these micro-batches (sequences x tokens, updates apart by
semicolons), language model loss and a classification, gradients added up; all updates once, then once more on the clock.
With --generate N instead: N greedy tokens with a key/value cache; --dtype is the type of the weights, int8 by dynamic
quantization of the linear layers and the output matrix. With --classify N: classes of --batch texts of N tokens.

Debian: apt-get install python3-torch libopenblas0-pthread, and run it with /usr/bin/python3. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE
should be unset, or OPENBLAS_CORETYPE=Haswell to hold it to AVX2.
"""
import argparse
import json
import math
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

# vocabulary, context, width, heads, layers
PRESETS = {
    "gpt1": (40478, 512, 768, 12, 12),
    "mini": (8192, 256, 320, 5, 6),
    "tiny": (4096, 128, 128, 4, 4),
}
WARM_UP = 2  # steps that do not count


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--preset", default="gpt1", choices=PRESETS)
    for name in ("vocab", "ctx", "embd", "heads", "layers"):
        p.add_argument("--" + name, type=int, help="in place of the preset's")
    p.add_argument("--batch", type=int, default=1)
    p.add_argument("--steps", type=int, default=7, help="the first two included")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--bf16", action="store_true", help="autocast the forward pass to bfloat16")
    p.add_argument("--generate", type=int, default=0, metavar="N")
    p.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "int8"))
    p.add_argument("--classify", type=int, default=0, metavar="N")
    p.add_argument("--finetune", default="", metavar="SPEC")
    a = p.parse_args()
    for name, value in zip(("vocab", "ctx", "embd", "heads", "layers"), PRESETS[a.preset]):
        if getattr(a, name) is None:
            setattr(a, name, value)
    if (a.generate or a.steps) <= WARM_UP:
        p.error(f"the first {WARM_UP} steps or tokens do not count: ask for more")
    return a


class Block(nn.Module):
    def __init__(self, C, H):
        super().__init__()
        self.H = H
        self.attn, self.proj = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.fc, self.out = nn.Linear(C, 4 * C), nn.Linear(4 * C, C)
        self.ln1, self.ln2 = nn.LayerNorm(C), nn.LayerNorm(C)

    def forward(self, x, mask, p, cache=None):
        B, T, C = x.shape
        q, k, v = (y.view(B, T, self.H, C // self.H).transpose(1, 2) for y in self.attn(x).split(C, 2))
        if cache is not None:
            if cache:
                k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
            cache[:] = [k, v]
        w = q @ k.transpose(-1, -2) / math.sqrt(C // self.H)
        if mask is not None:
            w = w.masked_fill(mask, float("-inf"))
        y = (F.dropout(w.softmax(-1), p, self.training) @ v).transpose(1, 2).reshape(B, T, C)
        n = self.ln1(x + F.dropout(self.proj(y), p, self.training))
        m = self.out(F.gelu(self.fc(n), approximate="tanh"))
        return self.ln2(n + F.dropout(m, p, self.training))


class GPT1(nn.Module):
    def __init__(self, V, T, C, H, L):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(V, C), nn.Embedding(T, C)
        self.blocks = nn.ModuleList(Block(C, H) for _ in range(L))
        for q in self.parameters():
            if q.dim() > 1:
                nn.init.normal_(q, std=0.02)
        self.output = nn.Linear(C, V, bias=False)
        self.output.weight = self.tokens.weight
        self.register_buffer("mask", torch.triu(torch.ones(T, T, dtype=torch.bool), 1))

    def hidden(self, ids, start=0, caches=None, p=0.1):
        T = ids.shape[1]
        h = F.dropout(self.tokens(ids) + self.positions(torch.arange(start, start + T)), p, self.training)
        for i, block in enumerate(self.blocks):
            h = block(h, self.mask[:T, :T] if T > 1 else None, p, caches[i] if caches else None)
        return h

    def forward(self, ids, start=0, caches=None, p=0.1):
        return self.output(self.hidden(ids, start, caches, p))


def adam(parameters, lr):
    decay, rest = [q for q in parameters if q.dim() > 1], [q for q in parameters if q.dim() < 2]
    return torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=lr)


def finetune(model, a):
    head = nn.Linear(a.embd, 2)
    parameters = [*model.parameters(), *head.parameters()]
    opt = adam(parameters, 6.25e-5)
    updates = [[tuple(map(int, m.split("x"))) for m in u.split(",")] for u in a.finetune.split(";")]
    tokens, seconds = 0, 0
    for lap in range(2):
        for update in updates:
            start = time.time()
            examples = sum(B for B, _ in update)
            opt.zero_grad(set_to_none=True)
            for B, T in update:
                ids = torch.randint(0, a.vocab, (B, T))
                h = model.hidden(ids)
                logits = model.output(h)
                lm = F.cross_entropy(logits[:, :-1].reshape(-1, a.vocab), ids[:, 1:].reshape(-1), reduction="sum") / (T - 1)
                clf = F.cross_entropy(head(F.dropout(h[:, -1], 0.1)), torch.arange(B) % 2, reduction="sum")
                ((clf + 0.5 * lm) / examples).backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            opt.step()
            if lap:
                seconds += time.time() - start
                tokens += sum(B * T for B, T in update)
    return {"what": "finetune", "preset": a.preset, "tok_s": tokens / seconds}


def train(model, a):
    opt = adam(list(model.parameters()), 2.5e-4)
    times = []
    for step in range(a.steps):
        x = torch.randint(0, a.vocab, (a.batch, a.ctx + 1))
        start = time.time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.bf16):
            logits = model(x[:, :-1])
        loss = F.cross_entropy(logits.float().reshape(-1, a.vocab), x[:, 1:].reshape(-1))
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        times.append(time.time() - start)
        print(f"step {step} loss {loss.item():.4f} {a.batch * a.ctx / times[-1]:.1f} tok/s", flush=True)
    median = statistics.median(times[WARM_UP:])
    return {"what": "train", "preset": a.preset, "batch": a.batch, "ctx": a.ctx, "bf16": a.bf16,
            "s_per_step": median, "tok_s": a.batch * a.ctx / median}


@torch.no_grad()
def generate(model, a):
    model.eval()
    if a.dtype == "bfloat16":
        model.bfloat16()
    elif a.dtype == "int8":
        model = torch.quantization.quantize_dynamic(model, {nn.Linear}, torch.qint8)
    caches, ids, times = [[] for _ in model.blocks], torch.zeros(a.batch, 1, dtype=torch.long), []
    for position in range(a.generate):
        start = time.time()
        ids = model(ids, position, caches)[:, -1:].argmax(-1)
        times.append(time.time() - start)
    median = statistics.median(times[WARM_UP:])
    return {"what": "generate", "batch": a.batch, "dtype": a.dtype, "ms_per_token": 1e3 * median, "tok_s": a.batch / median}


@torch.no_grad()
def classify(model, a):
    model.eval()
    head, times = nn.Linear(a.embd, 2), []
    for _ in range(a.steps):
        ids = torch.randint(0, a.vocab, (a.batch, a.classify))
        start = time.time()
        head(model.hidden(ids)[:, -1]).softmax(-1)
        times.append(time.time() - start)
    median = statistics.median(times[WARM_UP:])
    return {"what": "classify", "batch": a.batch, "tokens": a.classify, "texts_s": a.batch / median}


def main():
    a = parse()
    torch.manual_seed(0)
    torch.set_num_threads(a.threads)
    model = GPT1(a.vocab, a.ctx, a.embd, a.heads, a.layers)
    what = generate if a.generate else classify if a.classify else finetune if a.finetune else train
    summary = what(model, a)
    summary["params"] = sum(q.numel() for q in model.parameters())
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
