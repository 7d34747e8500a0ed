/**
 * What leads a reader through a figure: its tour and its puzzles. Closed they are a button each,
 * above the figure; open, one at a time, they stay in sight at the bottom of the window.
 */

import { button } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import { intoSight } from "./sight.js";
import { puzzle } from "./puzzle.js";
import { tour } from "./tour.js";

/**
 * A figure as it is led.
 * @typedef {object} Figure
 * @property {Record<string, unknown>} first the state that it was made in
 * @property {() => Record<string, unknown>} now
 * @property {(state: Record<string, unknown>, tag: string) => void} go as a step; those of one tag
 *   that ends in "!" are one
 * @property {() => number} depth how many steps can be undone
 * @property {(part: string) => void} point at a part of it, or at none
 * @property {(part: string) => void} see bring a part into sight
 * @property {(text: string) => void} announce
 */
/**
 * @typedef {object} Guided
 * @property {import("./tour.js").Step[]} tour
 * @property {import("./puzzle.js").Puzzle[]} puzzles
 * @property {import("./arrivals.js").States} states
 * @property {Record<string, unknown>} first
 */

/**
 * @param {object} options
 * @param {Guided} options.guided
 * @param {Omit<Figure, "first" | "point" | "see">} options.figure
 * @param {ReturnType<typeof import("./parts.js").parts>} options.parts
 */
export function guide({ guided, figure, parts }) {
  /** @type {{close: () => void} | undefined} */
  let open;
  /** @type {Figure} */
  const led = {
    ...figure,
    first: guided.first,
    point(name) {
      parts.light(name);
      const element = parts.first(name);
      if (element) intoSight([element]);
    },
    see(name) {
      intoSight(parts.all(name), { fromTop: true });
    },
  };
  /** @param {(options: {figure: Figure, onClose: () => void}) => ReturnType<typeof tour> | ReturnType<typeof puzzle>} make */
  function offered(make) {
    const made = make({
      figure: led,
      onClose() {
        open = undefined;
        opener.setAttribute("aria-expanded", "false");
        // Who closed it by a key looks for the focus, who did by a mouse at the figure.
        const byKey = document.activeElement?.matches(":focus-visible");
        opener.focus({ preventScroll: true });
        if (byKey) intoSight([opener]);
      },
    });
    function toggle() {
      if (open === made) return made.close();
      open?.close();
      open = made;
      opener.setAttribute("aria-expanded", "true");
      made.open();
    }
    const opener = button(made.label, "guide", toggle);
    opener.setAttribute("aria-expanded", "false");
    return { ...made, opener, toggle, is: () => open === made };
  }
  const tours = guided.tour.length
    ? [offered((options) => tour({ steps: guided.tour, ...options }))]
    : [];
  const puzzles = guided.puzzles.map((each) => {
    const { set: start, part } = guided.states[each.slug];
    return {
      slug: each.slug,
      ...offered((options) => puzzle({ puzzle: each, start, part, ...options })),
    };
  });
  const all = [...tours, ...puzzles];
  const openers = h(
    "div",
    { class: "scse-openers", hidden: !all.length },
    ...all.map(({ opener }) => opener),
  );
  return {
    openers,
    panels: all.map(({ element }) => element),
    /** Open the puzzle that starts in a state that a link names. @param {string} slug */
    arrive(slug) {
      const found = puzzles.find((each) => each.slug === slug);
      if (found && !found.is()) found.toggle();
      return found !== undefined;
    },
    /** Numbers of the present state. @param {import("./goal.js").Numbers | undefined} numbers */
    measure(numbers) {
      for (const each of puzzles) if ("measure" in each) each.measure(numbers);
    },
  };
}
