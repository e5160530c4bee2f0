// tell.js: events in sentences, for every system: its own table of words first, then the host's; the
// kind's own name as a last resort.

import { language } from "./language.js";
import { checkName } from "./promises.js";
import { deviceFault } from "./spans.js";
import { capital, fillIn, has, humanise, number, systemTitle, systemWord, t, unitWord } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {(node: number) => string} Label how people call a node
 */

/**
 * What the places of an event's sentence stand for.
 * @param {Model} model
 * @param {EventRow} event
 * @param {Label} label
 */
export function eventValues(model, event, label) {
  const note = model.system?.notes.find((known) => known.name === event.kind);
  /** @type {Record<string, unknown>} */
  const known = { node: label(event.node), peer: label(event.peer), order: event.subject, subject: event.subject };
  event.args.forEach((value, index) => {
    const name = note?.args?.[index];
    if (name === "check") known.check = checkName(model.system?.checks[value]?.name ?? "");
    else if (name) known[name] = /^(source|target)$/.test(name) ? label(value) : number(value);
  });
  return known;
}

/**
 * An event in words.
 * @param {Model} model
 * @param {EventRow} event
 * @param {Label} label
 * @param {Record<string, unknown>} [more] values that the system knows better
 */
export function eventSentence(model, event, label, more = {}) {
  if (event.kind === "setting_changed") return settingSentence(model, event);
  if (isDevice(event)) return deviceSentence(model, event, label);
  const sentence = systemWord("notes", event.kind);
  if (sentence) return capital(fillIn(sentence, { ...eventValues(model, event, label), ...more }));
  const who = event.peer >= 0 ? event.peer : event.node;
  return capital(`${humanise(event.kind)} ${who >= 0 ? label(who) : ""}`.trim());
}

/**
 * A note that the server tells of, in the language of the viewer; its own sentence is English.
 * @param {Model} model
 * @param {import("./types").CauseNote} note
 */
export function noteText(model, { name, text, subject = -1, node, peer, args }) {
  if (language() === "en") return text;
  const at = (/** @type {string | null | undefined} */ one) => model.plan?.node_names.indexOf(one ?? "") ?? -1;
  const event = { event: 0, cause: 0, t_us: 0, kind: name, node: at(node), peer: at(peer), subject, args };
  return eventSentence(model, event, (one) => model.nodeName(one));
}

/**
 * The same in few words, for a list in a hall: its own short form, else what comes before the first
 * colon.
 * @param {Model} model
 * @param {EventRow} event
 * @param {Label} label
 * @param {Record<string, unknown>} [more]
 */
export function eventBrief(model, event, label, more = {}) {
  if (isDevice(event)) return deviceSentence(model, event, label);
  const key = `short.${event.kind}`;
  if (has(key)) return capital(t(key, { ...eventValues(model, event, label), ...more }));
  const text = eventSentence(model, event, label, more);
  return event.kind === "setting_changed" ? text : text.split(/[:;]/)[0];
}

/**
 * A change of a setting in the words of its field: the note carries only numbers.
 * @param {Model} model
 * @param {EventRow} event
 */
function settingSentence(model, event) {
  const setting = model.system?.settings[event.args[0]];
  if (!setting) return capital(humanise(event.kind));
  const raw = event.args[1];
  const choice = setting.choices?.[raw];
  const amount = raw / 10 ** setting.decimals;
  let value = `${number(amount, setting.decimals)} ${unitWord(setting.unit, amount)}`.trim();
  if (setting.kind === "switch") value = t(raw === 0 ? "switch.off" : "switch.on");
  if (choice) value = systemTitle("choices", choice) ?? humanise(choice);
  return t(
    "events.setting",
    { setting: systemTitle("settings", setting.key) ?? humanise(setting.key), value },
  );
}

/** @param {EventRow} event a fault of a disk or of a clock? Its note has only the number of the fault. */
const isDevice = ({ kind }) => kind === "disk_set" || kind === "clock_set";

/** @param {Model} model @param {EventRow} event @param {Label} label */
function deviceSentence(model, event, label) {
  const { name, over } = deviceFault(model, event);
  const fault = systemWord("faults", name)?.name ?? humanise(name);
  return t(over ? "events.device_over" : "events.device", { fault, node: label(event.node) });
}

/**
 * Is this event a mark on charts and timeline?
 * @param {Model} model
 * @param {EventRow} event
 */
export function isInteresting(model, event) {
  return model.system?.notes.some((note) => note.name === event.kind && note.interesting) ?? false;
}

/**
 * What stands as lines in every chart, as short as can be.
 * @param {Model} model
 * @param {(event: EventRow) => string} letter of whom it is about
 * @param {(kind: string) => string} tone
 */
export function chartMarks(model, letter, tone) {
  return model.events
    .filter((event) => isInteresting(model, event) && has(`mark.${event.kind}`))
    .map((event) => ({
      t_s: event.t_us / 1e6,
      text: t(`mark.${event.kind}`, { letter: letter(event) }).trim(),
      tone: tone(event.kind),
    }));
}
