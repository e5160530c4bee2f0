// tell.js: sentences about the city: a node's state, an event, what just happened.

import { checkName } from "../../app/verdicts.js";
import { duration, fillIn, has, humanise, number, systemTitle, systemWord, t, virtualTime } from "../../app/words.js";
import { DISPATCHER, shortName } from "./geometry.js";
import { beliefWord, mistaken, truthWord } from "./state.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

/**
 * A node as people call it: "B Harbour", "the dispatcher".
 * @param {Model} model
 * @param {number} node
 */
export function nodeLabel(model, node) {
  if (node === DISPATCHER) return t("desk.the");
  const kitchen = model.kitchens.get(node);
  if (kitchen) return t("kitchen.label", { letter: kitchen.letter, name: shortName(kitchen.name) });
  const last = (model.plan?.node_names.length ?? 0) - 1;
  return node === last ? t("customers") : model.nodeName(node);
}

/**
 * Everything the picture shows of a node, in words.
 * @param {Model} model
 * @param {number} node
 */
export function nodeSentence(model, node) {
  if (node === DISPATCHER) {
    return t("desk.sentence", {
      state: t(truthWord(model.dispatcher.truth)),
      open: number(model.dispatcher.open),
      waiting: number(model.dispatcher.waiting),
    });
  }
  const kitchen = model.kitchens.get(node);
  if (!kitchen) return model.nodeName(node);
  const sentence = t("kitchen.sentence", {
    letter: kitchen.letter,
    name: shortName(kitchen.name),
    state: t(truthWord(kitchen.truth)),
    cooking: kitchen.cooking,
    pending: kitchen.pending,
    capacity: kitchen.capacity,
    believed: kitchen.believed,
  });
  if (!mistaken(kitchen.truth, kitchen.belief)) return sentence;
  return `${sentence} ${t("kitchen.mistaken", { belief: t(beliefWord(kitchen.belief)) })}`;
}

/**
 * What the places of an event's sentence stand for.
 * @param {Model} model
 * @param {EventRow} event
 */
function values(model, event) {
  const note = model.system?.notes.find((known) => known.name === event.kind);
  /** @type {Record<string, unknown>} */
  const known = {
    node: nodeLabel(model, event.node),
    peer: nodeLabel(model, event.peer),
    order: event.subject,
    subject: event.subject,
  };
  event.args.forEach((value, index) => {
    const name = note?.args?.[index];
    if (name === "check") known.check = checkName(model.system?.checks[value]?.name ?? "");
    else if (name) known[name] = /^(source|target)$/.test(name) ? nodeLabel(model, value) : number(value);
  });
  return known;
}

/**
 * An event in words: the system's table first, the kind's own name as a last resort.
 * @param {Model} model
 * @param {EventRow} event
 */
export function eventText(model, event) {
  if (event.kind === "setting_changed") return settingText(model, event);
  if (event.kind === "rush") return t("said.rush_event", rushValues(model, event));
  const sentence = systemWord("notes", event.kind);
  if (sentence) return capital(fillIn(sentence, values(model, event)));
  const who = event.peer >= 0 ? event.peer : event.node;
  return capital(`${humanise(event.kind)} ${who >= 0 ? nodeLabel(model, who) : ""}`.trim());
}

/**
 * A rush as people speak of it: the note carries percent and milliseconds.
 * @param {Model} model
 * @param {EventRow} event
 */
function rushValues(model, event) {
  const [district, factor_pct, length_ms] = event.args;
  const factor = factor_pct / 100;
  return {
    where: model.plan?.districts[district]?.name ?? t("everywhere"),
    factor: number(factor, factor % 1 === 0 ? 0 : 2),
    length: length_ms % 1000 === 0 && length_ms < 120_000 ? `${length_ms / 1000} s` : duration(length_ms),
  };
}

/**
 * A change of a setting in the words of its field: the note carries only numbers.
 * @param {Model} model
 * @param {EventRow} event
 */
function settingText(model, event) {
  const setting = model.system?.settings[event.args[0]];
  if (!setting) return capital(humanise(event.kind));
  const raw = event.args[1];
  const choice = setting.choices?.[raw];
  let value = `${number(raw / 10 ** setting.decimals, setting.decimals)} ${setting.unit}`.trim();
  if (setting.kind === "switch") value = t(raw === 0 ? "switch.off" : "switch.on");
  if (choice) value = systemTitle("choices", choice) ?? humanise(choice);
  return t(
    "events.setting",
    { setting: systemTitle("settings", setting.key) ?? humanise(setting.key), value },
  );
}

/**
 * The same in few words, for a list in a hall: what comes before the first colon.
 * @param {Model} model
 * @param {EventRow} event
 */
export function eventShort(model, event) {
  const key = `short.${event.kind}`;
  if (event.kind === "rush") return t(key, rushValues(model, event));
  if (has(key)) return capital(t(key, values(model, event)));
  const text = eventText(model, event);
  return event.kind === "setting_changed" ? text : text.split(/[:;]/)[0];
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The tone of an event, for its glyph.
 * @param {string} kind
 */
export function eventTone(kind) {
  if (/crash|cut|lost|halt|violat|isolat|partition/.test(kind)) return "down";
  if (/suspect|eject|slow|overload|refused|rush|paused|missing|torn|skew/.test(kind)) return "slow";
  if (/hand|recover|restart|register|join|open|migrat/.test(kind)) return "moving";
  return "serving";
}

/** @param {EventRow} event */
export function eventTime(event) {
  return virtualTime(event.t_us, 1);
}
