/**
 * Above a figure that the text has set: which state that is, the way back to the state before, and
 * the way back to where the reader was. It stays in sight while the figure is.
 */

import { button } from "../controls/controls.js";
import { h } from "../ground/dom.js";
import * as WORDS from "../words/banner.js";
import * as COMMON from "../words/common.js";

const MOMENT = 1600; // ms for which the figure, or the part that is meant, is marked

/**
 * @param {HTMLElement} figure
 * @param {() => void} undo
 */
export function banner(figure, undo) {
  const name = h("b");
  const back = button(COMMON.undo, "undo-set", () => {
    undo();
    // The button is gone with the state, and with it the focus would be.
    figure.focus({ preventScroll: true });
  });
  /** The link that was followed, if it is on this page. @type {HTMLElement | undefined} */
  let from;
  const text = button(WORDS.backToText, "back-to-text", () => {
    from?.scrollIntoView({ block: "center", behavior: "instant" });
    from?.focus({ preventScroll: true });
  });
  const element = h(
    "div",
    { class: "scse-banner", role: "group", tabindex: -1, hidden: true, "data-name": "banner" },
    h("span", {}, h("span", { class: "scse-setfrom", text: WORDS.setFrom }), name),
    back,
    text,
  );
  // What else stays in sight at the top of the window begins below it.
  const sized = new ResizeObserver(() =>
    figure.style.setProperty("--height-of-notice", `${element.offsetHeight}px`),
  );
  sized.observe(element);
  /** @type {HTMLElement} */
  let marked = figure;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let marking;
  function unmark() {
    clearTimeout(marking);
    marked.classList.remove("scse-marked");
  }
  figure.tabIndex = -1;
  return {
    element,
    /**
     * @param {object} state
     * @param {string} state.name @param {boolean} state.news was it in another state?
     * @param {HTMLElement} [state.link] that was followed
     * @param {HTMLElement} [state.part] that is meant
     */
    show({ name: called, news, link, part = figure }) {
      name.textContent = called;
      element.setAttribute("aria-label", WORDS.setFromText(called));
      back.hidden = !news;
      from = link;
      text.hidden = !link;
      element.hidden = false;
      unmark();
      marked = part;
      marked.classList.add("scse-marked");
      marking = setTimeout(unmark, MOMENT);
    },
    /** So that the next press of Tab reaches its buttons, and the figure. */
    focus: () => element.focus({ preventScroll: true }),
    hide() {
      if (element.contains(document.activeElement)) figure.focus({ preventScroll: true });
      element.hidden = true;
    },
    stop() {
      clearTimeout(marking);
      sized.disconnect();
    },
  };
}
