"""Your own volumes as a task: folders that the test writes, good ones and others."""

import dataclasses
import json
import shutil

import nibabel
import numpy as np
import pytest
import torch

from scse import data
from scse.data.volumes import Axial, Sagittal, Volumes
from scse.experiments.__main__ import main
from scse.experiments.grid import Run

SHAPE = (20, 24, 28)  # right, forward, up
CODES = (0, 17, 53)


def save(path, values, affine=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([1.0, 1.0, 1.0, 1.0]) if affine is None else affine
    nibabel.save(nibabel.Nifti1Image(values, affine), path)


def one(seed, shape=SHAPE):
    """A volume with two bright boxes, and their labels."""
    rng = np.random.default_rng(seed)
    label = np.zeros(shape, dtype=np.int16)
    at = rng.integers(2, 6, 3)
    label[at[0] : at[0] + 6, at[1] : at[1] + 8, at[2] : at[2] + 6] = 17
    label[12:17, 10:20, at[0] + 12 : at[0] + 17] = 53
    image = (100 + 4 * label + rng.normal(0, 3, shape)).astype(np.float32)
    return image, label


def write(folder, n=(3, 2), shape=SHAPE, **more):
    for part, count in zip(("train", "test"), n):
        for k in range(count):
            image, label = one(k + 10 * (part == "test"), shape)
            save(folder / part / "images" / f"v{k}.nii.gz", image, **more)
            save(folder / part / "labels" / f"v{k}.nii.gz", label, **more)
    return folder


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "hippocampus")


def test_a_folder_is_a_task(folder):
    task = data.task(f"volumes:{folder}")
    assert (task.name, task.size) == ("hippocampus", 32)
    assert task.classes == ("label 0", "label 17", "label 53")
    assert len(set(task.colours)) == 3
    assert task.source == "volumes of hippocampus: 3 to train, 2 held out"
    images, labels = task.batch(6, torch.Generator().manual_seed(0))
    again, _ = task.batch(6, torch.Generator().manual_seed(0))
    assert torch.equal(images, again)
    assert images.shape == (6, 1, 32, 32)
    assert images.dtype == torch.float32
    assert labels.shape == (6, 32, 32)
    assert labels.dtype == torch.int64
    assert set(labels.unique().tolist()) <= {0, 1, 2}
    for code in (1, 2):  # what is labelled moves with its picture
        assert images[:, 0][labels == code].mean() > images[:, 0][labels == 0].mean() + 1


@pytest.mark.parametrize(("kind", "axis"), [(Sagittal, 0), (Volumes, 1), (Axial, 2)])
def test_slices_are_those_of_the_plane(folder, kind, axis):
    images, labels = kind(str(folder)).test()
    at, expected = 0, 2  # slices so far; classes
    for k in range(2):
        image, label = (
            nibabel.load(folder / "test" / what / f"v{k}.nii.gz").get_fdata()
            for what in ("images", "labels")
        )
        for number in range(SHAPE[axis]):
            plane = label.take(number, axis).T[::-1]  # the second axis upwards
            if not plane.any():
                continue
            height, width = plane.shape
            top, left = (32 - height) // 2, (32 - width) // 2
            seen = labels[at, top : top + height, left : left + width]
            assert torch.equal(seen, torch.tensor(np.searchsorted(CODES, plane)))
            assert seen.sum() == labels[at].sum()
            own = images[at, 0, top : top + height, left : left + width]
            shown = torch.tensor(image.take(number, axis).T[::-1].copy())
            both = torch.stack([own.flatten().double(), shown.flatten()])
            assert torch.corrcoef(both)[0, 1] > 1 - 1e-6
            at += 1
    assert at == len(images)
    assert labels.max() == expected


def test_stored_orientation_does_not_matter(folder, tmp_path):
    """Flipped and permuted on disk, with the affine that says so."""
    turned = tmp_path / "turned" / "hippocampus"
    for path in folder.rglob("*.nii.gz"):
        volume = nibabel.load(path)
        from_ras = nibabel.orientations.axcodes2ornt("PIL")
        ornt = nibabel.orientations.ornt_transform(
            nibabel.orientations.axcodes2ornt("RAS"), from_ras
        )
        other = volume.as_reoriented(ornt)
        assert other.shape != volume.shape
        (turned / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
        nibabel.save(other, turned / path.relative_to(folder))
    for one, two in zip(Volumes(str(folder)).test(), Volumes(str(turned)).test()):
        torch.testing.assert_close(one, two)


def test_classes_have_names(folder):
    (folder / "classes.txt").write_text("0 background\n53 right hippocampus\n17 left\n99 none\n\n")
    assert Volumes(str(folder)).classes == ("background", "left", "right hippocampus", "none")
    assert Volumes(str(folder)).test()[1].max() == 2


def test_classes_of_an_editor_that_marks_its_files(folder):
    (folder / "classes.txt").write_text("\ufeff0 background\n17 left\n53 right\n", "utf-8")
    assert Volumes(str(folder)).classes == ("background", "left", "right")


def test_hidden_files_and_a_last_axis_of_one_are_no_matter(folder):
    before = Volumes(str(folder)).test()
    for path in folder.rglob("test/*/v0.nii.gz"):
        path.with_name(f"._{path.name}").write_bytes(b"of macOS")
        volume = nibabel.load(path)
        save(path, np.asarray(volume.dataobj)[..., None], volume.affine)
        assert nibabel.load(path).shape == (*SHAPE, 1)
    for one, two in zip(before, Volumes(str(folder)).test()):
        assert torch.equal(one, two)


def test_volumes_are_in_memory_once(folder):
    task = Volumes(str(folder))
    assert task.classes
    task.test()
    assert "_read" not in vars(task)
    assert (task.size, len(task.classes)) == (32, 3)


def relabel(folder, part, old, new, name="v0"):
    path = folder / part / "labels" / f"{name}.nii.gz"
    volume = nibabel.load(path)
    values = np.asarray(volume.dataobj).astype(np.float32)
    values[values == old] = new
    save(path, values, volume.affine)


def drop(path):
    return lambda folder: (folder / path).unlink()


def odd_shape(folder):
    image, _ = one(0, (20, 24, 30))
    save(folder / "train/images/v0.nii.gz", image)


def four_axes(folder):
    save(folder / "train/images/v0.nii.gz", np.zeros((*SHAPE, 2), np.float32))


def cut_short(folder):
    path = folder / "test/images/v1.nii.gz"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def elsewhere(folder):
    image, _ = one(0)
    save(folder / "train/images/v0.nii.gz", image, np.diag([1.0, 1.0, 1.2, 1.0]))


def coarse(folder):
    for kind, values in zip(("images", "labels"), one(0)):
        save(folder / f"test/{kind}/v0.nii.gz", values, np.diag([2.0, 1.0, 1.0, 1.0]))


def holes(folder):
    image, _ = one(0)
    image[3, 3, 3] = np.nan
    save(folder / "train/images/v0.nii.gz", image)


def unlabelled(folder):
    for name in ("v0", "v1"):
        for code in CODES[1:]:
            relabel(folder, "test", code, 0, name)


def names(text):
    return lambda folder: (folder / "classes.txt").write_text(text)


BAD = {
    "no folder": (
        lambda folder: shutil.rmtree(folder / "test"),
        "there is no folder .*test/images",
    ),
    "no volumes": (
        lambda folder: [path.unlink() for path in (folder / "train/images").iterdir()],
        r"train/images has no volumes \(\.nii or \.nii\.gz\)",
    ),
    "no labels": (drop("train/labels/v1.nii.gz"), "train: v1 is in images and not in labels"),
    "no image": (drop("test/images/v0.nii.gz"), "test: v0 is in labels and not in images"),
    "shape": (odd_shape, r"v0\.nii\.gz is \(20, 24, 30\), its labels are \(20, 24, 28\)"),
    "four axes": (four_axes, r"v0\.nii\.gz is no volume: its shape is \(20, 24, 28, 2\)"),
    "cut short": (cut_short, r"test/images/v1\.nii\.gz cannot be read"),
    "not nifti": (
        lambda folder: (folder / "train/labels/v0.nii.gz").write_text("hello"),
        r"labels/v0\.nii\.gz cannot be read",
    ),
    "affine": (elsewhere, "v0.* and its labels differ in their place in space"),
    "spacing": (coarse, r"v0\.nii\.gz has pixels of 2 × 1 mm, v0.* of 1 × 1 mm: resample"),
    "nan": (holes, "v0.* holds values that are no numbers"),
    "fraction": (lambda folder: relabel(folder, "test", 17, 0.5), "is no label map: it holds 0.5"),
    "negative": (lambda folder: relabel(folder, "train", 17, -1), "is no label map: it holds -1"),
    "unknown": (
        lambda folder: relabel(folder, "test", 17, 18),
        r"test/labels/v0\.nii\.gz has label 18, which is not among those in train",
    ),
    "unnamed": (
        names("0 background\n17 one\n"),
        "has label 53, which is not among those of classes.txt",
    ),
    "no background": (names("17 one\n53 two\n"), "label 0, the background, is not among"),
    "name twice": (names("0 a\n17 b\n17 c\n"), r"classes\.txt, line 3: a new number and a name"),
    "one name twice": (
        names("0 a\n17 b\n53 b\n"),
        r"classes\.txt, line 3: a second class is called 'b'",
    ),
    "not UTF-8": (
        lambda folder: (folder / "classes.txt").write_bytes(b"0 a\n17 gyrus\xe9\n"),
        r"classes\.txt is no text in UTF-8",
    ),
    "two forms": (
        lambda folder: nibabel.save(
            nibabel.load(folder / "train/images/v1.nii.gz"), folder / "train/images/v1.nii"
        ),
        r"train/images has v1\.nii and v1\.nii\.gz: keep one",
    ),
    "no name": (names("0 a\n17\n"), r"classes\.txt, line 2: a new number and a name.*got '17'"),
    "nothing held out": (unlabelled, "test: no slice has a label but 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_one_clear_message_before_any_training(case, folder, tmp_path, capsys):
    spoil, message = BAD[case]
    spoil(folder)
    with pytest.raises(ValueError, match=message):
        Volumes(str(folder)).test()
    with pytest.raises(SystemExit) as stopped:
        main(["run", "--data", str(folder), "--folder", str(tmp_path / "results")])
    assert stopped.value.code == 2
    assert len(capsys.readouterr().err.splitlines()[-1]) > 20
    assert not (tmp_path / "results").exists()


def test_the_playground_does_not_show_them(folder):
    with pytest.raises(ValueError, match="the Playground does not show volumes of your own"):
        Volumes(str(folder)).scene()


@pytest.mark.parametrize("name", ["volumes", "volumes:", "brain:here", "volumes-up:here"])
def test_a_task_of_a_folder_has_its_colon(name):
    with pytest.raises(ValueError, match=f"no task '{name}'"):
        data.task(name)


def test_the_grid_trains_on_them(folder, tmp_path, monkeypatch, capsys):
    """Two runs as from the command line, and their table."""
    usual = Run.recipe.fget
    shorter = property(lambda run: dataclasses.replace(usual(run), steps=6, width=2))
    monkeypatch.setattr(Run, "recipe", shorter)
    monkeypatch.chdir(tmp_path)
    own = ["--data", str(folder), "--plane", "axial"]
    for name in ("none", "scse"):
        main(["run", *own, "--only", f"hippocampus-{name}-seed0"])
    kept = sorted((tmp_path / "runs/hippocampus-axial/results").iterdir())
    assert [path.name for path in kept] == [
        "hippocampus-none-seed0.json",
        "hippocampus-scse-seed0.json",
    ]
    result = json.loads(kept[0].read_text())
    assert result["failed"] is None
    assert set(result["dice"]) == {"label 17", "label 53"}
    capsys.readouterr()
    main(["table", *own])
    assert "mean Dice on the held-out pictures" in capsys.readouterr().out
    assert (tmp_path / "runs/hippocampus-axial/results.csv").exists()

    # By another way to the same folder, they are found; those of another plane are others.
    (tmp_path / "link").symlink_to(folder)
    main(["list", "--data", "link", "--plane", "axial", "--only", "*-seed0"])
    assert "2 of  46 done" in (out := capsys.readouterr().out), out
    main(["list", "--data", str(folder), "--only", "*-seed0"])
    assert "0 of  46 done" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["list", "--data", str(folder), "--folder", "runs/hippocampus-axial"])
    said = capsys.readouterr().err
    assert "task was 'volumes-axial:/" in said
    assert "in another folder, by --folder" in said


@pytest.mark.parametrize("command", ["list", "table", "run"])
def test_a_folder_that_is_not_there_is_said(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main([command, "--data", "nowhere"])
    assert stopped.value.code == 2
    assert "--data nowhere: there is no such folder" in capsys.readouterr().err
