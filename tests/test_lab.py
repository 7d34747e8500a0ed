"""The graded lab: what is made of it, and what it says to those who are right, wrong or absent."""

import base64
import json
import os
import re
import subprocess
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import lab
import nbformat
import pytest
from nbclient import NotebookClient
from site_tools import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what otter's own imports warn of
    import otter
    from otter.test_files.exception_test import ExceptionTestFile

POINTS = {"q1": 4, "q2": 4, "q3": 2, "q4": 3, "q5": 3, "q6": 4}
MANUAL = {"q7": 5}
WHEEL = "https://example.org/scse-0-py3-none-any.whl"

# What students typically write → (in place of what, the points that it costs, the words of a hint)
MISTAKES = {
    "a spatial gate with C channels": (
        {"nn.Conv2d(channels, 1, 1)": "nn.Conv2d(channels, channels, 1)"},
        {"q2": 2},
        "from C channels to 1, not from C to C",
    ),
    "a mean over the wrong axes": (
        {"x.mean((2, 3))": "x.mean((1, 2))"},
        {"q1": 2},
        "The mean runs over the wrong axes",
    ),
    "no sigmoid": (
        {"torch.sigmoid(z)": "z", "torch.sigmoid(self.conv(x))": "self.conv(x)"},
        {"q1": 2, "q2": 2},
        "The sigmoid is missing",
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Student version, solution and autograder: (folder of the first, folder of the others)."""
    folder = tmp_path_factory.mktemp("lab")
    return lab.make(folder / "site", folder / "kept", source=WHEEL)


@pytest.fixture(scope="module")
def student(made):
    return nbformat.read(made[0] / "lab.ipynb", as_version=4)


@pytest.fixture(scope="module")
def solution(made):
    return nbformat.read(made[1] / "lab-solution.ipynb", as_version=4)


@pytest.fixture(scope="module")
def tests(made, tmp_path_factory):
    """All tests, the hidden ones too, by the name of their question."""
    folder = tmp_path_factory.mktemp("tests")
    with zipfile.ZipFile(made[1] / lab.AUTOGRADER) as archive:
        archive.extractall(folder)
    return {path.stem: path for path in sorted((folder / "tests").glob("*.py"))}


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def packed(notebook):
    """The tests that a notebook carries."""
    (text,) = re.findall(r"^TESTS = \((.*?)^\)", code_of(notebook)[0], re.S | re.M)
    text = "".join(re.findall(r'"(.*)"', text))
    return json.loads(zlib.decompress(base64.b64decode(text)))


def changed(notebook, changes):
    notebook = nbformat.from_dict(notebook)
    for old, new in changes.items():
        assert sum(source.count(old) for source in code_of(notebook)) == 1, old
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)
    return notebook


def answers(notebook):
    """What the graded cells define, without otter and without those that grading leaves out."""
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "otter_ignore" not in cell.metadata.get("tags", []):
            source = re.sub(r"^(import otter|grader).*", "", cell.source, flags=re.M)
            exec(source, names)
    return names


def score(path, names):
    """The points and the words of one file of tests."""
    file = ExceptionTestFile.from_file(str(path))
    file.run(names)
    return file.score, file.summary()


def grade(notebook, made, folder):
    """What `otter run` says: (points by question, all words)."""
    nbformat.write(notebook, folder / "lab.ipynb")
    command = [sys.executable, "-m", "otter", "run", "--no-logo", "-a", made[1] / lab.AUTOGRADER]
    done = subprocess.run(
        [*command, "-o", folder, folder / "lab.ipynb"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((folder / "results.json").read_text())["tests"]
    found = {row["name"]: row for row in results if "score" in row and row["name"] in POINTS}
    assert {name: row["max_score"] for name, row in found.items()} == POINTS
    words = "\n".join(row["output"] for row in results)
    return {name: row["score"] for name, row in found.items()}, words


# --- what is made ---


def test_points_are_those_of_the_table_and_make_a_round_number(student, tests):
    assert sum(POINTS.values()) == 20
    assert sum(POINTS.values()) + sum(MANUAL.values()) == 25
    table = student.cells[0].source
    rows = re.findall(r"\| (\d) .*\| \d+ \| (\d) \|", table)
    assert {f"q{number}": int(points) for number, points in rows} == POINTS | MANUAL
    assert "**90 minutes, 25 points.**" in table
    assert sum(map(int, re.findall(r"\| (\d+) \| \d? ?\|$", table, re.M))) == 90
    said = re.findall(r"_Points:_ (\d)", "".join(cell.source for cell in student.cells))
    assert list(map(int, said)) == [*POINTS.values(), *MANUAL.values()]
    for name, path in tests.items():
        file = ExceptionTestFile.from_file(str(path))
        assert file.possible == POINTS[name]
        assert {case.hidden for case in file.test_cases} == {True, False}
        assert all(case.failure_message for case in file.test_cases)


def test_students_get_no_solution_and_no_hidden_test(made, student, solution):
    text = (made[0] / "lab.ipynb").read_text(encoding="utf-8")
    for secret in ("torch.sigmoid(z)", "register_forward_hook(keep)", "SOLUTION", "Rubric"):
        assert secret not in text
    assert "Rubric" in "".join(cell.source for cell in solution.cells)
    files = packed(student)
    assert sorted(files) == [f"{name}.py" for name in POINTS]
    assert "hidden=True" not in "".join(files.values())
    assert "hidden=True" in "".join(packed(solution).values())
    assert [path.name for path in made[0].iterdir()] == ["lab.ipynb"]


def test_solution_carries_no_marks_of_the_format(solution):
    assert not re.search("SOLUTION|BEGIN|END TEST", "".join(code_of(solution)))
    nbformat.validate(solution)


def test_code_is_clean(solution, tmp_path):
    nbformat.write(solution, tmp_path / "lab.ipynb")
    config = ROOT / "pyproject.toml"
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", config, tmp_path]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_nothing_of_the_machine_is_in_it(made):
    """Neither its folders nor where its pip looks."""
    said = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(said, capture_output=True, text=True, check=True).stdout
    said += " ".join(value for name, value in os.environ.items() if name.startswith("PIP_"))
    hosts = set(re.findall(r"https?://(?:[^@/\s]*@)?([\w.-]+)", said))
    with zipfile.ZipFile(made[1] / lab.AUTOGRADER) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
        dates = {info.date_time for info in archive.infolist()}
    for path in (made[0] / "lab.ipynb", made[1] / "lab-solution.ipynb"):
        texts[path.name] = path.read_text(encoding="utf-8")
    for name in ("setup.sh", "run_autograder"):  # otter's own, about its image
        texts[name] = re.sub("/(root|tmp)/", "", texts[name])
    for name, text in texts.items():
        for secret in {str(ROOT), f"{Path.home()}/", "/tmp/", sys.prefix, *hosts}:
            assert secret not in text, (name, secret)
    assert dates == {lab.DATE}


@pytest.mark.slow
def test_made_again_it_is_the_same(made, tmp_path):
    again = lab.make(tmp_path / "site", tmp_path / "kept", source=WHEEL)
    for old, new in zip(made, again, strict=True):
        for path in old.iterdir():
            assert path.read_bytes() == (new / path.name).read_bytes(), path.name


def test_solution_is_never_put_beside_what_is_published(tmp_path):
    with pytest.raises(ValueError, match="must not lie"):
        lab.make(tmp_path, tmp_path / "lab")
    published = ROOT / "_build" / "html"
    assert not lab.KEEP.is_relative_to(published)
    assert not [*published.rglob("lab-solution*"), *published.rglob("*autograder*")]


def test_grading_needs_torch_and_otter_alone(solution):
    """As the environment of the autograder has no more."""
    graded = [
        cell.source
        for cell in solution.cells
        if cell.cell_type == "code" and "otter_ignore" not in cell.metadata.get("tags", ())
    ]
    found = re.findall(r"^ *(?:from|import) (\w+)", "\n".join(graded), re.M)
    assert set(found) == {"otter", "torch"}


# --- the first cell ---


def set_up(student, folder, monkeypatch, installed):
    """Run the first cell where only some modules are installed; what it had pip install."""
    commands = []
    monkeypatch.chdir(folder)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name in installed or None)
    monkeypatch.setattr("subprocess.run", lambda command, check: commands.append(command[5:]))
    exec(code_of(student)[0], {})
    return commands


def test_where_all_is_installed_the_first_cell_unpacks_the_tests(student, tmp_path, monkeypatch):
    installed = ("scse", "otter", "matplotlib", "nilearn")
    assert set_up(student, tmp_path, monkeypatch, installed) == []
    files = {path.name: path.read_text() for path in (tmp_path / "lab_tests").iterdir()}
    assert files == packed(student)


def test_what_is_missing_is_installed(student, tmp_path, monkeypatch):
    (command,) = set_up(student, tmp_path, monkeypatch, ("matplotlib",))
    pinned = "otter-grader==7.0.0"
    assert command == [f"scse @ {WHEEL}", "matplotlib", "nilearn", pinned]
    assert pinned in (ROOT / "requirements.txt").read_text()


def test_a_wheel_beside_the_notebook_comes_first(student, tmp_path, monkeypatch):
    (tmp_path / "scse-1.0-py3-none-any.whl").touch()
    installed = ("otter", "matplotlib", "nilearn")
    (command,) = set_up(student, tmp_path, monkeypatch, installed)
    assert command == [f"scse @ {(tmp_path / 'scse-1.0-py3-none-any.whl').as_uri()}"]


def test_without_wheel_and_address_it_says_what_to_do(student, tmp_path, monkeypatch):
    student = changed(student, {f'PACKAGE = "{WHEEL}"': 'PACKAGE = ""'})
    with pytest.raises(RuntimeError, match="Put the file scse-….whl"):
        set_up(student, tmp_path, monkeypatch, ("otter",))


def test_the_address_is_the_repository_of_the_book(tmp_path):
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert lab.package() == ""
    changed = tmp_path / "_config.yml"
    changed.write_text(
        config.replace('repository: ""', 'repository: "https://example.org/scse"'),
        encoding="utf-8",
    )
    assert lab.package(changed) == "git+https://example.org/scse"


def test_on_colab_the_unpacked_tests_are_found(student, solution, tmp_path, monkeypatch):
    """There otter cannot read the notebook's file, and refuses to begin without tests."""
    set_up(student, tmp_path, monkeypatch, ("scse", "otter", "matplotlib", "nilearn"))
    monkeypatch.setattr("otter.check.utils.get_ipython", lambda: "<google.colab._shell.Shell>")
    grader = otter.Notebook(tests_dir="lab_tests")
    assert grader.interpreter is otter.check.utils.IPythonInterpreter.COLAB
    names = answers(solution)
    for question in POINTS:
        assert "All test cases passed" in str(grader.check(question, global_env=names))


@pytest.mark.slow
def test_the_wheel_holds_the_package(tmp_path):
    with zipfile.ZipFile(lab.wheel(tmp_path)) as archive:
        names = archive.namelist()
    assert {"scse/blocks.py", "scse/data/brain.py", "scse/metrics.py"} <= set(names)


# --- the tests of the lab, in this process ---


def test_blank_answers_get_nothing(student, tests):
    names = answers(student)
    for path in tests.values():
        for case in ExceptionTestFile.from_file(str(path)).test_cases:
            with pytest.raises((AssertionError, AttributeError, TypeError)):
                case.body.call_func(names)


def test_solutions_get_everything(solution, tests):
    names = answers(solution)
    assert {name: score(path, names)[0] for name, path in tests.items()} == POINTS


@pytest.mark.parametrize("axes", ["1", "2", "3", "(0, 2, 3)", "(1, 2, 3)", "(1, 3)", ""])
def test_other_wrong_means(solution, tests, axes):
    names = answers(changed(solution, {"x.mean((2, 3))": f"x.mean({axes})"}))
    points, words = score(tests["q1"], names)
    assert 1 <= points <= 2
    assert "The mean runs over the wrong axes" in words


OTHERS = {
    "softmax for sigmoid": ({"torch.sigmoid(z)": "torch.softmax(z, 1)"}, "q1", 2, "The sigmoid"),
    "no ReLU": ({"torch.relu(self.fc1(z))": "self.fc1(z)"}, "q1", 3, "Are the ReLU"),
    "one linear layer": (
        {"self.fc2(torch.relu(self.fc1(z)))": "self.fc2(z)"},
        "q1",
        1,
        "two linear layers|wrong axes",
    ),
    "hidden layer may vanish": ({"max(1, channels // r)": "channels // r"}, "q1", 3, "two linear"),
    "3×3 kernel": (
        {"nn.Conv2d(channels, 1, 1)": "nn.Conv2d(channels, 1, 3, padding=1)"},
        "q2",
        2,
        "the kernel is 1×1",
    ),
    "one after the other": (
        {"self.cse(x) + self.sse(x)": "self.sse(self.cse(x))"},
        "q3",
        1,
        "neither their product nor one block after the other",
    ),
    "r is forgotten": ({"cSE(channels, r)": "cSE(channels)"}, "q3", 1, "does not reach"),
    "block made, not used": (
        {"return self.block(self.convolutions(x))": "return self.convolutions(x)"},
        "q4",
        0,
        "Is the block called in forward",
    ),
    "block of the wrong size": (
        {"self.block = block(channels)": "self.block = block(into)"},
        "q4",
        1,
        "not into",
    ),
    "hooks left": (
        {"        for handle in handles:\n            handle.remove()": "        pass"},
        "q5",
        1,
        "a hook is left",
    ),
    "gate of the output": (
        {"module.gate(inputs[0])\n": "module.gate(output)\n"},
        "q5",
        2,
        "of the map",
    ),
    "old output times new gate": (
        {"return inputs[0] * change": "return output * change"},
        "q6",
        1,
        "not the old output times the new gate",
    ),
}


@pytest.mark.parametrize("mistake", OTHERS)
def test_other_mistakes(solution, tests, mistake):
    changes, question, points, hint = OTHERS[mistake]
    found, words = score(tests[question], answers(changed(solution, changes)))
    assert found == points
    assert re.search(hint, words)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_typical_mistake_costs_its_own_points_and_is_named(solution, tests, mistake):
    changes, lost, hint = MISTAKES[mistake]
    names = answers(changed(solution, changes))
    found = {name: score(path, names) for name, path in tests.items()}
    assert {name: points for name, (points, _) in found.items()} == {
        name: full - lost.get(name, 0) for name, full in POINTS.items()
    }
    assert hint in "\n".join(words for _, words in found.values())


# --- otter's own commands ---


@pytest.mark.slow
def test_otter_grades_the_solution(solution, made, tmp_path):
    points, words = grade(solution, made, tmp_path)
    assert points == POINTS
    assert "failed" not in words


@pytest.mark.slow
def test_otter_gives_nothing_for_a_blank_notebook(student, made, tmp_path):
    points, _ = grade(student, made, tmp_path)
    assert points == dict.fromkeys(POINTS, 0)


@pytest.mark.slow
def test_typical_mistakes_cost_their_own_points_and_are_named(solution, made, tmp_path):
    together = {k: v for changes, _, _ in MISTAKES.values() for k, v in changes.items()}
    lost = {"q1": 3, "q2": 3}
    points, words = grade(changed(solution, together), made, tmp_path)
    assert points == {name: full - lost.get(name, 0) for name, full in POINTS.items()}
    for _, _, hint in MISTAKES.values():
        assert hint in words


@pytest.mark.slow
def test_a_student_works_it_through(solution, tmp_path):
    """All cells in a kernel, the training shortened, the notebook renamed and alone."""
    nbformat.write(solution, tmp_path / "my lab (1).ipynb")
    client = NotebookClient(
        nbformat.from_dict(solution),
        kernel_name="python3",
        timeout=300,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    done = client.execute(env={**os.environ, "SCSE_LAB_STEPS": "2"})
    outputs = [output for cell in done.cells for output in cell.get("outputs", ())]
    texts = [output.data.get("text/plain", "") for output in outputs if "data" in output]
    assert [text for text in texts if "results: " in text] == [
        f"{name} results: All test cases passed!" for name in POINTS
    ]
    assert sum("image/png" in output.get("data", ()) for output in outputs) == 4
