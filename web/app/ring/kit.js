// kit.js: what all systems of a small cluster put into the rooms of the page, made of what one such
// system says of itself.

import { byId } from "../dom.js";
import { crashOrRestart } from "../faults.js";
import { ask } from "../question.js";
import { sayNote } from "../say.js";
import { valueName } from "../side_names.js";
import { spansOf } from "../spans.js";
import { LOOKS } from "../stage/looks.js";
import { eventBrief, eventSentence, isInteresting } from "../tell.js";
import { has, humanise, systemWord, t } from "../words.js";
import { RingStage } from "./stage.js";
import { explainSubject } from "./subject.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../types").EventRow} EventRow
 * @typedef {import("../types").Mounted} Mounted
 * @typedef {import("../types").PageHands} PageHands
 * @typedef {import("../stage/looks.js").Tone} Tone
 * @typedef {import("./stage.js").Look} Look
 * @typedef {{
 *   look(model: Model): Look,
 *   tone(kind: string): Tone,
 *   more(model: Model, event: EventRow): Record<string, unknown>,
 *   load: string,
 *   operations(model: Model): number,
 *   spans: import("../types").SpanRule[],
 *   pairFigures: string[],
 *   pairCharts: import("../pair_chart.js").What[],
 *   questions(model: Model): import("../question.js").Question[],
 *   untils: [string, string][],
 * }} Cluster more: values in sentences that the system knows better; load: the column of the metrics
 *   that says how much was asked for; questions: two runs side by side are offered for each; untils:
 *   ids of words, and conditions
 */

/**
 * Texts of events, for every room.
 * @param {Model} model
 * @param {Cluster} cluster
 */
export function tellers(model, cluster) {
  const look = cluster.look(model);
  return {
    text: (/** @type {EventRow} */ event) => eventSentence(model, event, look.label, cluster.more(model, event)),
    short: (/** @type {EventRow} */ event) => eventBrief(model, event, look.label, cluster.more(model, event)),
  };
}

/**
 * @param {Model} model
 * @param {Cluster} cluster
 * @param {(event: EventRow) => void} choose
 */
export function timelineWords(model, cluster, choose) {
  return {
    load: cluster.load,
    interesting: (/** @type {EventRow} */ event) => isInteresting(model, event),
    span: spansOf(model),
    text: tellers(model, cluster).short,
    tone: cluster.tone,
    choose,
  };
}

/**
 * The rooms that all such systems fill alike.
 * @param {Model} model
 * @param {PageHands} hands
 * @param {Cluster} cluster
 * @returns {Omit<Mounted, "figures" | "charts" | "keys">}
 */
export function mountedOf(model, hands, cluster) {
  const { text, short } = tellers(model, cluster);
  const explain = (/** @type {number} */ subject) => void explainSubject(model, subject, hands.showCauses);
  const choose = (/** @type {EventRow} */ event) => {
    hands.chooseEvent(event);
    if (cluster.look(model).nodes().includes(event.node)) model.select(event.node);
    if (event.subject > 0) explain(event.subject);
  };
  const untils = cluster.untils.map(([id, condition]) => ({ text: t(`until.${id}`), condition }));
  return {
    eventWords: {
      text, short, choose,
      interesting: (event) => isInteresting(model, event),
      tone: cluster.tone,
      icon: (kind) => LOOKS[cluster.tone(kind)].icon,
      causes: (event) => hands.showCauses({ event: event.event }),
    },
    timelineWords: timelineWords(model, cluster, hands.chooseEvent),
    untils,
    verdictHow: {
      operations: cluster.operations,
      choose: (first, _last, subject) => {
        const event = model.events.find((one) => one.event >= first);
        if (event) hands.chooseEvent(event);
        if (subject !== null && subject > 0) explain(subject);
      },
      causes: (subject, first) => hands.showCauses(subject === null ? { event: first } : { subject }),
    },
    diagramWords: diagramWords(model, cluster, explain),
    sides: sidesOf(cluster, untils),
  };
}

/**
 * @param {Model} model
 * @param {Cluster} cluster
 * @param {(subject: number) => void} explain
 * @returns {import("../types").DiagramWords}
 */
function diagramWords(model, cluster, explain) {
  const look = cluster.look(model);
  const short = (/** @type {number} */ node) => look.label(node);
  const note = (/** @type {import("../types").DiagramNote} */ one) => {
    const event = { ...one, kind: one.name, cause: -1, args: [] };
    return eventBrief(model, event, look.label, {}).replace(/\s*[^\s{]*\{\w+\}.*$/, "");
  };
  return {
    rows: () => [...look.nodes(), ...(look.centre() < 0 ? [] : [look.centre()])].map((node) => ({ node, label: short(node) })),
    name: look.label,
    short,
    message: (type) => systemWord("messages", type) ?? humanise(type),
    look: look.look,
    note,
    mark: (one) => {
      const key = `mark.${one.name}`;
      return has(key) ? t(key, { letter: model.nodeLetter(one.node) }) : note(one);
    },
    tone: cluster.tone,
    subject: (subject) => t("subject.named", { subject }),
    only: () => t("subject.only"),
    explain,
    spans: cluster.spans,
  };
}

/**
 * @param {Cluster} cluster
 * @param {import("../until.js").Until[]} untils
 * @returns {Mounted["sides"]}
 */
function sidesOf(cluster, untils) {
  return {
    mountStage: (root, side) => {
      new RingStage(root, side, cluster.look(side), { looking: true });
    },
    timelineWords: (front) => timelineWords(front, cluster, () => {}),
    nodeWords: (model, node) => cluster.look(model).sentence(node),
    light: (model, side) => {
      if (!side) model.setFocus(null);
      else if (model.focus?.event !== side.event) {
        model.setFocus({
          event: side.event, node: side.node, from: -1, subject: side.subject ?? -1, t_us: side.t_ms * 1000,
          slice: new Set(),
        });
      }
    },
    figures: cluster.pairFigures.map((name) => ({ name, short: t(`strip.${name}`) })),
    charts: cluster.pairCharts,
    untils,
    presets: (model) => cluster.questions(model).map((question) => ({
      text: question.values.map((value) => valueName(question.setting, value)).join(" | "),
      run: () => void ask(model, question),
    })),
  };
}

/**
 * The stage alone, in a frame of another page.
 * @param {Model} model
 * @param {Cluster} cluster
 * @param {(event: EventRow) => void} choose
 * @returns {Pick<Mounted, "timelineWords" | "verdictHow">}
 */
export function mountRingFrame(model, cluster, choose) {
  new RingStage(byId("stage"), model, cluster.look(model), { looking: true });
  return {
    timelineWords: timelineWords(model, cluster, choose),
    verdictHow: { operations: cluster.operations, choose: () => {} },
  };
}

/**
 * What the keys do that mean the same for all such systems: a node, Escape, a cut, a crash, the bar.
 * @param {Model} model
 * @param {RingStage} stage
 * @param {Record<string, () => void>} actions of the bar
 * @returns {Mounted["keys"]}
 */
export function ringKeys(model, stage, { download, ...actions }) {
  return {
    ...actions,
    csv: download,
    node: ({ key }) => {
      const node = stage.look.nodes()[Number(key) - 1];
      if (node !== undefined) model.select(model.selection === node ? null : node);
    },
    escape: () => {
      model.select(null);
      model.setFocus(null);
    },
    cut: () => stage.setCutting(true),
    crash: () => {
      if (model.selection === null) sayNote(t("why.none_chosen"));
      else void crashOrRestart(model, stage.look, model.selection);
    },
  };
}
