"""A third task, all that it takes: test_third_task.py brings it through the whole package."""

import torch

from scse.data import Scene, Settings, standardise, stretch


class Stripes:
    """Bright stripes, upright or lying, on grey."""

    name = "stripes"
    classes = ("background", "upright", "lying")
    colours = ("#16181d", "#4e9bd8", "#ff8c2e")
    size = 16
    source = "drawn by the test"
    settings = Settings(batch=4, lr=1e-2, warmup=0.2)

    def batch(self, n, generator, progress=1.0):
        label = torch.zeros(n, self.size, self.size, dtype=torch.long)
        for one in label:
            at = int(torch.randint(self.size - 2, (), generator=generator))
            lies = int(torch.randint(2, (), generator=generator))
            (one if lies else one.T)[at : at + 2] = 1 + lies
        noise = torch.randn(label.shape, generator=generator)
        return standardise(((label > 0) + 0.1 * noise)[:, None]), label

    def test(self):
        return self.batch(8, torch.Generator().manual_seed(1))

    def scene(self):
        images, labels = self.test()
        return Scene(
            arrays={
                "pictures": stretch(images[:2, 0]),
                "grounds": torch.full((1, self.size, self.size), 99, dtype=torch.uint8),
            },
            pictures=lambda arrays: arrays["pictures"],
            labels=labels[:2].byte(),
            examples=[{"title": f"stripe {k}", "credit": "ours"} for k in (1, 2)],
            seed=0,
            grounds=[{"title": "grey", "credit": "ours"}],
            blank=0.4,
        )
