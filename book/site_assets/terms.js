/**
 * Lights what belongs together: a symbol in an equation, what shows it in a figure, its line of code.
 *
 * book/_ext/terms.py says how things are marked: the class `term-z` in the page, `data-term="z"` in
 * a figure. The light follows the pointer and the focus; a tap, a click or Enter keeps it, a click
 * elsewhere or Escape ends it. All is heard at the document, since figures come later.
 */
(() => {
  const MARK = "term-";
  const MARKED = `[data-term], [class*="${MARK}"]`;
  const KINDS = {
    equation: "mjx-container",
    figure: ".widget-host",
    code: "pre, code",
  };
  const ROW = ".scse-symbols";

  /** @param {Element} element its terms */
  const termsOf = (element) =>
    element.hasAttribute("data-term")
      ? element.getAttribute("data-term").split(" ")
      : [...element.classList].filter((c) => c.startsWith(MARK)).map((c) => c.slice(MARK.length));

  /** The innermost marked element around a target. */
  function markedAt(target) {
    let element = target instanceof Element ? target.closest(MARKED) : null;
    while (element && !termsOf(element).length) element = element.parentElement?.closest(MARKED);
    return element ?? null;
  }

  /** Everything that shows a term, beside the buttons. */
  const placesOf = (term) =>
    [
      ...document.querySelectorAll(
        `[data-term~="${CSS.escape(term)}"], [class~="${CSS.escape(MARK + term)}"]`,
      ),
    ].filter((element) => !element.closest(`${ROW}, mjx-assistive-mml`));

  const kindOf = (element) =>
    Object.keys(KINDS).find((kind) => element.closest(KINDS[kind])) ?? "equation";

  const bar = document.createElement("div");
  bar.className = "scse-termbar";
  bar.hidden = true;
  const sense = document.createElement("span");
  bar.append(sense);
  const names = new Map(
    [...document.querySelectorAll(`${ROW} button`)].map((b) => [b.dataset.term, b.textContent]),
  );

  // What the reader points at, has the focus on, and has kept: the first that is there is lit.
  const light = { pointed: null, focused: null, kept: null };
  let lit = null;

  /** @param {boolean} [anew] even if it is the same that is lit */
  function show(anew = false) {
    const next = light.pointed ?? light.focused ?? light.kept;
    if (!anew && next?.element === lit?.element) return;
    for (const element of document.querySelectorAll("[data-term-lit]")) {
      element.removeAttribute("data-term-lit");
    }
    lit = next;
    const terms = lit ? termsOf(lit.element) : [];
    for (const element of terms.flatMap(placesOf)) element.setAttribute("data-term-lit", "");
    tell(terms);
  }

  /** The bar: what the term is, and where else on the page it is. In a figure the hand is busy. */
  function tell(terms) {
    const from = lit?.element;
    bar.hidden = !from || (kindOf(from) === "figure" && lit !== light.kept);
    if (bar.hidden) return;
    sense.textContent = terms.map((term) => names.get(term)).join(", ");
    const row = from.closest(ROW);
    if (row && row.nextElementSibling !== bar) row.after(bar);
    else if (!row && !bar.contains(document.activeElement)) document.body.append(bar);
    const others = Object.keys(KINDS).flatMap((kind) => way(kind, terms, from) ?? []);
    bar.replaceChildren(sense, ...others);
  }

  /** A button that leads to the nearest place of a kind that is out of sight. */
  function way(kind, terms, from) {
    const places = terms
      .flatMap(placesOf)
      .filter((element) => kindOf(element) === kind && element.getClientRects().length);
    const boxes = places.map((element) => element.getBoundingClientRect());
    if (!boxes.length || boxes.some(({ top, bottom }) => top >= 0 && bottom <= innerHeight)) return;
    const here = from.getBoundingClientRect().top;
    const far = boxes.map(({ top }) => Math.abs(top - here));
    const nearest = far.indexOf(Math.min(...far));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${kind} ${boxes[nearest].top < 0 ? "↑" : "↓"}`;
    button.addEventListener("click", () => {
      light.kept = lit;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      places[nearest].scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    });
    return button;
  }

  // Who has gone somewhere may want to go on, or back.
  document.addEventListener("scrollend", () => {
    if (bar.hidden) return;
    const held = bar.contains(document.activeElement);
    tell(termsOf(lit.element));
    if (held) bar.querySelector("button")?.focus();
  });

  function keep(element) {
    light.kept = light.kept?.element === element ? null : element && { element };
    for (const button of document.querySelectorAll(`${ROW} button`)) {
      button.setAttribute("aria-pressed", String(button === light.kept?.element));
    }
    show(true); // the bar of what is kept is another one
  }

  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch" || bar.contains(target)) return;
    const element = markedAt(target);
    light.pointed = element && { element };
    show();
  });
  document.documentElement.addEventListener("pointerleave", () => {
    light.pointed = null;
    show();
  });

  document.addEventListener("focusin", ({ target }) => {
    if (bar.contains(target)) return;
    const element = target.matches(":focus-visible") ? markedAt(target) : null;
    light.focused = element && { element };
    show();
  });
  document.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget) return; // focusin sees to it
    light.focused = null;
    show();
  });

  let touched = false;
  document.addEventListener(
    "pointerdown",
    ({ pointerType }) => (touched = pointerType === "touch"),
    {
      capture: true,
    },
  );
  document.addEventListener("click", ({ target }) => {
    if (bar.contains(target)) return;
    const element = markedAt(target);
    // In a figure a click is an act of its own, and only a finger cannot point.
    const kept = element && (touched || kindOf(element) !== "figure") ? element : null;
    if (kept || light.kept) keep(kept);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && lit) {
      light.pointed = light.focused = null;
      keep(null);
    }
    const button = event.target instanceof Element ? event.target.closest(`${ROW} button`) : null;
    if (!button || event.ctrlKey || event.altKey || event.metaKey) return;
    const buttons = [...button.parentElement.children];
    const at = buttons.indexOf(button);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: -1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = buttons.at(to % buttons.length);
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  });

  for (const row of document.querySelectorAll(ROW)) row.hidden = false;
})();
