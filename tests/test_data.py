"""The two tasks: splits that cannot leak, pictures that are the same on every machine."""

import sys

import pytest
import torch

from scse.data import TASKS, brain, digits, task


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


@pytest.mark.parametrize("name", TASKS)
def test_task(name):
    made = task(name)
    assert made.name == name
    first = made.batch(4, torch.Generator().manual_seed(3))
    again = made.batch(4, torch.Generator().manual_seed(3))
    other = made.batch(4, torch.Generator().manual_seed(4))
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    for image, label in (first, made.test()):
        n = len(image)
        assert image.shape == (n, 1, made.size, made.size)
        assert image.dtype == torch.float32
        assert label.shape == (n, made.size, made.size)
        assert label.dtype == torch.int64
        assert image.mean((1, 2, 3)).abs().max() < 1e-4
        assert (image.std((1, 2, 3)) - 1).abs().max() < 1e-3
        assert label.min() >= 0
        assert label.max() < len(made.classes)
    assert len(made.classes) == len(made.colours)
    assert set(made.test()[1].unique().tolist()) == set(range(len(made.classes)))


def test_test_sets_are_fixed():
    """Their sizes and label counts are part of every published figure."""
    _, label = task("brain").test()
    assert torch.bincount(label.flatten()).tolist() == [959868, 39960, 385908, 187128]
    _, label = task("digits").test()
    assert label.shape == (200, 96, 96)


def test_curriculum_begins_with_one_digit_on_plain_ground():
    made = task("digits")
    generator = torch.Generator().manual_seed(0)
    _, label = made.batch(64, generator, 0.0)
    assert max(len(one.unique()) for one in label) == 2  # background and one digit
    _, label = made.batch(64, generator, 1.0)
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


def test_unknown_task_lists_them():
    there = "'brain', 'digits', 'brain-few', 'volumes:FOLDER', 'volumes-axial:FOLDER', 'vol"
    for name in ("faces", "volumes:"):
        with pytest.raises(ValueError, match=f"no task '{name}'; there are {there}"):
            task(name)


def test_the_name_of_a_task_is_a_string():
    with pytest.raises(TypeError, match="the name of a task is a str, got int 3"):
        task(3)


@pytest.mark.parametrize(
    ("library", "read"),
    [
        ("nilearn", brain.volume.__wrapped__),
        ("sklearn", lambda: digits.digits.__wrapped__("test")),
        ("sklearn", lambda: digits.photo.__wrapped__("china")),
        ("skimage", lambda: digits.photo.__wrapped__("coffee")),
    ],
)
def test_missing_library_names_the_extra(monkeypatch, library, read):
    for module in ("", ".data", ".datasets"):
        monkeypatch.setitem(sys.modules, library + module, None)
    with pytest.raises(ModuleNotFoundError, match=rf'{library} is not .*"scse\[data\]"'):
        read()


def test_making_a_task_reads_no_pictures(monkeypatch):
    """So that training knows its recipes, and export its sizes, where nilearn is missing."""
    for library in ("nilearn", "sklearn", "skimage"):
        monkeypatch.setitem(sys.modules, library, None)
    assert [task(name).size for name in TASKS] == [128, 96]
