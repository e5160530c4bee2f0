// diagram.js: the way to the space-time diagram: its button beside the transport, its keys, and its code,
// which is fetched when it is wanted for the first time.

import { el, icon } from "./dom.js";
import { report } from "./steer.js";
import { t } from "./words.js";

/** @typedef {import("./spacetime.js").Spacetime} Spacetime */

/**
 * @param {import("./model.js").Model} model
 * @param {import("./types").DiagramWords} words
 * @param {import("./spacetime.js").PageTime} time
 */
export function mountDiagram(model, words, time) {
  /** @type {Promise<Spacetime> | null} */
  let coming = null;
  /** @type {Spacetime | null} */
  let diagram = null;
  const use = async (/** @type {(diagram: Spacetime) => void} */ run) => {
    try {
      coming ??= import("./spacetime.js").then(({ openSpacetime }) => openSpacetime(model, words, time));
      diagram = await coming;
      if (!model.until.aborted) run(diagram);
    } catch (error) {
      coming = null;
      report(error);
    }
  };
  const toggle = () => void use((it) => it.toggle());
  const button = el("button", {
    type: "button", title: t("spacetime.open"), "aria-label": t("spacetime.open"), "aria-pressed": "false", onclick: toggle,
  }, icon("spacetime"));
  document.querySelector("#timeline .transport")?.append(button);
  model.on("room", () => button.setAttribute("aria-pressed", String(diagram?.isOpen ?? false)));
  model.on("look", () => { /* on a phone it is a tab, and opens itself once it is there */
    if (model.look.density === "phone" && document.documentElement.dataset.tab === "spacetime" && !coming)
      void use((it) => it.setOpen(true));
  });
  return {
    toggle,
    /** @param {boolean} open */
    setOpen: (open) => {
      if (open || coming) void use((it) => it.setOpen(open));
    },
    /**
     * @param {number} t_us
     * @param {number} last_us
     */
    showLast: (t_us, last_us) => use((it) => it.showLast(t_us, last_us)),
    /** @param {string} key */
    zoomKey: (key) => diagram?.zoomKey(key),
    /** @param {{event?: number, subject?: number}} what */
    showCauses: (what) => void use((it) => void it.showCauses(what)),
  };
}
