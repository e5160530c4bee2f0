// subject.js: one operation of a client, as the ledger knows it, and the way to its causes.

import { api } from "../api.js";
import { el, fill, icon } from "../dom.js";
import { openDialog, table } from "../menu.js";
import { report } from "../steer.js";
import { humanise, number, systemTitle, t } from "../words.js";

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
      humanise(name), typeof value === "number" ? number(value, value % 1 === 0 ? 0 : 3) : words(String(value)),
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

/** @param {string} value */
function words(value) {
  return systemTitle("results", value) ?? systemTitle("levels", value) ?? humanise(value);
}
