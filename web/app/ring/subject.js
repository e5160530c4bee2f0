// subject.js: one operation of a client, as the ledger knows it, and the way to its causes.

import { api } from "../api.js";
import { el, fill, icon } from "../dom.js";
import { openDialog, table } from "../menu.js";
import { report } from "../steer.js";
import { has, humanise, listWord, number, t } from "../words.js";

/** Fields whose number is a node's. */
const NODES = /^(server|replica|kitchen|cook)$/;

/**
 * One operation, as the ledger knows it.
 * @param {import("../model.js").Model} model
 * @param {number} subject
 * @param {import("../types").PageHands["showCauses"]} showCauses
 */
export async function explainSubject(model, subject, showCauses) {
  const run = model.run?.run ?? "";
  const { dialog, body } = openDialog("explain", t("subject.title", { subject }));
  try {
    const known = await api.subject(run, subject, model.replay?.inPast ? model.replay.cursor_us / 1000 : undefined);
    const rows = Object.entries(known).filter(([, value]) => typeof value !== "object").map(([name, value]) => [
      nameWords(name), valueWords(model, name, value),
    ]);
    fill(body, table(t("subject.title", { subject }), [t("subject.what"), t("subject.value")], rows),
      el("div.row", null, el("button", { type: "button", onclick: () => {
        dialog.close();
        showCauses({ subject });
      } }, icon("spacetime"), t("spacetime.show"))));
  } catch (error) {
    dialog.close();
    report(error);
  }
}

/** @param {string} name of a field of the ledger */
function nameWords(name) {
  const [, plain, place] = /^(.*?)_?(\d*)$/.exec(name) ?? ["", name, ""];
  const key = `what.${plain}`;
  return `${has(key) ? t(key) : humanise(plain)} ${place}`.trim();
}

/**
 * @param {import("../model.js").Model} model
 * @param {string} name
 * @param {string | number | boolean} value
 */
function valueWords(model, name, value) {
  if (typeof value === "boolean") return t(`what.${value}`);
  if (typeof value === "string") return listWord(value) ?? humanise(value);
  if (NODES.test(name)) return model.nodeName(value);
  return number(value, value % 1 === 0 ? 0 : 3);
}
