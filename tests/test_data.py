"""The two tasks: splits that cannot leak, pictures that are the same on every machine."""

import pytest
import torch

from scse.data import brain, digits, require
from scse.training import make_task


def test_brain_slabs_are_apart():
    train, test = brain.split()
    assert len(test) == 16
    assert all(y in range(66, 82) or y in range(130, 146) for y in test)
    held = [*range(66, 82), *range(130, 146)]
    assert min(abs(a - b) for a in train for b in held) > brain.GAP
    assert min(train) == 30
    assert max(train) <= 197


def test_digit_split_follows_the_forms():
    train, _ = digits.digits("train")
    test, _ = digits.digits("test")
    assert (len(train), len(test)) == (1287, 510)
    assert not set(digits.TRAIN_PHOTOS) & set(digits.TEST_PHOTOS)
    with pytest.raises(ValueError, match='"train" or "test", got \'valid\''):
        digits.digits("valid")


@pytest.mark.parametrize("name", ["brain", "digits"])
def test_task(name):
    task = make_task(name)
    first = task.batch(4, torch.Generator().manual_seed(3))
    again = task.batch(4, torch.Generator().manual_seed(3))
    other = task.batch(4, torch.Generator().manual_seed(4))
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    for image, label in (first, task.test()):
        n = len(image)
        assert image.shape == (n, 1, task.size, task.size)
        assert image.dtype == torch.float32
        assert label.shape == (n, task.size, task.size)
        assert label.dtype == torch.int64
        assert image.mean((1, 2, 3)).abs().max() < 1e-4
        assert (image.std((1, 2, 3)) - 1).abs().max() < 1e-3
        assert label.min() >= 0
        assert label.max() < len(task.classes)
    assert len(task.classes) == len(task.colours)
    assert set(task.test()[1].unique().tolist()) == set(range(len(task.classes)))


def test_test_sets_are_fixed():
    """Their sizes and label counts are part of every published figure."""
    _, label = make_task("brain").test()
    assert torch.bincount(label.flatten()).tolist() == [959868, 39960, 385908, 187128]
    _, label = make_task("digits").test()
    assert label.shape == (200, 96, 96)


def test_curriculum_begins_with_one_digit_on_plain_ground():
    task = make_task("digits")
    generator = torch.Generator().manual_seed(0)
    _, label = task.batch(64, generator, 0.0)
    assert max(len(one.unique()) for one in label) == 2  # background and one digit
    _, label = task.batch(64, generator, 1.0)
    assert max(len(one.unique()) for one in label) == 3


def test_inverted_contrast_reverses_the_tissues():
    t1, label = brain.example(72, inverted=0.0, noise=0)
    negative, same = brain.example(72, inverted=1.0, noise=0)
    assert torch.equal(label, same)
    mean = [
        [image[0, 0][label[0] == k].mean().item() for k in (1, 2, 3)] for image in (t1, negative)
    ]
    assert mean[0] == sorted(mean[0])  # CSF darkest, white matter brightest
    assert mean[1] == sorted(mean[1], reverse=True)


def test_template_is_mirror_symmetric():
    """Why a split into hemispheres would leak: the book says so."""
    planes = brain.slices([100])
    assert torch.equal(planes, planes.flip(3))


def test_missing_library_names_the_extra():
    with pytest.raises(ModuleNotFoundError, match=r'pip install "scse\[data\]"'):
        require("no_such_library_of_scans.datasets")
