/** Buttons to watch a computation by: play and pause, a step forward or back, half the speed. */

import { button, enable } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import { reel } from "./reel.js";
import * as WORDS from "../words/player.js";

const LONGEST = 0.1; // seconds between two frames; after a longer one a browser was elsewhere

/**
 * @param {object} config
 * @param {{words: string, seconds: number}[]} config.stages what happens in each
 * @param {string} config.before words for when nothing has happened yet
 * @param {() => void} config.draw called in every frame, and after every step
 * @param {(text: string) => void} config.say
 * @param {AbortSignal} config.signal when the figure goes
 */
export function player({ stages, before, draw, say, signal }) {
  const machine = reel(stages.map(({ seconds }) => seconds));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const words = h("span", { class: "scse-stagewords", "data-name": "stage" });
  let slow = false;
  let frame = 0;
  let clock = 0;

  const back = button(WORDS.back, "step-back", () => act("back"));
  const play = button(WORDS.play, "play", () => act(machine.running ? "pause" : "play"));
  const forward = button(WORDS.forward, "step-forward", () => act("forward"));
  const half = button(WORDS.slow, "half-speed", () => {
    slow = !slow;
    show();
  });

  /** @param {"play" | "pause" | "forward" | "back" | "finish"} what */
  function act(what) {
    if (what === "forward" && machine.done) machine.play(); // from the beginning, one step
    machine[what]();
    cancelAnimationFrame(frame);
    if (machine.running) {
      clock = performance.now();
      frame = requestAnimationFrame(run);
    }
    draw();
    show();
  }
  /** @param {number} now */
  function run(now) {
    const time = Math.min(LONGEST, Math.max(0, now - clock) / 1000);
    clock = now;
    machine.tick(slow ? time / 2 : time);
    draw();
    show();
    if (machine.running) frame = requestAnimationFrame(run);
  }
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));

  let told = "";
  function show() {
    play.textContent = machine.running ? WORDS.pause : WORDS.play;
    play.hidden = half.hidden = calm.matches;
    half.setAttribute("aria-pressed", String(slow));
    const at = machine.told;
    const text =
      at < 0 ? before : WORDS.stage({ at: at + 1, all: stages.length, stage: stages[at].words });
    words.textContent = machine.done ? WORDS.watch(stages.length) : text;
    if (text !== told && !machine.done) say(text);
    told = text;
    enable([
      [play, true],
      [back, machine.done || machine.told >= 0],
    ]);
  }
  calm.addEventListener(
    "change",
    () => {
      if (calm.matches) act("pause");
      show();
    },
    { signal },
  );
  show();
  return {
    element: h("div", { class: "scse-player" }, play, back, forward, half, words),
    part: machine.part,
    /** All is there: the reader has changed something. */
    finish() {
      if (!machine.done) act("finish");
    },
  };
}

/**
 * Something that travels from one place of a figure to another, and shrinks to its size.
 * @param {HTMLElement} root which it lies over @param {HTMLCanvasElement} what of which it is a copy
 * @param {Element} from @param {Element} to
 */
export function flight(root, what, from, to) {
  const copy = h("canvas", { class: "scse-flying", "aria-hidden": true, hidden: true });
  root.append(copy);
  return {
    /** @param {number} part of the way; it is seen between the ends alone */
    set(part) {
      const away = part <= 0 || part >= 1;
      if (!away && copy.hidden) {
        Object.assign(copy, { width: what.width, height: what.height });
        copy.getContext("2d")?.drawImage(what, 0, 0);
      }
      copy.hidden = away;
      if (away) return;
      const ground = root.getBoundingClientRect();
      const [a, b] = [from, to].map((element) => element.getBoundingClientRect());
      const size = Math.min(b.width, b.height, a.height / 4);
      /** @param {number} x @param {number} y */
      const between = (x, y) => x + (y - x) * part;
      const width = between(a.width, size);
      const height = between(a.height, size);
      copy.style.width = `${width}px`;
      copy.style.height = `${height}px`;
      const x = between(a.left, b.left + b.width / 2 - size / 2) - ground.left;
      const y = between(a.top + a.height / 2, b.top + b.height / 2) - height / 2 - ground.top;
      copy.style.translate = `${x}px ${y}px`;
    },
  };
}

const PALE = 0.1;

/** What is still to come is pale. @param {number} part @param {...(HTMLElement | SVGElement)} elements */
export function come(part, ...elements) {
  for (const { style } of elements)
    style.opacity = part < 1 ? String(PALE + (1 - PALE) * part) : "";
}
