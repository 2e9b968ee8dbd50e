"""Harmless files of PyTorch: tensors, checkpoints, whole models, TorchScript."""

import argparse
import collections
import io
import zipfile

import numpy as np
import torch
from torch import nn


class Tied(nn.Module):
    """Two names for one weight."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(6, 4)
        self.head = nn.Linear(4, 6, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, x):
        return self.head(self.embed(x))


class Gate(nn.Module):
    """Control flow that TorchScript keeps."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        if x.sum() > 0:
            return self.inner(x)
        return torch.relu(x)


def checkpoint():
    """What a training loop saves."""
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    model(torch.ones(2, 4)).sum().backward()
    optimizer.step()
    scheduler.step()
    return model, optimizer, scheduler


def script(path, module):
    """TorchScript without its debug tables: they hold paths of this machine and source lines."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.namelist():
            if not member.endswith(".debug_pkl"):
                new.writestr(zipfile.ZipInfo(member), old.read(member))
    torch.jit.load(path)


def write(corpus):
    """All of them."""
    torch.manual_seed(7)

    def save(name, value, **options):
        torch.save(value, corpus.path("torch", name), **options)

    model, optimizer, scheduler = checkpoint()
    state = model.state_dict()
    save("state-dict.pt", state)
    save("state-dict.bin", state)
    save("state-dict-legacy.pth", state, _use_new_zipfile_serialization=False)
    save("state-dict-protocol-4.pt", state, pickle_protocol=4)
    save("pytorch_model.bin", collections.OrderedDict(weight=torch.ones(2, 2).half()))
    save("checkpoint.ckpt", {
        "epoch": 3, "state_dict": state, "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [scheduler.state_dict()], "hyper_parameters": {"lr": 0.01},
        "rng": torch.get_rng_state()[:16].clone(),
    })
    save("checkpoint-legacy.pt", {"optimizer": optimizer.state_dict(), "epoch": 1},
         _use_new_zipfile_serialization=False)
    save("arguments.pt", {"args": argparse.Namespace(lr=0.1), "model": state})
    save("momentum.pt", torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9).state_dict())
    save("tied.pt", Tied().state_dict())
    save("integers.pt", [torch.arange(4, dtype=kind) for kind in
                         (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)])
    save("floats.pt", [torch.ones(2, dtype=kind) for kind in
                       (torch.float16, torch.bfloat16, torch.float64, torch.complex64)])
    save("float8.pt", torch.ones(4).to(torch.float8_e4m3fn))
    save("views.pt", {"all": (base := torch.arange(12.0)), "row": base.view(3, 4)[1],
                      "transposed": base.view(3, 4).T})
    save("sparse.pt", torch.eye(3).to_sparse())
    save("sparse-csr.pt", torch.eye(3).to_sparse_csr())
    save("parameter.pt", nn.Parameter(torch.ones(2)))
    save("buffer-and-shape.pt", {"shape": torch.Size([2, 3]), "kind": torch.float32,
                                 "device": torch.device("cpu")})
    save("with-numpy.pt", {"mean": np.float64(0.5), "bins": np.arange(3)})
    save("whole-linear.pt", nn.Linear(2, 2))
    save("whole-sequential.pt", nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2), nn.GELU()))
    save("quantized-tensor.pt", torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8))
    save("empty.pt", {})
    script(corpus.path("torch", "script.pt"), torch.jit.script(Gate()))
    script(corpus.path("torch", "traced.pt"), torch.jit.trace(model.eval(), torch.ones(1, 4)))
