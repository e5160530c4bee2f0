// policies.js: names of the policies, and their choice.

import { menuEntry } from "../../app/menu.js";
import { changeSetting } from "../../app/steer.js";
import { humanise, systemTerm, systemTitle, t } from "../../app/words.js";

/** @typedef {import("./model.js").CityModel} Model */

/** @param {string} policy */
export function policyName(policy) {
  return systemTitle("choices", policy) ?? humanise(policy);
}

/**
 * The policies that the server offers.
 * @param {Model} model
 */
export function policies(model) {
  return model.system?.settings.find((setting) => setting.key === "policy")?.choices ?? [];
}

/**
 * @param {Model} model
 * @param {() => void} compare the two policies of the first comparison
 */
export function policyEntries(model, compare) {
  const current = model.run?.settings.policy;
  return [
    ...policies(model).map((policy) =>
      menuEntry({
        text: policyName(policy),
        second: systemTerm("choices", policy) ?? undefined,
        checked: policy === current,
        run: () => void changeSetting(model, "policy", policy),
      })),
    document.createElement("hr"),
    menuEntry({ icon: "compare", text: t("compare.policies"), run: compare }),
  ];
}
