"""What *Does it help?* says: its text against the results of the grid, these against weights."""

import functools
import itertools
import json
import math
import re
import statistics

import pytest
import torch
from grid_results import EVIDENCE, compared, differences, results, scores
from scipy.stats import t as students_t
from scipy.stats import ttest_1samp, ttest_ind
from site_tools import ROOT

from scse import UNet, load, weights
from scse.data import brain, task
from scse.experiments.comparisons import (
    AT_ONCE,
    CALLED,
    COMPARISONS,
    by_variant,
    named,
    of_one_processor,
)
from scse.experiments.grid import all_runs, variants
from scse.experiments.running import Results
from scse.experiments.table import interval, write_csv
from scse.metrics import dice
from scse.training import predict
from scse.widgets.run_table import FOUND

BRAIN, DIGITS, FEW = "brain: the blocks", "digits: the blocks", "15 slices: the blocks"
START, DIGITS_START, BRAIN_START = (
    f"{setting}: the same start" for setting in ("15 slices", "digits", "brain")
)
OTHER, DIGITS_OTHER = "15 slices: the other start", "digits: the other start"
FEW_TASK = "brain-few"
SAME, PLAIN = "none, same start", "scSE, start of none"
ONE, DIGITS_ONE = (f"{setting}: the blocks, from one start" for setting in ("15 slices", "digits"))
SDNET, QUICKNAT = "15 slices: SD-Net", "15 slices: QuickNAT"
ASK, OWN_LEVEL, LEVEL, LARGE, RATE, STEPS = (
    f"15 slices: {title}"
    for title in (
        "must the gates ask the image?",
        "gates that start at 1",
        "gates that start at 1, from one start",
        "as large, as long",
        "learning rate, from one start",
        "steps, from one start",
    )
)


def runs_of(result):
    return result.get("repeats", [result])


# The results


def test_every_shipped_network_is_a_run_of_the_grid():
    """With the same Dice: text and figures speak of the networks that readers get."""
    known = {run["sha256"]: run["dice"] for each in results().values() for run in runs_of(each)}
    for name in weights.cards():
        card = weights.card(name)
        assert known[card["sha256"]] == card["dice"], name


@pytest.mark.parametrize("name", ["brain-unet-none-seed0", "brain-unet-sse-seed4"])
def test_a_result_is_what_the_weights_give(name):
    card = weights.card(name)
    images, labels = task("brain").test()
    found = dice(predict(load(name), images), labels, 4)[1:].tolist()
    (same,) = (
        run["dice"]
        for each in results().values()
        for run in runs_of(each)
        if run["sha256"] == card["sha256"]
    )
    assert found == pytest.approx(list(same.values()), abs=2e-3)


def test_a_seed_that_ran_twice_counts_with_the_mean_of_its_runs():
    twice = [result for result in results().values() if "repeats" in result]
    assert twice
    for result in twice:
        for name, value in result["dice"].items():
            each = [run["dice"][name] for run in result["repeats"]]
            assert value == pytest.approx(statistics.mean(each), abs=1e-12)
        assert result["mean_dice"] == pytest.approx(statistics.mean(result["dice"].values()))
    spans = [
        max(run["mean_dice"] for run in result["repeats"])
        - min(run["mean_dice"] for run in result["repeats"])
        for result in twice
    ]
    assert round(max(spans), 2) == 0.04, "two runs of one seed end up to 0.04 apart"


def test_a_result_says_of_its_group_and_partner_what_the_grid_says():
    for run in all_runs():
        if result := results().get(run.id):
            assert (result["group"], result["against"]) == (run.variant.group, run.variant.against)


def test_the_csv_is_of_these_results(tmp_path):
    write_csv(list(results().values()), tmp_path / "results.csv")
    kept = (EVIDENCE / "results.csv").read_text(encoding="utf-8")
    assert (tmp_path / "results.csv").read_text(encoding="utf-8") == kept, (
        "python -m scse.experiments table"
    )


# The text


def digits_found(run):
    return sum(d >= FOUND for d in run.values())


def test_three_seeds_said_that_scse_helps_and_seven_more_left_it_open():
    assert list(scores(DIGITS, "none")) == list(scores(DIGITS, "scSE")) == list(range(10))
    pairs = list(differences(DIGITS, "scSE").values())
    assert 0.15 < min(pairs[:3]) < max(pairs[:3]) < 0.85
    assert all(-0.4 < pair < -0.2 for pair in pairs[3:5])
    assert pairs[5] < 0
    assert min(pairs[6], pairs[8]) > 0.6
    assert -0.03 < min(pairs[7], pairs[9]) < max(pairs[7], pairs[9]) < 0
    found = {
        block: [digits_found(run) for run in compared()[DIGITS][block].values()]
        for block in ("none", "scSE")
    }
    assert found["scSE"] == [10, 10, 10, 1, 1, 9, 10, 10, 10, 10]
    assert found["none"][5:] == [10, 1, 10, 2, 10]
    assert round(statistics.mean(pairs), 2) == 0.21
    assert [round(end, 2) for end in interval(pairs)] == [-0.03, 0.47]
    # All ten in 7 of 10 and 3 of 10: seven or more of these ten fall to one of them by luck.
    assert [found[block].count(10) for block in ("none", "scSE")] == [3, 7]
    luck = 2 * sum(math.comb(10, k) ** 2 for k in range(7, 11)) / math.comb(20, 10)
    assert round(100 * luck) == 18


def test_a_seed_decides_more_than_rounding():
    again = {
        (block, seed): [
            run["mean_dice"] for run in runs_of(results()[f"digits-{block}-seed{seed}"])
        ]
        for block in ("none", "scse")
        for seed in range(7)
    }
    again = {key: runs for key, runs in again.items() if len(runs) > 1}
    assert set(again) == {(block, seed) for block in ("none", "scse") for seed in (0, 1, 2)}
    assert max(max(runs) - min(runs) for runs in again.values()) < 0.05
    for block in ("none", "scSE"):
        of = scores(DIGITS, block).values()
        assert 0.8 < max(of) - min(of) < 0.9


def test_cse_on_the_digits():
    pairs = list(differences(DIGITS, "cSE").values())
    assert len(pairs) == 5
    assert sum(pair > 0 for pair in pairs) == 4
    assert round(statistics.mean(pairs), 2) == 0.16
    assert interval(pairs)[0] > 0
    assert round(luck(DIGITS, "cSE"), 2) == 0.07


def test_how_many_digits_the_runs_find():
    found = {
        block: [digits_found(run) for run in runs.values()]
        for block, runs in compared()[DIGITS].items()
    }
    assert [found[block].count(10) for block in ("none", "cSE", "sSE")] == [3, 1, 1]
    assert found["sSE"][1] == 0
    assert found["sSE"][3] == 10


def test_on_the_brain_the_differences_lie_on_both_sides_of_0():
    pairs = {block: differences(BRAIN, block) for block in ("cSE", "sSE", "scSE")}
    of = list(pairs["scSE"].values())
    assert min(of) < 0 < max(of)
    assert round(statistics.mean(of), 3) == 0.004
    without = [pair for seed, pair in pairs["scSE"].items() if seed != 3]
    assert max(pairs["scSE"], key=pairs["scSE"].get) == 3
    assert round(100 * statistics.mean(without), 1) == 0.0
    held = {}
    for block, found in pairs.items():
        low, high = interval(list(found.values()))
        held[block] = low <= 0 <= high
        assert high <= 0.0105
    assert held == {"cSE": True, "sSE": False, "scSE": True}
    sse = list(pairs["sSE"].values())
    assert round(statistics.mean(sse), 3) == -0.016
    assert sum(pair < -0.025 for pair in sse) == 2
    assert sum(pair > -0.001 for pair in sse) == 1
    assert round(luck(BRAIN, "sSE"), 2) == 0.06


def raised(table, variant, against="none", seeds=10):
    """Mean difference and interval, both rounded, and how many pairs are above 0."""
    pairs = list(differences(table, variant, against).values())
    assert len(pairs) == seeds
    ends = tuple(round(end, 2) for end in interval(pairs))
    return round(statistics.mean(pairs), 2), ends, sum(pair > 0 for pair in pairs)


def holds_0(table, variant, against="none", seeds=10):
    """The interval of the differences: without rounding."""
    pairs = list(differences(table, variant, against).values())
    assert len(pairs) == seeds
    low, high = interval(pairs)
    return low <= 0 <= high


def of_class(table, variant, name):
    return [round(run[name], 2) for run in compared()[table][variant].values()]


def find_csf(table, variant):
    """The seeds from which CSF is found."""
    return {seed for seed, run in compared()[table][variant].items() if run["CSF"] >= FOUND}


def test_with_few_slices_scse_is_ahead_and_finds_csf():
    assert raised(FEW, "scSE") == (0.13, (0.04, 0.22), 7)
    above = [seed for seed, pair in differences(FEW, "scSE").items() if pair > 0]
    assert above[:5] == [0, 1, 2, 3, 4]
    assert len(above[5:]) == 2
    assert holds_0(FEW, "cSE")
    assert holds_0(FEW, "sSE", seeds=len(scores(FEW, "sSE")))
    assert len(find_csf(FEW, "scSE")) == 5
    assert not find_csf(FEW, "none")
    csf = statistics.mean(of_class(FEW, "scSE", "CSF")) - statistics.mean(
        of_class(FEW, "none", "CSF")
    )
    share_of_it = csf / 3 / statistics.mean(differences(FEW, "scSE").values())
    assert share_of_it == pytest.approx(0.8, abs=0.03)
    (_, labels), (training, _) = task("brain").test(), brain.split()
    share = [(labels == k).double().mean().item() for k in range(4)]
    assert min(share) == share[1]
    assert round(100 * share[1], 1) == 2.5
    assert len(training) == 52


def test_what_the_tour_says_of_15_slices():
    pairs = differences(FEW, "scSE")
    assert (sum(pair > 0 for pair in pairs.values()), len(pairs)) == (7, 10)
    assert round(max(pairs.values()), 2) == 0.46
    plain, blocks = (compared()[FEW][block][0] for block in ("none", "scSE"))
    assert blocks["CSF"] - plain["CSF"] > 0.5
    for name in ("grey matter", "white matter"):
        assert abs(blocks[name] - plain[name]) < 0.05


def student(table, variant, against):
    """The 95 % interval of the mean difference by Student's t."""
    pairs = list(differences(table, variant, against).values())
    return ttest_1samp(pairs, 0).confidence_interval()


def luck(table, variant, against="none"):
    """The p of the tables: of the mean difference, by Student's t."""
    return ttest_1samp(list(differences(table, variant, against).values()), 0).pvalue


def test_p_leaves_out_no_0_that_an_interval_holds():
    """Where the two disagree, the bootstrap leaves out 0 and p is above 0.05."""
    shown = [
        re.search(r"([+-]\d\.\d{3}) … ([+-]\d\.\d{3}) +(\d\.\d{3}) ", line)
        for cell in ("04", "07a", "12", "12c", "12f")
        for line in printed_by(f"evidence-{cell}").splitlines()
    ]
    lines = [tuple(map(float, found.groups())) for found in shown if found]
    apart = [p for low, high, p in lines if low > 0 or high < 0]
    assert all(p > 0.05 for low, high, p in lines if low <= 0 <= high)
    assert sum(p > 0.05 for p in apart) > 15, "many lines"


def variance_of_pairs(table, variant, against):
    """Of the differences, to that of as many runs that are not paired."""
    own, other = scores(table, variant), scores(table, against)
    apart = statistics.variance(own.values()) + statistics.variance(other.values())
    return statistics.variance(differences(table, variant, against).values()) / apart


def of_both_starts(same, other):
    """Seed → the mean of its two differences from one start."""
    first, second = differences(same, "scSE", SAME), differences(other, PLAIN)
    assert first.keys() == second.keys() == set(range(10))
    return [(first[seed] + second[seed]) / 2 for seed in range(10)]


def test_two_thirds_of_the_lead_are_gone_with_the_same_start():
    assert raised(START, "scSE", SAME)[0] == 0.04
    assert raised(OTHER, PLAIN)[0] == 0.06
    assert raised(START, "scSE")[0] == 0.13
    left, lead = (statistics.mean(differences(START, "scSE", of).values()) for of in (SAME, "none"))
    assert 1 - left / lead == pytest.approx(2 / 3, abs=0.02)
    assert raised(START, SAME) == (0.08, (0.02, 0.16), 7)
    pairs = list(differences(START, SAME).values())
    assert [round(statistics.mean(each), 2) for each in (pairs[:3], pairs[3:])] == [0.14, 0.06]
    assert interval(pairs[3:])[0] < 0


def test_what_is_left_on_15_slices_is_more_than_luck():
    pairs = of_both_starts(START, OTHER)
    assert round(statistics.mean(pairs), 2) == 0.05
    assert sum(pair > 0 for pair in pairs) == 9
    assert [round(end, 2) for end in interval(pairs)] == [0.02, 0.08]
    test = ttest_1samp(pairs, 0)
    assert test.confidence_interval().low > 0.01
    assert round(test.pvalue, 3) == 0.008
    assert student(START, "scSE", SAME)[0] < 0, "either half alone could be luck"
    assert student(OTHER, PLAIN, "none")[0] < 0.01
    assert round(luck(START, SAME), 3) == 0.053
    late = pairs[3:]
    assert round(statistics.mean(late), 2) == 0.06
    assert interval(late)[0] > 0


def test_in_as_much_time_it_may_be_luck():
    first = differences(LARGE, "scSE", "same start, longer")
    own, longer = scores(OTHER, PLAIN), scores(LARGE, "none, longer")
    second = {seed: own[seed] - longer[seed] for seed in range(10)}
    assert round(statistics.mean(first.values()), 2) == 0.02
    assert round(statistics.mean(second.values()), 2) == 0.02
    both = [(first[seed] + second[seed]) / 2 for seed in range(10)]
    assert -0.005 < interval(both)[0] < 0


def test_what_pairs_of_one_start_are_worth():
    assert variance_of_pairs(START, "scSE", SAME) == pytest.approx(0.25, abs=0.02)
    assert round(10 / variance_of_pairs(START, "scSE", SAME), -1) == 40
    assert variance_of_pairs(DIGITS_START, "scSE", SAME) < 0.01
    assert round(variance_of_pairs(DIGITS_OTHER, PLAIN, "none"), 2) == 0.85


def test_the_other_way_round_the_block_decided_much():
    found = {
        name: [digits_found(run) for run in compared()[DIGITS_OTHER][name].values()]
        for name in ("none", PLAIN)
    }
    changes = [after - before for before, after in zip(*found.values(), strict=True)]
    assert (sum(c > 0 for c in changes), sum(c < 0 for c in changes)) == (5, 2)
    assert (found["none"][0], found[PLAIN][0]) == (2, 10)
    assert (found["none"][1], found[PLAIN][1]) == (6, 10)
    assert (found["none"][7], found[PLAIN][7]) == (10, 2)
    mean, ends, _ = raised(DIGITS_OTHER, PLAIN)
    assert (mean, ends) == (0.08, (-0.19, 0.33))
    both = of_both_starts(DIGITS_START, DIGITS_OTHER)
    assert round(statistics.mean(both), 2) == 0.04
    assert [round(end, 2) for end in interval(both)] == [-0.1, 0.16]
    same = [digits_found(run) for run in compared()[DIGITS_START][SAME].values()]
    own = [digits_found(run) for run in compared()[DIGITS_START]["scSE"].values()]
    assert same[:2] == own[:2] == found[PLAIN][:2] == [10, 10]


def test_from_the_starts_of_scse_the_block_did_nothing_on_the_digits():
    found = {
        name: [digits_found(run) for run in compared()[DIGITS_START][name].values()]
        for name in ("none", "scSE", SAME)
    }
    assert found[SAME] == found["scSE"] == [10, 10, 10, 1, 1, 9, 10, 10, 10, 10]
    assert found["none"] != found["scSE"]
    mean, (low, high), _ = raised(DIGITS_START, "scSE", SAME)
    assert (mean, low < 0 < high) == (0.0, True)
    apart = [abs(pair) for pair in differences(DIGITS_START, "scSE", SAME).values()]
    assert 0.025 < max(apart) < 0.035
    assert raised(DIGITS_START, "scSE")[0] == 0.21


def test_only_the_weights_before_the_first_block_are_the_same():
    """Of networks from one seed, with and without blocks, and of those that lost their blocks."""

    def first_weights(name):
        variant = {each.name: each for each in variants()}[name]
        torch.manual_seed(0)
        net = UNet(1, 4, width=4, se=variant.se)
        if variant.change:
            variant.change(net)
        return {n: w for n, w in net.named_parameters() if w.ndim == 4}

    plain, blocks, start = map(first_weights, ("none", "scse", "none-same-start"))
    same = {name for name in plain if torch.equal(plain[name], blocks[name])}
    assert {name.split(".")[0] for name in same} == {"encoder1"}
    assert (len(same), len(plain)) == (2, 15)
    assert all(torch.equal(start[name], blocks[name]) for name in blocks)


def test_asking_the_image_explains_little():
    for which in ("another's", "constant"):
        assert raised(ASK, f"scSE, {which}", SAME)[0] == 0.02
        assert holds_0(ASK, f"scSE, {which}", SAME)
        (mean, (low, _), _) = raised(ASK, "scSE", f"scSE, {which}")
        assert (mean, low) == (0.02, 0.0)
        pairs = sorted(differences(ASK, "scSE", f"scSE, {which}").values())
        assert sum(pairs[-2:]) > 0.75 * sum(pairs)
    again = [results()[f"brain-few-scse-another-seed{k}"]["mean_dice_own_gates"] for k in range(10)]
    assert round(statistics.mean(again), 2) == 0.63
    assert round(statistics.mean(scores(ASK, "scSE, another's").values()), 2) == 0.63


def test_the_start_decides_which_seeds_find_csf():
    rows = (SAME, "scSE", "scSE, another's", "scSE, constant")
    found = [
        {seed for seed, run in compared()[ASK][row].items() if run["CSF"] >= 0.3} for row in rows
    ]
    assert set.intersection(*found) == found[0] == {0, 1, 2, 3, 7}
    assert set.union(*found) == {0, 1, 2, 3, 4, 6, 7}
    lead = differences(ASK, "scSE", SAME)
    assert (lead[4] + lead[6]) / sum(lead.values()) == pytest.approx(4 / 5, abs=0.02)
    others = [pair for seed, pair in lead.items() if seed not in (4, 6)]
    assert round(statistics.mean(others), 2) == 0.01


def test_the_other_controls():
    # as long
    assert raised(LARGE, "same start, longer", SAME)[0] == 0.02
    assert raised(LARGE, "none, longer")[0] == 0.04
    assert raised(LARGE, "scSE", "same start, longer")[0] == 0.02
    assert holds_0(LARGE, "scSE", "same start, longer")
    # what has a start of its own
    assert holds_0(LARGE, "none, wider")
    low, high = interval(list(differences(LARGE, "none, wider").values()))
    assert high - low > 0.2


OTHER_RECIPES = ((RATE, "× ⅓"), (RATE, "× 3"), (STEPS, "300"), (STEPS, "1200"))


def test_with_other_recipes_it_is_ahead_too_by_less():
    both = [(table, f"scSE, {which}", f"none, {which}") for table, which in OTHER_RECIPES]
    means = [raised(*pair, seeds=5)[0] for pair in both]
    assert means == [0.02, 0.01, 0.05, 0.02]
    assert [raised(*pair, seeds=5)[2] for pair in both] == [4, 3, 5, 3]
    assert sum(holds_0(*pair, seeds=5) for pair in both) == 2
    assert holds_0(*both[1], seeds=5)
    assert min(luck(*pair) for pair in both) > 0.05
    every = [list(differences(*pair).values()) for pair in both]
    of_each_seed = [statistics.mean(four) for four in zip(*every, strict=True)]
    assert min(of_each_seed) > 0
    assert round(statistics.mean(of_each_seed), 2) == 0.03
    assert round(ttest_1samp(of_each_seed, 0).pvalue, 2) == 0.04
    usual = list(differences(START, "scSE", SAME).values())[:5]
    assert round(statistics.mean(usual), 2) == 0.05


def test_on_the_brain_the_start_did_little():
    """Nor do the single runs lie far apart."""
    pairs = list(differences(BRAIN_START, "scSE", SAME).values())
    assert len(pairs) == 5
    assert round(statistics.mean(pairs), 3) == 0.005
    assert [round(end, 3) for end in interval(pairs)] == [-0.002, 0.011]
    every = [
        score for name in ("none", SAME, "scSE") for score in scores(BRAIN_START, name).values()
    ]
    assert max(every) - min(every) < 0.02


def test_a_gain_was_to_be_seen_in_one_network_of_three():
    assert raised(SDNET, "scSE", seeds=5)[:2] == (-0.0, (-0.01, 0.01))
    assert raised(QUICKNAT, "scSE", seeds=5)[:2] == (0.05, (-0.01, 0.15))
    pairs = differences(QUICKNAT, "scSE")
    assert round(pairs.pop(1), 2) == 0.25
    assert max(map(abs, pairs.values())) < 0.025
    plain = compared()[QUICKNAT]["none"]
    assert [seed for seed, run in plain.items() if run["white matter"] < 0.05] == [1]
    unet, sdnet = (list(differences(table, "scSE").values()) for table in (ONE, SDNET))
    assert round(statistics.mean(unet) - statistics.mean(sdnet), 2) == 0.04
    low, high = ttest_ind(unet, sdnet, equal_var=False).confidence_interval()
    assert low < 0 < high
    assert student(SDNET, "scSE", "none").high < 0.02, "more is unlikely"


def test_one_branch_alone_was_no_gain_in_two_networks():
    means = {
        table: [raised(table, kind, seeds=n)[0] for kind in ("cSE", "sSE")]
        for table, n in ((ONE, 10), (SDNET, 5), (QUICKNAT, 5))
    }
    assert means == {ONE: [-0.02, -0.03], SDNET: [0.01, -0.04], QUICKNAT: [-0.05, -0.07]}
    below = [(ONE, "cSE", 10), (ONE, "sSE", 10), (SDNET, "sSE", 5)]
    for table, kind, n in (*below, (QUICKNAT, "cSE", 5), (QUICKNAT, "sSE", 5)):
        assert interval(list(differences(table, "scSE", kind).values()))[0] > 0
        assert len(differences(table, "scSE", kind)) == n
    assert holds_0(SDNET, "scSE", "cSE", seeds=5)
    small = {
        (table, kind) for table, kind, _ in (*below, (QUICKNAT, "cSE", 5), (QUICKNAT, "sSE", 5))
    }
    small = {pair for pair in small if luck(pair[0], "scSE", pair[1]) < 0.05}
    assert small == {(SDNET, "sSE"), (QUICKNAT, "sSE")}
    assert 0 < interval(list(differences(SDNET, "cSE").values()))[0] < 0.005
    assert round(luck(SDNET, "cSE"), 2) == 0.15


@functools.cache
def trained_again():
    """What was trained again; and the scores of all runs of that processor."""
    found = list(Results(EVIDENCE / "again").of(all_runs()).values())
    return found, of_one_processor(by_variant(results().values()), by_variant(found))


def once_more(task, variant, against):
    """Seed → the difference of two variants, of runs of that processor."""
    (own, other) = (trained_again()[1][task, name] for name in (variant, against))
    return {seed: own[seed] - other[seed] for seed in sorted(own.keys() & other.keys())}


def mean_of(*ways):
    return [statistics.mean(pairs) for pairs in zip(*(way.values() for way in ways), strict=True)]


def test_rows_have_names():
    assert named(OTHER, PLAIN) == ("brain-few", "scse-plain-start")
    with pytest.raises(KeyError, match="of none"):
        named(OTHER, "start of none")


def test_times_tell_two_processors_apart():
    found, _ = trained_again()
    assert len(found) == 115
    steps = {run.id: run.recipe.steps for run in all_runs()}
    for setting in ("brain", "digits", "brain-few"):
        fast = [each for each in found if each["task"] == setting]
        slow = []
        for each in results().values():
            if each["task"] == setting and each["recipe"].get("network", "unet") == "unet":
                (fast if (setting, each["variant"]) in AT_ONCE else slow).append(each)
        pace = [
            [run["seconds"] / steps[run["name"]] for run in runs if run.get("seconds")]
            for runs in (fast, slow)
        ]
        assert max(pace[0]) < min(pace[1]), setting


def test_trained_again_the_lead_on_15_slices_stays_a_little_smaller():
    same = once_more(FEW_TASK, "scse", "none-same-start")
    other = once_more(FEW_TASK, "scse-plain-start", "none")
    both = mean_of(same, other)
    assert len(both) == 10
    assert (round(statistics.mean(both), 2), sum(pair > 0 for pair in both)) == (0.04, 7)
    assert round(ttest_1samp(both, 0).pvalue, 2) == 0.03
    assert interval(list(same.values()))[0] < 0
    assert interval(list(once_more(FEW_TASK, "scse", "cse-same-start").values()))[0] < 0
    recipes = [
        once_more(FEW_TASK, f"scse-{one}", f"none-{one}-same-start")
        for one in ("slow", "fast", "half", "double")
    ]
    four = mean_of(*recipes)
    assert (round(statistics.mean(four), 2), sum(pair > 0 for pair in four)) == (0.03, 4)
    assert round(ttest_1samp(four, 0).pvalue, 2) == 0.12
    as_long = mean_of(
        once_more(FEW_TASK, "scse", "none-as-long-same-start"),
        once_more(FEW_TASK, "scse-plain-start", "none-as-long"),
    )
    assert round(statistics.mean(as_long), 2) == 0.01
    assert [round(end, 2) for end in interval(as_long)] == [-0.02, 0.03]


def test_trained_again_whose_gates_they_are_matters_less():
    for other in ("scse-another", "scse-constant"):
        pairs = list(once_more(FEW_TASK, "scse", other).values())
        assert round(statistics.mean(pairs), 2) == 0.01
        assert interval(pairs)[0] < 0


def test_trained_again_doubled_cse_stays_where_it_was():
    doubled = "cse-from-one-same-start"
    ahead = list(once_more(FEW_TASK, doubled, "none-same-start").values())
    assert round(statistics.mean(ahead), 2) == 0.05
    below = list(once_more(FEW_TASK, "scse", doubled).values())
    assert round(statistics.mean(below), 2) == -0.01
    assert [round(end, 2) for end in interval(below)] == [-0.03, 0.01]


def test_trained_again_nothing_changes_on_the_brain_and_the_digits():
    of_brain = list(once_more("brain", "scse", "none-same-start").values())
    assert (len(of_brain), round(statistics.mean(of_brain), 2)) == (5, 0.0)
    found, _ = trained_again()
    digits = [each for each in found if each["task"] == "digits"]
    assert len(digits) == 10
    for each in digits:
        assert digits_found(each["dice"]) == digits_found(results()[each["name"]]["dice"])


def test_how_far_a_run_moves():
    found, _ = trained_again()
    moved = {
        each["name"]: abs(each["mean_dice"] - results()[each["name"]]["mean_dice"])
        for each in found
    }
    assert round(statistics.median(moved.values()), 3) == 0.006
    far = max(moved, key=moved.get)
    assert round(moved[far], 2) == 0.17
    (again,) = (each for each in found if each["name"] == far)
    csf = sorted(each["dice"]["CSF"] for each in (again, results()[far]))
    assert csf[0] < 0.1 < 0.4 < csf[1]


def test_on_the_digits_cse_has_no_lead_from_one_start():
    assert raised(DIGITS_ONE, "cSE", seeds=5)[:2] == (-0.08, (-0.24, 0.01))
    assert holds_0(DIGITS_ONE, "cSE", seeds=5)
    found = {
        kind: [digits_found(run) for run in list(runs.values())[:5]]
        for kind, runs in compared()[DIGITS_ONE].items()
    }
    assert found["none"] == found["scSE"] == [10, 10, 10, 1, 1]
    assert (found["cSE"], found["sSE"]) == ([10, 10, 6, 1, 1], [3, 10, 3, 8, 0])


def test_doubled_cse_alone_does_what_scse_does():
    assert raised(LEVEL, "cSE, from 1") == (0.04, (0.0, 0.09), 9)
    assert not holds_0(LEVEL, "cSE, from 1")
    assert student(LEVEL, "cSE, from 1", "none")[0] < 0
    assert raised(LEVEL, "scSE", "cSE, from 1")[:2] == (-0.0, (-0.02, 0.01))
    assert [round(luck(LEVEL, name), 2) for name in ("cSE, from 1", "scSE")] == [0.09, 0.1]
    assert student(LEVEL, "scSE", "cSE, from 1").high < 0.02, "more is unlikely"
    for branch, gain, p in (("cSE", 0.05, 0.005), ("sSE", 0.06, 0.02)):  # both.ipynb says so, too
        ways = [differences(table, f"{branch}, from 1", branch) for table in (LEVEL, OWN_LEVEL)]
        of_each = [(ways[0][seed] + ways[1][seed]) / 2 for seed in range(10)]
        assert round(statistics.mean(of_each), 2) == gain
        assert float(f"{ttest_1samp(of_each, 0).pvalue:.1g}") == p
    assert raised(LEVEL, "sSE, from 1")[0] == 0
    assert abs(statistics.mean(differences(LEVEL, "sSE, from 1").values())) < 0.005


JOIN, REDUCTION, PLACE = (
    f"15 slices: {title}"
    for title in ("how the branches are joined", "r", "where the blocks stand")
)


def test_two_rules_end_below():
    assert raised(JOIN, "max", "add", seeds=5)[:2] == (0.0, (-0.05, 0.04))
    for rule, below in (("concat", -0.16), ("mul", -0.32)):
        mean, (_, high), ahead = raised(JOIN, rule, "add", seeds=5)
        assert (mean, ahead) == (below, 0)  # both.ipynb says so, too
        assert high < 0
    assert raised(JOIN, "mul", SAME, seeds=5)[2] == 0


def test_r_made_little_difference():
    means = [raised(REDUCTION, f"r = {r}", "r = 2", seeds=5)[0] for r in (4, 8, 16)]
    assert means == [-0.01, -0.04, -0.01]  # excite.ipynb says so, too
    held = [holds_0(REDUCTION, f"r = {r}", "r = 2", seeds=5) for r in (4, 8, 16)]
    assert held == [True, False, True]
    assert round(luck(REDUCTION, "r = 8", "r = 2"), 2) == 0.1


def test_blocks_at_the_decoder_alone_do_nearly_as_well():
    places = ("decoder", "encoder", "bottleneck")
    means = [raised(PLACE, f"{place} only", "scSE", seeds=5)[0] for place in places]
    assert means == [-0.01, -0.04, -0.05]  # build.ipynb says so, too
    for place in places[1:]:
        pairs = differences(PLACE, f"{place} only", "scSE")
        assert pairs[4] / sum(pairs.values()) > 0.6, "most of it is one seed"
    csf = {name: compared()[PLACE][name][4]["CSF"] for name in ("scSE", "decoder only")}
    assert min(round(found, 2) for found in csf.values()) == 0.48
    assert holds_0(PLACE, "decoder only", "scSE", seeds=5)
    assert compared()[PLACE]["encoder only"][4]["CSF"] == 0
    assert compared()[PLACE]["bottleneck only"][4]["CSF"] == 0


def test_the_wider_networks_of_the_exercise():
    ends = {}
    for table, variant in ((FEW, "scSE"), (LARGE, "none, wider")):
        of = [round(each, 2) for each in scores(table, variant).values()]
        assert len(of) == 10
        ends[variant] = (min(of), max(of))
    assert ends == {"scSE": (0.49, 0.77), "none, wider": (0.26, 0.77)}


def test_what_a_row_says_of_its_steps_is_so():
    recipes = {(run.task, run.variant.name): run.recipe for run in all_runs()}
    for each in COMPARISONS:
        if ": steps" in each.title:
            for title, name in each.variants.items():
                assert title.endswith(f", {recipes[each.task, name].steps}")
    assert CALLED["brain-few"] == f"{brain.FEW} slices"


def test_how_long_a_run_takes():
    seconds = {
        task: statistics.median(
            result["seconds"]
            for name, result in results().items()
            if name.startswith(f"{task}-none-seed") and result["seconds"]
        )
        for task in ("digits", "brain-few")
    }
    assert 6 < seconds["digits"] / seconds["brain-few"] < 7


def test_by_hand():
    a, b = (0.80, 0.60, 0.70), (0.70, 0.55, 0.60)
    d = [x - y for x, y in zip(a, b, strict=True)]
    assert round(statistics.mean(d), 3) == 0.083
    spread = [statistics.variance(each) for each in (a, b, d)]
    assert [round(each, 5) for each in spread] == [0.01, 0.00583, 0.00083]
    assert round((spread[0] + spread[1]) / spread[2]) == 19


def printed_by(cell):
    """What a cell of the chapter has printed, as it is stored."""
    cells = json.loads((ROOT / "book" / "evidence.ipynb").read_text(encoding="utf-8"))["cells"]
    (found,) = (each["outputs"] for each in cells if each["id"] == cell)
    return "".join("".join(output.get("text", "")) for output in found)


def test_intervals_that_leave_out_0_by_luck():
    assert round(100 * (1 - 0.95**9)) == 37
    assert len(list(itertools.combinations_with_replacement(range(5), 5))) == 126
    assert [round(students_t.ppf(0.975, n - 1), 2) for n in (5, 10)] == [2.78, 2.26]
    others = [
        re.sub("Student's t: .+? … [^,]+", "", line)
        for cell in ("07a", "12", "12c", "12f", "12i")
        for line in printed_by(f"evidence-{cell}").splitlines()
    ]
    shown = [line for line in others if re.search(r"[+-]\d\.\d{3} … [+-]\d\.\d{3}", line)]
    assert 90 <= len(shown) <= 110, "some hundred more"


def test_the_two_puzzled_runs():
    few = [
        (block, seed)
        for block, runs in compared()[DIGITS].items()
        for seed, run in runs.items()
        if statistics.mean(run.values()) >= 0.4 and sum(d >= 0.5 for d in run.values()) <= 4
    ]
    assert few == [("sSE", 0)]
    found = [name[-1] for name, d in compared()[DIGITS]["sSE"][0].items() if d > 0.9]
    assert found == ["1", "4", "6", "7"]
    assert round(differences(BRAIN, "scSE")[2], 3) == -0.002


def test_the_printed_table_is_of_all_runs():
    counted = re.findall(r"(\w+) +(\d+) of +(\d+) runs done", printed_by("evidence-12b"))
    grid = all_runs()
    for group, done, declared in counted:
        own = [run for run in grid if run.variant.group == group]
        assert len(own) == int(declared)
        assert sum(run.id in results() for run in own) == int(done), "run the notebook again"
        assert done == declared, "the page says that all is done"
    assert sum(int(declared) for _, _, declared in counted) == len(grid)
