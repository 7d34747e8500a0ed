/** Many controls as one Tab stop, among which arrow keys move: a column of buttons. */

/**
 * @param {HTMLElement[]} items from top to bottom
 */
export function roving(items) {
  /** @param {HTMLElement} stop */
  const stopAt = (stop) => {
    for (const item of items) item.tabIndex = item === stop ? 0 : -1;
  };
  items.forEach((item, i) => {
    item.addEventListener("focus", () => stopAt(item));
    item.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      /** @type {Record<string, number | undefined>} */
      const places = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: items.length - 1 };
      const next = places[event.key];
      if (next === undefined) return;
      event.preventDefault();
      items[Math.max(0, Math.min(items.length - 1, next))].focus();
    });
  });
  if (items.length) stopAt(items[0]);
}
