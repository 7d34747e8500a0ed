/** Is something in sight, and bringing it there. */

/** @typedef {{top: number, bottom: number}} Span of the window */

const BAR = 56; // pixels of the window that the bar of the site covers
const GAP = 8; // between what covers the window and what is brought below it

/**
 * Is so little of it to be seen that the reader would miss what happens?
 * @param {Span} box @param {number} height of the window
 */
export function outOfSight({ top, bottom }, height) {
  const seen = Math.min(bottom, height) - Math.max(top, 0);
  return seen < Math.min(bottom - top, height) / 2;
}

/**
 * Is a part of a figure not wholly in sight? One that is too high for that is if it fills half of
 * the window, or, where it is to be seen from its beginning, if it begins in the upper half.
 * @param {Span} box @param {Span} free what nothing covers of the window
 * @param {boolean} [fromTop]
 */
export function partlyHidden({ top, bottom }, free, fromTop = false) {
  const height = free.bottom - free.top;
  if (bottom - top <= height) return top < free.top || bottom > free.bottom;
  if (fromTop) return top < free.top || top > free.top + height / 2;
  return outOfSight({ top: top - free.top, bottom: bottom - free.top }, height);
}

/** Elements that are drawn: one without a box of its own stands for what is in it. @param {Element} element @returns {Element[]} */
const drawn = (element) =>
  element.getClientRects().length ? [element] : [...element.children].flatMap(drawn);

/** @param {Element} element */
const sticks = (element) => getComputedStyle(element).position === "sticky";

/** What nothing covers of the window, for something in a figure. @param {Element} element */
function freeFor(element) {
  const figure = element.closest(".scse");
  /** @param {string} selector */
  const cover = (selector) =>
    Array.from(figure?.querySelectorAll(`${selector}:not([hidden])`) ?? [])
      // A head covers what comes behind it in the same box.
      .filter((each) => sticks(each) && !each.contains(element))
      .filter((each) => each.parentElement?.contains(element))
      .filter((each) => each.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
      .reduce((sum, each) => sum + each.getBoundingClientRect().height, 0);
  const guide = figure?.querySelector(":scope > .scse-guide:not([hidden])");
  return {
    top: BAR + cover(".scse-banner") + cover(".scse-opener"),
    bottom: innerHeight - (guide?.getBoundingClientRect().height ?? 0),
  };
}

const PATIENCE = 3000; // ms in which a figure may still grow
const HANDS = ["pointerdown", "wheel", "touchmove", "keydown"];

/**
 * Into sight, and there again when the figure has grown above it, by what an engine answers, say;
 * until the reader does something.
 * @param {HTMLElement[]} elements @param {HTMLElement} figure
 * @param {NonNullable<Parameters<typeof intoSight>[1]>} how @param {AbortSignal} signal
 */
export function stayInSight(elements, figure, how, signal) {
  intoSight(elements, how);
  const over = new AbortController();
  const grown = new ResizeObserver(() => intoSight(elements, { ...how, always: false }));
  const end = () => over.abort();
  over.signal.addEventListener("abort", () => grown.disconnect());
  for (const event of HANDS) addEventListener(event, end, { signal: over.signal, capture: true });
  signal.addEventListener("abort", end, { signal: over.signal });
  setTimeout(end, PATIENCE);
  grown.observe(figure);
}

/** What scrolls an element: the page, or a box of the host. @param {Element} element @returns {Element} */
function scrollerOf(element) {
  for (let box = element.parentElement; box; box = box.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(box).overflowY);
    if (scrolls && box.scrollHeight > box.clientHeight && box !== document.body) return box;
  }
  return document.scrollingElement ?? document.documentElement;
}

/**
 * Into sight, at once for those who want no motion.
 * @param {HTMLElement[]} elements the parts of what is to be seen
 * @param {object} [how]
 * @param {boolean} [how.fromTop] its beginning at the top of what is free; else in the middle
 * @param {boolean} [how.smooth] @param {boolean} [how.always] though it is in sight
 */
export function intoSight(elements, { fromTop = false, smooth = true, always = false } = {}) {
  const all = elements.flatMap(drawn);
  // A head that stays in sight says nothing of where its part is.
  const still = all.filter((element) => !sticks(element));
  const boxes = (still.length ? still : all).map((element) => ({
    element,
    box: element.getBoundingClientRect(),
  }));
  if (!boxes.length) return;
  const top = Math.min(...boxes.map(({ box }) => box.top));
  const bottom = Math.max(...boxes.map(({ box }) => box.bottom));
  const { element } = boxes.find(({ box }) => box.top === top) ?? boxes[0];
  const free = freeFor(element);
  if (!always && !partlyHidden({ top, bottom }, free, fromTop)) return;
  const spare = free.bottom - free.top - (bottom - top);
  const at = fromTop || spare < 2 * GAP ? GAP : spare / 2;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollerOf(element).scrollBy({
    top: top - free.top - at,
    behavior: smooth && !calm ? "smooth" : "instant",
  });
}
