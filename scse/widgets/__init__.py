"""Figures that move: one class a figure, working with a kernel and without.

Every figure takes four keywords more than those of its state. ``states`` names states that a link
in the text around the figure can set, each from the first state on; what the figure could not be
set to is an error when it is made:

    shut = {"block": "bottleneck", "edits": {"bottleneck": {"channel": {"base": "zero"}}}}
    GateLab(net, samples, states={"bottleneck shut": shut, "as it was": {}})

In Markdown that is ``[shut the bottleneck](#do:bottleneck-shut)``, in small letters with hyphens;
from another page ``[…](channel.ipynb#do:dark)``. In a notebook the links work in the
same way. On one page a name stands for one state of one figure. The link goes to the top of the
figure. Where what changes is further down, the state names the part of the figure (one of its
`parts`) that is to be seen: ``states={"bottleneck shut": (shut, "answer")}``.

``name`` is what the figure is called in the links to it that readers copy, ``#gatelab=…`` if none
is given, and ``#gatelab-2=…`` of the second of its kind on a page.

``tour`` leads through up to eight states, with a sentence each, in plain text. A third entry, one
of the figure's `parts`, is what the step is about. On paper a tour is a row of pictures.

    GateLab(net, samples, tour=[
        ("The network's own gates.", {}),
        ("All gates of the bottleneck at 0.", shut, "answer"),
    ])

``puzzle`` is a goal, or a list of goals, on numbers that the figure computes (its `quantities`).
The figure says when one is reached. A solution comes along, and is tried when the figure is made.

    bar = {"decoder1": {"channel": {"base": "own", "set": {"3": 0}}}}
    GateLab(net, samples, puzzle={
        "name": "lose it",  # [lose it](#do:lose-it) opens the puzzle
        "task": "Bring the Dice below 0.5 with one bar.",
        "goal": {"Dice": ("<=", 0.5), "bars moved": ("<=", 1)},
        "start": {"picture": 1},  # if it does not start in the first state
        "solution": {"picture": 1, "edits": bar},
        "done": "Bar 4 is the one.",  # said in the end
    })

In a page without a kernel every figure has a panel *For a class…*: it makes a link that hides parts
of the figure, puts a goal above it, and shows it alone on the screen:
``?hide=gatelab.bars,gatelab.scores&goal=gatelab.Which+bar%3F&alone=gatelab``.
"""

# ruff: noqa: E402  the library that all of them need is asked for first

from scse._extras import require

require("anywidget", "widgets")

from scse.widgets.block_flow import BlockFlow
from scse.widgets.contrast_slider import ContrastSlider
from scse.widgets.contrast_swap import ContrastSwap
from scse.widgets.costs import Costs
from scse.widgets.explorer import Explorer, explore
from scse.widgets.family_cards import FamilyCards
from scse.widgets.gate_lab import GateLab
from scse.widgets.gates_learn import GatesLearn
from scse.widgets.gradient_paths import GradientPaths
from scse.widgets.join import Join
from scse.widgets.mask_gallery import MaskGallery
from scse.widgets.pick_runs import PickRuns
from scse.widgets.pixel_probe import PixelProbe
from scse.widgets.playground import Playground
from scse.widgets.question import Question
from scse.widgets.receptive_field import ReceptiveField
from scse.widgets.run_table import RunTable
from scse.widgets.squeeze_excite import SqueezeExcite
from scse.widgets.squeeze_maps import SqueezeMaps
from scse.widgets.sweep_dots import SweepDots
from scse.widgets.wiring import Wiring

__all__ = [
    "BlockFlow",
    "ContrastSlider",
    "ContrastSwap",
    "Costs",
    "Explorer",
    "FamilyCards",
    "GateLab",
    "GatesLearn",
    "GradientPaths",
    "Join",
    "MaskGallery",
    "PickRuns",
    "PixelProbe",
    "Playground",
    "Question",
    "ReceptiveField",
    "RunTable",
    "SqueezeExcite",
    "SqueezeMaps",
    "SweepDots",
    "Wiring",
    "explore",
]
