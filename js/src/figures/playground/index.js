/** Playground: whole trained networks, the reader's own picture, and every gate in reach. */

import { undoByKeys } from "../../desk/steps.js";
import { engineFor, firstUse } from "../../engine/here.js";
import { widget } from "../../widget.js";
import { addressing } from "./address.js";
import { answering } from "./answering.js";
import { asker } from "./asker.js";
import { model as modelOf } from "./model.js";
import { scene, stored } from "./scene.js";
import { compared } from "../../desk/compared.js";
import { problem } from "./state.js";
import { stopwatch } from "./stopwatch.js";
import { view as viewOf } from "./view.js";
import * as WORDS from "../../words/playground.js";

/** @typedef {import("./model.js").Changed} Changed */
/** @typedef {import("./model.js").Manifest} Manifest */
/** @typedef {import("../../widget.js").Context<Manifest, {state: Changed}>} Context */
/** @typedef {import("./view.js").Acts} Acts */

/** What the reader does, and the view in which that is done. @param {Context} context @param {ReturnType<typeof scene>} world @param {ReturnType<typeof stopwatch>} watch */
function handling({ root, manifest, get, set, parts }, world, watch) {
  const model = modelOf(manifest, get("state"));
  const now = () => model.whole(get("state"));

  /** @param {Changed} state */
  function jump(state) {
    watch.restart();
    set({ state });
  }
  /** @type {Acts} */
  const acts = {
    change(parts, tag = "") {
      const next = model.step(now(), parts, tag, performance.now());
      if ("wrong" in next) {
        view.complain(WORDS.noFurther(next.wrong));
        return;
      }
      view.complain("");
      watch.start();
      set({ state: next.changed });
    },
    undo: () => jump(model.past.undo()),
    redo: () => jump(model.past.redo()),
    reset() {
      view.complain("");
      if (!Object.keys(get("state")).length) return;
      model.past.record({}, "", 0);
      jump({});
    },
    href: () => links.share(now()),
    adopt(title, picture) {
      world.adopt(title, picture);
      acts.change({ source: "own", strokes: [] });
    },
    complain: (text) => view.complain(text),
  };
  const view = viewOf(manifest, model, root, now, acts, parts);
  const links = addressing(manifest, view);
  undoByKeys(root, acts);
  return {
    now,
    view,
    links,
    undo: acts.undo,
    depth: model.past.depth,
    href: () => links.address(now()),
    /** A state that the text names, or a tour. @param {{state: Changed}} named @param {string} [tag] of steps that are one */
    go({ state }, tag = "") {
      view.complain("");
      const news = JSON.stringify(state) !== JSON.stringify(get("state"));
      if (news) model.past.record(state, tag, performance.now());
      jump(state);
    },
    /** @param {unknown} linked from the address */
    arrive(linked) {
      const { changed, complaint } = model.arrive(linked, world.own() !== undefined);
      view.complain(complaint);
      if (!changed) return;
      jump(changed);
      root.scrollIntoView({ block: "start" });
    },
  };
}

export default widget(
  "playground",
  (/** @type {Manifest} */ manifest) => ({ state: (value) => problem(value, manifest) }),
  (/** @type {Context} */ context) => {
    const { root, manifest, arrays, say, model: wire, experimental, signal } = context;
    root.classList.add("scse-long");
    const world = scene(manifest, arrays);
    const watch = stopwatch();
    const { now, view, links, undo, depth, href, go, arrive } = handling(context, world, watch);
    const { engine, inPage } = engineFor({
      model: wire,
      experimental,
      signal,
      networks: Object.fromEntries(
        Object.values(manifest.networks).map(({ file, blocks }) => [file, blocks]),
      ),
      tell: view.tell,
      onReturn: () => update(),
      onLoad: view.load,
    });
    const use = firstUse({ root, experimental, signal, begin: update });
    view.tell(use.waiting);
    const show = answering({
      networks: asker(engine, manifest, arrays, world.example),
      stored: (state) => stored(manifest, arrays, state),
      view,
      watch,
      root,
      say,
      use,
      measure(shown) {
        const { state, picture } = shown;
        const classes = manifest.classes.length;
        context.measure(compared(classes, shown, picture.label, state.edits));
      },
    });
    view.share.hidden = !inPage; // elsewhere the address is not ours
    if (inPage) links.follow(arrive, signal);

    function update() {
      const state = now();
      if (Object.keys(context.get("state")).length) use.mark(); // by the reader, or by a link
      const picture = world.picture(state);
      view.choose(state, picture, world.own());
      if (inPage) links.write(state);
      show(state, picture);
    }
    return { update, arrive: go, undo, depth, href, key: links.key, place: view.place };
  },
);
