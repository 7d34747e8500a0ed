/**
 * A puzzle: a task, and numbers of the figure that say when it is done. A move is what Undo takes
 * back. The solution is a step like any other: Undo gives back what the reader had.
 */

import { button, closable } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import { judge, moves } from "./goal.js";
import { outcome } from "./outcome.js";
import * as WORDS from "../words/puzzle.js";
import * as COMMON from "../words/common.js";

/**
 * @typedef {object} Puzzle as scse/widgets/_guides.py has it
 * @property {string} name @property {string} slug of the state in which it starts
 * @property {string} task
 * @property {import("./goal.js").Condition[]} goal
 * @property {Record<string, unknown>} solution @property {string} done said when it is
 */

/**
 * @param {object} options
 * @param {Puzzle} options.puzzle
 * @param {Record<string, unknown>} options.start traits
 * @param {string} [options.part] what a reader moves
 * @param {import("./guide.js").Figure} options.figure
 * @param {() => void} options.onClose
 */
export function puzzle({ puzzle: riddle, start, part = "", figure, onClose }) {
  const { name, slug, task, goal, solution, done } = riddle;
  const kept = outcome(slug);
  const marks = goal.map((_, i) => h("span", { "data-name": `goal-${i}` }));
  const counted = h("output", { "data-name": "moves", "aria-live": "off" });
  const verdict = h("p", { class: "scse-told", "data-name": "puzzle-verdict", hidden: true });
  const again = button(WORDS.again, "puzzle-again", begin);
  const show = button(WORDS.show, "puzzle-solution", () => {
    shownSolution = true;
    kept.keep("shown");
    figure.go({ ...figure.first, ...solution }, "");
    tell(`${WORDS.solution} ${done}`.trim());
    figure.see(part);
  });
  const end = button(COMMON.close, "puzzle-close", close);
  const element = h(
    "section",
    {
      class: "scse-guide",
      hidden: true,
      tabindex: -1,
      "aria-label": WORDS.named(name),
      "data-name": "puzzle",
    },
    h("p", { class: "scse-says" }, h("b", { text: WORDS.head }), task),
    h("div", { class: "scse-goals" }, ...marks, counted),
    verdict,
    h("div", { class: "scse-guidehead" }, again, show, end),
  );
  let began = 0;
  let solved = false;
  let shownSolution = false;
  closable(element, close);

  /** @param {string} text */
  function tell(text) {
    verdict.textContent = text;
    verdict.hidden = text === "";
    if (text) figure.announce(text);
  }
  /** Numbers of the present state. @param {import("./goal.js").Numbers | undefined} numbers */
  function measure(numbers) {
    if (element.hidden) return;
    const made = Math.max(0, figure.depth() - began);
    counted.textContent = moves(made);
    counted.setAttribute("data-value", String(made));
    if (made) kept.keep("tried");
    const judged = judge(goal, numbers);
    judged.forEach(({ met, words }, i) => {
      marks[i].textContent = `${met ? "✓" : "○"} ${words}`;
      marks[i].toggleAttribute("data-met", met);
    });
    const all = judged.every(({ met }) => met);
    element.toggleAttribute("data-solved", all && !shownSolution);
    if (all && !solved && !shownSolution) {
      solved = true;
      kept.keep("solved", made);
      tell(`${WORDS.done(moves(made))} ${done}`.trim());
    } else if (!all && !verdict.hidden) {
      solved = shownSolution = false; // the reader has gone on, or back
      tell("");
    }
  }
  function begin() {
    solved = shownSolution = false;
    tell("");
    figure.go({ ...figure.first, ...start }, "");
    began = figure.depth();
    measure(undefined);
  }
  function close() {
    element.hidden = true;
    onClose();
  }
  return {
    element,
    label: WORDS.named(name),
    measure,
    open() {
      element.hidden = false;
      begin();
      figure.announce(WORDS.task(task));
      element.focus({ preventScroll: true });
      figure.see(part);
    },
    close,
  };
}
