import assert from "node:assert/strict";
import { test } from "node:test";
import { linkProblem, namedBy } from "../src/desk/arrivals.js";
import { gestures } from "../src/desk/gestures.js";
import { outOfSight, partlyHidden } from "../src/desk/sight.js";
import { index, oneOf } from "../src/widget.js";

const PAGE = "https://example.org/book/index.html?q=1#top";

test("a link names a state of this page, or none", () => {
  /** @type {[string | null, string | undefined][]} */
  const links = [
    ["#do:bottleneck-shut", "bottleneck-shut"],
    ["index.html?q=1#do:shut", "shut"],
    ["https://example.org/book/index.html?q=1#do:shut", "shut"],
    ["channel.html#do:shut", undefined],
    ["index.html#do:shut", undefined],
    ["#bottleneck-shut", undefined],
    ["#gatelab=abc", undefined],
    ["https://[", undefined],
    ["", undefined],
    [null, undefined],
  ];
  for (const [href, slug] of links) assert.equal(namedBy(href, PAGE), slug, String(href));
});

test("what a link spells out is checked before it is believed", () => {
  const checks = { picture: index(2), scale: oneOf(["shared", "own"]) };
  const start = { picture: 0, scale: "shared" };
  assert.equal(linkProblem({}, checks, start), undefined);
  assert.equal(linkProblem({ picture: 1, scale: "own" }, checks, start), undefined);
  assert.equal(
    linkProblem({ picture: 2 }, checks, start),
    "does not fit it: picture must be 0 to 1",
  );
  assert.match(String(linkProblem({ block: "x" }, checks, start)), /another kind, with "block"/);
  for (const nothing of [null, 3, "own", [1]]) {
    assert.equal(linkProblem(nothing, checks, start), "says nothing");
  }
});

test("a check of one trait by another sees what the link brings", () => {
  const checks = {
    count: index(10),
    /** @type {import("../src/widget.js").Check} */
    pick: (value, get) => index(Number(get("count")))(value, get),
  };
  assert.equal(linkProblem({ count: 9, pick: 8 }, checks, { count: 1, pick: 0 }), undefined);
});

test("a figure is out of sight if less than half of what could be seen is", () => {
  assert.equal(outOfSight({ top: 0, bottom: 300 }, 800), false);
  assert.equal(outOfSight({ top: 700, bottom: 1000 }, 800), true);
  assert.equal(outOfSight({ top: -100, bottom: 200 }, 800), false);
  assert.equal(outOfSight({ top: -200, bottom: 100 }, 800), true);
  assert.equal(outOfSight({ top: -500, bottom: 2000 }, 800), false, "larger than the window");
  assert.equal(outOfSight({ top: 900, bottom: 1000 }, 800), true);
});

test("a part that is pointed at is hidden unless all of it is to be seen, if it fits", () => {
  const free = { top: 56, bottom: 660 }; // between the bar of the site and an open tour
  assert.equal(partlyHidden({ top: 100, bottom: 600 }, free), false);
  assert.equal(partlyHidden({ top: 20, bottom: 300 }, free), true, "behind the bar of the site");
  assert.equal(partlyHidden({ top: 500, bottom: 700 }, free), true, "behind the tour");
  assert.equal(partlyHidden({ top: -300, bottom: 1500 }, free), false, "too high, and in sight");
  assert.equal(partlyHidden({ top: 700, bottom: 1500 }, free), true);
});

test("a link leads to where a part begins, however high that is", () => {
  const free = { top: 56, bottom: 800 };
  assert.equal(partlyHidden({ top: 100, bottom: 700 }, free, true), false);
  assert.equal(partlyHidden({ top: 300, bottom: 900 }, free, true), true);
  assert.equal(partlyHidden({ top: 100, bottom: 2000 }, free, true), false);
  assert.equal(partlyHidden({ top: 600, bottom: 2000 }, free, true), true, "only its beginning");
  assert.equal(partlyHidden({ top: -900, bottom: 1000 }, free, true), true, "only its end");
});

test("one gesture is a press, a pass over a map, or a key that is pressed again and again", () => {
  const heard = gestures();
  const tags = [heard.tag()];
  const mark = () => tags.push(heard.tag());
  /** @param {unknown} target @returns {any} an event, as far as it is looked at */
  const at = (target, key = "") => ({ target, key });
  const map = { closest: () => map };
  const aside = { closest: () => null };
  heard.press();
  mark();
  heard.over(at(aside));
  mark(); // 2: the same
  heard.over(at(map));
  mark();
  heard.over(at(map));
  mark(); // 4: the same
  heard.key(at(map, "ArrowUp"), 1000);
  mark();
  heard.key(at(map, "ArrowUp"), 1700);
  mark(); // 6: the same
  heard.key(at(map, "ArrowUp"), 2600);
  mark();
  heard.key(at(aside, "ArrowUp"), 2700);
  mark();
  heard.key(at(aside, "ArrowDown"), 2800);
  mark();
  heard.over(at(aside));
  heard.over(at(map));
  mark(); // 10: a second pass
  const same = tags.flatMap((tag, i) => (i && tag === tags[i - 1] ? [i] : []));
  assert.deepEqual(same, [2, 4, 6]);
  assert.equal(new Set(tags).size, tags.length - same.length);
  assert.ok(tags.every((tag) => tag.endsWith("!")));
});
