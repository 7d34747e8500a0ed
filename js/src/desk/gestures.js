/** Which of the reader's changes belong together: all of one gesture are one step to undo. */

const PAUSE = 800; // ms between two presses of a key that still are one gesture

/** @param {Event | null} event @returns {Element | null} */
const targetOf = (event) => /** @type {Element | null} */ (event?.target ?? null);

/**
 * A gesture is a press of the pointer with all that comes of it, a pass over a map, or the presses
 * of one key on one control.
 */
export function gestures() {
  let count = 0;
  /** @type {Element | null} */
  let passed = null;
  /** @type {{key: string, target: Element | null, at: number}} */
  let last = { key: "", target: null, at: -PAUSE };
  const begin = () => {
    count += 1;
    last = { key: "", target: null, at: -PAUSE };
  };
  return {
    /** For `history`: however long the hand rests, it is one gesture. */
    tag: () => `gesture ${count}!`,
    press: begin,
    /** @param {Event} event of the pointer above something */
    over(event) {
      const map = targetOf(event)?.closest(".scse-pointable") ?? null;
      if (map && map !== passed) begin();
      passed = map;
    },
    /** @param {KeyboardEvent} event @param {number} at in ms */
    key(event, at) {
      const target = targetOf(event);
      const goesOn = event.key === last.key && target === last.target && at - last.at < PAUSE;
      if (!goesOn) begin();
      last = { key: event.key, target, at };
    },
  };
}

/** Hear the gestures in an element. @param {HTMLElement} element */
export function gesturesIn(element) {
  const heard = gestures();
  // Before the controls hear of them, since these change the state at once.
  element.addEventListener("pointerdown", heard.press, { capture: true });
  element.addEventListener("pointerover", heard.over, { capture: true });
  element.addEventListener("keydown", (event) => heard.key(event, performance.now()), {
    capture: true,
  });
  return heard;
}
