"""Make what the chapter *Your own network* shows: two networks of other libraries, and results.

    python book/own_network/make.py             # trains both (seven minutes on one core), then
                                                # runs the chapter, whose cells store their results
    python book/own_network/make.py --results   # the second step alone

Needed are segmentation-models-pytorch and timm (tests/requirements-parity.txt). Each network
leaves float16 weights and a card (JSON) with data, recipe and held-out score. The chapter leaves
its results and, of each network, the data of an explorer and an ONNX file for the pages: what is
shown where the library is not installed (see keep.py).
"""

import argparse
import hashlib
import json
import platform
import sys
from pathlib import Path

import nbformat
import torch
from nbclient import NotebookClient
from safetensors.torch import save
from torch.nn import functional as F

from scse._extras import require
from scse.data import brain, digits
from scse.metrics import dice
from scse.training import predict, soft_dice_loss

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent / "_tools"  # where published.py is: it imports both libraries
sys.path.insert(0, str(TOOLS))

from published import published  # noqa: E402

SMP = {
    "encoder_name": "tu-resnet18",
    "encoder_weights": None,
    "decoder_channels": (48, 32, 24, 16),
    "decoder_attention_type": "scse",
    "in_channels": 1,
    "classes": 4,
    # Fewer channels than usual, so that the weights stay small.
    "encoder_depth": 4,
    "channels": (16, 24, 32, 48),
    "stem_type": "deep",
    "stem_width": 8,
}
TIMM = {
    "model_name": "seresnet18",
    "in_chans": 1,
    "num_classes": 10,
    "channels": (16, 24, 32, 48),  # fewer than usual
}


class BrainUnet:
    """segmentation-models-pytorch's Unet with scSE in its decoder; the brain task of the book."""

    name = "smp-unet"
    library = "segmentation-models-pytorch 0.6.0"
    call = SMP
    steps, batch_size, lr, seed = 1200, 8, 3e-3, 0
    data = brain.Brain.source

    def build(self):
        return published("segmentation_models_pytorch", "Unet")(**self.call)

    def batches(self, generator):
        task = brain.Brain()
        for step in range(self.steps):
            yield task.batch(self.batch_size, generator, step / self.steps)

    def loss(self, logits, label):
        return F.cross_entropy(logits, label) + soft_dice_loss(logits, label)

    def score(self, net):
        images, labels = brain.Brain().test()
        scores = dice(predict(net, images), labels, 4)[1:].tolist()
        scores = dict(zip(brain.CLASSES[1:], scores, strict=True))
        return {"dice": scores, "mean_dice": sum(scores.values()) / 3, "test_images": len(images)}


class DigitClassifier:
    """timm's ResNet with squeeze & excitation; it says which digit a photograph carries."""

    name = "timm-seresnet18"
    library = "timm 1.0.31"
    call = TIMM
    steps, batch_size, lr, seed = 1500, 32, 3e-3, 0
    data = f"one digit a picture: {digits.Digits.source}"

    def build(self):
        return published("timm", "create_model")(**self.call)

    def batches(self, generator):
        for step in range(self.steps):
            yield one_digit(self.batch_size, generator, "train", step / self.steps)

    def loss(self, logits, reads):
        return F.cross_entropy(logits, reads)

    def score(self, net):
        images, reads = one_digit(500, torch.Generator().manual_seed(2018), "test")
        right = (predict(net, images, 50) == reads).double().mean().item()
        return {"accuracy": right, "test_images": len(images)}


def one_digit(n, generator, split, progress=1.0):
    """``n`` pictures (n, 1, 96, 96) and what is written there (n,).

    The photographs fade in during the first 0.4 of the training; `digits.sample` puts a second
    digit into a picture only when they are all there.
    """
    images, labels = digits.sample(n, generator, split, min(0.999, progress / 0.4))
    return images, labels.flatten(1).amax(1) - 1


def train(case):
    """One cycle of AdamW, then the weights in half precision and the card."""
    torch.manual_seed(case.seed)
    net = case.build()
    optimizer = torch.optim.AdamW(net.parameters(), lr=case.lr, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, case.lr, case.steps, pct_start=0.1)
    generator = torch.Generator().manual_seed(case.seed)
    batches = require("tqdm", "train").tqdm(case.batches(generator), case.name, case.steps)
    for image, answer in batches:
        net.train()
        loss = case.loss(net(image), answer)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        batches.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    path = HERE / f"{case.name}.safetensors"
    halved = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    path.write_bytes(save({k: v.contiguous() for k, v in halved.items()}))
    net.load_state_dict(halved)  # the score is that of the rounded weights
    card = {
        "name": case.name,
        "library": case.library,
        "call": case.call,
        "parameters": sum(p.numel() for p in net.parameters()),
        "data": case.data,
        "recipe": f"AdamW, OneCycle to {case.lr} with 10 % warm-up, weight decay 1e-4, "
        f"{case.steps} steps of {case.batch_size}",
        "seed": case.seed,
        **case.score(net.eval()),
        "trained_with": f"torch {torch.__version__}, Python {platform.python_version()}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    print(
        {key: card[key] for key in ("name", "parameters", "mean_dice", "accuracy") if key in card}
    )


# The chapter's kernel is another process. Once imported so, both libraries are there for its cells.
IMPORTS = f"""\
import sys
sys.path.insert(0, {str(TOOLS)!r})
from published import published
published("segmentation_models_pytorch", "Unet"), published("timm", "create_model")
sys.path.pop(0)
"""


def results():
    """Run the chapter where the libraries are; what its cells compute is stored anew."""
    for path in (*HERE.glob("*.json"), *HERE.glob("*.onnx"), *HERE.glob("*.inputs")):
        if path.suffix != ".json" or path.stem not in CASES:
            path.unlink()
    chapter = HERE.parent / "own_network.ipynb"
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(IMPORTS))
    folder = {"metadata": {"path": str(chapter.parent)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=folder).execute()
    for path in sorted(HERE.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1000:.1f} kB")


CASES = {case.name: case for case in (BrainUnet(), DigitClassifier())}


def main():
    parser = argparse.ArgumentParser(description="Make what the chapter Your own network shows.")
    parser.add_argument("names", nargs="*", help=f"which (default: all): {', '.join(CASES)}")
    parser.add_argument("--results", action="store_true", help="do not train")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (default: 1)")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in CASES]:
        parser.error(f"no network {unknown[0]!r}; there are {', '.join(CASES)}")
    torch.set_num_threads(options.threads)
    for name in options.names or CASES:
        if not options.results:
            train(CASES[name])
    results()


if __name__ == "__main__":
    main()
