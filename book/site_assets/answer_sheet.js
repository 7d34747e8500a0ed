/**
 * What a reader committed to in this tab, chapter by chapter: the first answer beside the truth, and
 * what came of the puzzles.
 *
 * js/src/figures/question/memory.js says what the tab remembers of a question, and
 * js/src/desk/outcome.js of a puzzle. The page itself has the chapters and the names of puzzles alone
 * (book/_ext/answer_sheet.py), so nothing of a question that is not answered can be seen.
 * A saved file is a page of its own to read and to hand in. It carries the entries as they are: in
 * another tab the reader can go on from it.
 */
(() => {
  const PREFIX = "scse-question ";
  const PUZZLE = "scse-puzzle ";
  const NAME = "scse-name";
  const CARRIED = "scse-answers"; // the id of what a file carries

  const sheet = document.querySelector(".scse-sheet");
  const count = sheet.querySelector(".scse-sheet-count");
  const told = sheet.querySelector(".scse-sheet-told");
  const empty = count.textContent;
  const name = sheet.querySelector("input[type=text]");
  const file = sheet.querySelector("input[type=file]");

  /** The tab's storage; none where the browser refuses it. */
  const tab = (() => {
    try {
      return globalThis.sessionStorage;
    } catch {
      return null;
    }
  })();

  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const isText = (value) => typeof value === "string";

  /** What is remembered of a question, if the truth was seen. @param {string | null} text */
  function read(text) {
    try {
      const entry = JSON.parse(text ?? "null");
      const whole = [entry?.prompt, entry?.first, entry?.truth].every(isText);
      return whole ? entry : undefined;
    } catch {
      return undefined;
    }
  }

  /** [key, its element, what is remembered] of each question of the book. */
  const questions = () =>
    [...sheet.querySelectorAll("[data-question]")].map((item) => {
      const { chapter } = item.closest("[data-chapter]").dataset;
      const key = `${PREFIX}${chapter}/${item.dataset.question}`;
      return [key, item, read(tab?.getItem(key) ?? null)];
    });

  const OUTCOMES = ["tried", "shown", "solved"];

  /** What is remembered of a puzzle. @param {string | null} text */
  function readPuzzle(text) {
    try {
      const entry = JSON.parse(text ?? "null");
      const whole = OUTCOMES.includes(entry?.outcome) && Number.isInteger(entry.moves);
      return whole ? entry : undefined;
    } catch {
      return undefined;
    }
  }

  /** [key, its element, what is remembered] of each puzzle of the book. */
  const puzzles = () =>
    [...sheet.querySelectorAll("[data-puzzle]")].map((item) => {
      const { chapter } = item.closest("[data-chapter]").dataset;
      const key = `${PUZZLE}${chapter}/${item.dataset.puzzle}`;
      return [key, item, readPuzzle(tab?.getItem(key) ?? null)];
    });

  /** What the sheet says of a puzzle. */
  function became({ outcome, moves } = {}) {
    if (outcome === "solved") return `✓ solved in ${moves} ${moves === 1 ? "move" : "moves"}`;
    return { tried: "tried", shown: "solution shown" }[outcome] ?? "not tried";
  }

  /** Two curves in one small picture, the reader's dashed. */
  function curves(first, truth) {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    picture.setAttribute("viewBox", "-2 -2 204 84");
    picture.setAttribute("aria-hidden", "true"); // the numbers stand beside it
    for (const [words, dash] of [
      [truth, "none"],
      [first, "5 4"],
    ]) {
      const values = words.split(", ").map(Number);
      const line = document.createElementNS(picture.namespaceURI, "polyline");
      const points = values.map(
        (value, i) => `${(200 * i) / (values.length - 1)},${80 - 80 * value}`,
      );
      line.setAttribute("points", points.join(" "));
      line.setAttribute("stroke-dasharray", dash);
      picture.append(line);
    }
    return picture;
  }

  const row = (term, text) => h("div", {}, h("dt", {}, term), h("dd", {}, text));

  /** What the sheet says of an answered question. */
  function answered({ prompt, first, right, truth }, kind) {
    const verdict = right === true ? "✓ right" : right === false && "✗ not right";
    const rows = h(
      "dl",
      {},
      row("You said", first || "nothing: you had it shown"),
      row("It is", truth),
    );
    const parts = [h("p", { class: "scse-sheet-prompt" }, prompt), rows];
    if (kind === "curve" && first) parts.push(curves(first, truth));
    if (verdict) parts.push(h("p", { class: "scse-sheet-verdict", "data-right": right }, verdict));
    return parts;
  }

  function show() {
    const all = questions();
    let [done, right] = [0, 0];
    for (const [, item, entry] of all) {
      item.toggleAttribute("data-answered", entry !== undefined);
      item.replaceChildren(...(entry ? answered(entry, item.dataset.kind) : []));
      done += entry !== undefined;
      right += entry?.right === true;
    }
    const riddles = puzzles();
    for (const [, item, entry] of riddles) {
      item.querySelector("span").textContent = became(entry);
      item.toggleAttribute("data-solved", entry?.outcome === "solved");
    }
    const touched = riddles.filter(([, , entry]) => entry).length;
    const solved = riddles.filter(([, , entry]) => entry?.outcome === "solved").length;
    for (const chapter of sheet.querySelectorAll("[data-chapter]")) {
      const of = (which) => chapter.querySelectorAll(`li${which}`).length;
      chapter.querySelector("small").textContent =
        `${of("[data-answered]")} of ${of("[data-question]")} answered`;
    }
    const said = `${done} of ${all.length} questions answered, ${right} of them right at the first try.`;
    const played = touched ? ` ${solved} of ${riddles.length} puzzles solved.` : "";
    count.textContent = done || touched ? said + played : empty;
    sheet.querySelector('[data-do="save"]').disabled = !done && !touched;
  }

  /** What is remembered, by its key without the prefix. */
  const kept = (found, prefix) =>
    Object.fromEntries(
      found.flatMap(([key, , entry]) => (entry ? [[key.slice(prefix.length), entry]] : [])),
    );

  /** Everything that is remembered, as a file carries it. */
  const carried = () => ({
    book: sheet.dataset.book,
    name: name.value.trim(),
    entries: kept(questions(), PREFIX),
    puzzles: kept(puzzles(), PUZZLE),
  });

  const STYLE = `
    body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif; }
    ol { margin: 0; padding-inline-start: 1.5rem; } li { margin-block: 1rem; break-inside: avoid; }
    ol > li:not([data-answered]) { display: none; } ul { margin: 0; padding-inline-start: 1.5rem; }
    ul li { margin-block: 0.25rem; } p, dl { margin-block: 0.25rem; }
    h2 { margin-block: 1.25rem 0; font-size: 1.1rem; break-after: avoid; } small { font-weight: normal; }
    dl div { display: flex; gap: 0.5rem; } dt { flex: none; width: 4.5rem; }
    dd { margin: 0; font-weight: bold; }
    svg { width: 13rem; } polyline { fill: none; stroke: black; stroke-width: 2; }`;

  /** A page of its own: who, when, the answers, and what this page can read again. */
  function asPage() {
    const content = carried();
    const page = document.implementation.createHTMLDocument(`${content.book}: answers`);
    page.documentElement.lang = document.documentElement.lang;
    const when = new Date().toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    const data = h("script", { type: "application/json", id: CARRIED });
    data.textContent = JSON.stringify(content).replaceAll("<", "\\u003c");
    page.head.prepend(h("meta", { charset: "utf-8" }));
    page.head.append(
      h("meta", { name: "viewport", content: "width=device-width" }),
      h("style", {}, STYLE),
    );
    page.body.append(
      h("h1", {}, `${content.book}: answers`),
      h("p", {}, h("b", {}, content.name || "no name given"), `, saved on ${when}`),
      h("p", {}, count.textContent),
    );
    for (const chapter of sheet.querySelectorAll("[data-chapter]")) {
      const copy = chapter.cloneNode(true);
      for (const link of copy.querySelectorAll("a")) link.replaceWith(link.textContent);
      page.body.append(copy);
    }
    page.body.append(data);
    return `<!DOCTYPE html>\n${page.documentElement.outerHTML}\n`;
  }

  function save() {
    const who = name.value.trim().replace(/[^\p{L}\p{N}]+/gu, "-");
    const url = URL.createObjectURL(new Blob([asPage()], { type: "text/html" }));
    h("a", { href: url, download: `answers${who ? `-${who}` : ""}.html` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    told.textContent = "Saved where your browser puts downloads.";
  }

  /** Take over what a file carries; what was said in this tab stays. @param {string} text */
  function take(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    let content;
    try {
      content = JSON.parse(page.getElementById(CARRIED)?.textContent ?? "null");
    } catch {}
    if (content?.book !== sheet.dataset.book || typeof content.entries !== "object") {
      return "This file holds no answers of this book: it takes what “Save as a file” has written.";
    }
    /** @returns how many were taken; files from before puzzles were listed have none */
    function bring(found, prefix, given, readable) {
      let taken = 0;
      for (const [key, , present] of found) {
        const text = JSON.stringify(given?.[key.slice(prefix.length)]);
        if (present || !readable(text)) continue;
        tab?.setItem(key, text);
        taken += 1;
      }
      return taken;
    }
    const answers = bring(questions(), PREFIX, content.entries, read);
    const riddles = bring(puzzles(), PUZZLE, content.puzzles, readPuzzle);
    if (isText(content.name) && !name.value) keepName(content.name);
    const also = riddles ? ` and ${riddles} ${riddles === 1 ? "puzzle" : "puzzles"}` : "";
    return `Brought from the file: ${answers} ${answers === 1 ? "answer" : "answers"}${also}.`;
  }

  /** @param {string} text */
  function keepName(text) {
    name.value = text;
    try {
      tab?.setItem(NAME, text);
    } catch {
      // Full: then it is kept on this page alone.
    }
  }

  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      told.textContent = take(await chosen.text());
    } catch (error) {
      told.textContent = `This file cannot be read (${error.message}).`;
    }
    file.value = "";
    show();
  });
  name.addEventListener("input", () => keepName(name.value));
  const acts = { print: () => print(), save, open: () => file.click() };
  sheet.addEventListener("click", ({ target }) => acts[target.dataset?.do]?.());

  name.value = tab?.getItem(NAME) ?? "";
  if (!tab) told.textContent = "This browser keeps nothing for this page, so it stays empty.";
  show();
  addEventListener("pageshow", ({ persisted }) => persisted && show());
})();
