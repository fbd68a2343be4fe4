#!/usr/bin/env python3
"""Reads a model folder and prints what the model says, in PyTorch: an independent reader of what cmd/convert writes.

The folder is config.json and model.safetensors, read here byte by byte as their formats are documented: safetensors as an
8-byte length, a JSON header and raw little-endian data, in one file or in those of an index; names, shapes and the meaning
of config.json as of Hugging Face's OpenAIGPTLMHeadModel, OpenAIGPTDoubleHeadsModel and OpenAIGPTForSequenceClassification.
The transformers package is not used, and was not at hand when this was written: that it reads the same folders is inferred
from its documented formats, not tested.

    torch_folder.py DIR 5,17,3          logits of every position, as JSON: [T][V]
    torch_folder.py --choices DIR 5,17,3;5,17,9   the scores of the choices, from the last token of each
    torch_folder.py --classes DIR 5,17,3;5,17,9   the logits of the classes, from the last token of each text: [N][K]

Debian: apt-get install python3-torch, and run it with /usr/bin/python3.
"""
import argparse
import json
import math
import os
import struct

import torch
import torch.nn.functional as F

TYPES = {"F32": (torch.float32, 4), "F16": (torch.float16, 2), "BF16": (torch.bfloat16, 2), "I8": (torch.int8, 1)}


def read_safetensors(path):
    with open(path, "rb") as f:
        data = bytearray(f.read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(bytes(data[8:8 + length]).decode("utf-8"))
    if header.pop("__metadata__", {}).get("format") != "pt":
        raise SystemExit("the metadata does not say that the format is pt")
    tensors = {}
    for name, entry in header.items():
        dtype, size = TYPES[entry["dtype"]]
        begin, end = entry["data_offsets"]
        count = math.prod(entry["shape"])
        if end - begin != count * size:
            raise SystemExit(f"{name}: {end - begin} bytes for {count} elements")
        t = torch.frombuffer(data, dtype=dtype, count=count, offset=8 + length + begin)
        tensors[name] = t.reshape(entry["shape"]).to(torch.float64)
    for name in [n for n, entry in header.items() if entry["dtype"] == "I8"]:  # docs/inference.md
        scale = tensors.pop(name + ".scale").repeat_interleave(32, 1)
        tensors[name] = (tensors[name] * scale[:, :tensors[name].shape[1]]).to(torch.float32).to(torch.float64)
    return tensors


def read_weights(folder, width):
    """All tensors of model.safetensors or, without it, of the files in its index. A value takes width bytes."""
    path = os.path.join(folder, "model.safetensors")
    if os.path.exists(path):
        return read_safetensors(path)
    with open(path + ".index.json", encoding="utf-8") as f:
        index = json.load(f)
    tensors = {}
    for name in sorted(set(index["weight_map"].values())):
        part = read_safetensors(os.path.join(folder, name))
        if set(part) != {n for n, file in index["weight_map"].items() if file == name}:
            raise SystemExit(f"{name} does not have the tensors that the index says")
        tensors.update(part)
    size = sum(t.numel() for t in tensors.values()) * width
    if index["metadata"]["total_size"] != size:
        raise SystemExit(f"total_size is {index['metadata']['total_size']}, not {size}")
    return tensors


def hidden(w, config, ids):
    """The states after the last block, [T C], in float64."""
    C, H = config["n_embd"], config["n_head"]
    eps, T = config["layer_norm_epsilon"], len(ids)
    norm = lambda x, name: F.layer_norm(x, (C,), w[name + ".weight"], w[name + ".bias"], eps)
    conv1d = lambda x, name: x @ w[name + ".weight"] + w[name + ".bias"]  # [in out]
    x = w["tokens_embed.weight"][ids] + w["positions_embed.weight"][:T]
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)
    for i in range(config["n_layer"]):
        h = f"h.{i}."
        q, k, v = (t.reshape(T, H, C // H).transpose(0, 1) for t in conv1d(x, h + "attn.c_attn").split(C, 1))
        a = (q @ k.transpose(1, 2) / math.sqrt(C // H)).masked_fill(mask, -1e9).softmax(-1) @ v
        n = norm(x + conv1d(a.transpose(0, 1).reshape(T, C), h + "attn.c_proj"), h + "ln_1")
        m = conv1d(F.gelu(conv1d(n, h + "mlp.c_fc"), approximate="tanh"), h + "mlp.c_proj")
        x = norm(n + m, h + "ln_2")
    return x


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--choices", action="store_true", help="of a folder for OpenAIGPTDoubleHeadsModel")
    p.add_argument("--classes", action="store_true", help="of a folder for OpenAIGPTForSequenceClassification")
    p.add_argument("folder")
    p.add_argument("ids", help="token ids, commas between; texts apart by semicolons")
    a = p.parse_args()
    with open(os.path.join(a.folder, "config.json"), encoding="utf-8") as f:
        config = json.load(f)
    want = "OpenAIGPTDoubleHeadsModel" if a.choices else "OpenAIGPTForSequenceClassification" if a.classes else "OpenAIGPTLMHeadModel"
    int8 = config["model_type"] == "gorgpt-int8"  # docs/inference.md
    if not int8 and (config["model_type"] != "openai-gpt" or config["architectures"] != [want]) or config["afn"] != "gelu":
        raise SystemExit(f"config.json is not that of an {want}")
    w = read_weights(a.folder, {"float32": 4, "float16": 2, "bfloat16": 2}[config["torch_dtype"]])
    base = {name.removeprefix("transformer."): t for name, t in w.items()}
    texts = [[int(i) for i in text.split(",")] for text in a.ids.split(";")]
    with torch.no_grad():
        states = [hidden(base, config, ids) for ids in texts]
        if a.choices:
            head = "multiple_choice_head.summary."
            out = [F.linear(h[-1], w[head + "weight"], w[head + "bias"]).item() for h in states]
        elif a.classes:
            if w["score.weight"].shape[0] != len(config["id2label"]):
                raise SystemExit("there are not as many labels as classes")
            out = [F.linear(h[-1], w["score.weight"]).tolist() for h in states]
        else:
            out = (states[0] @ base["tokens_embed.weight"].T).tolist()
    print(json.dumps(out))


if __name__ == "__main__":
    main()
