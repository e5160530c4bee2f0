// kitchens.js: what the system "kitchens" puts into the rooms of the page.

import { byId } from "../../app/dom.js";
import { crashOrRestart } from "../../app/faults.js";
import { sayNote } from "../../app/say.js";
import { isInteresting } from "../../app/tell.js";
import { t } from "../../app/words.js";
import { mountActions } from "./actions.js";
import { mountCaption } from "./caption.js";
import { busyChart, migrationsChart, responseChart, throughputChart, waitingChart } from "./charts.js";
import { comparePresets, light, mountPairStage, nodeWords, PAIR_CHARTS, pairFigures } from "./compare.js";
import { mountControls, whyIdle } from "./controls.js";
import { diagramWords } from "./diagram.js";
import { explainOrder } from "./explain.js";
import { nodesOf } from "./faults.js";
import { FIGURES, ordersSoFar } from "./figures.js";
import { CityModel } from "./model.js";
import { MOMENTS } from "./moments.js";
import { mountMine, mountOrdering } from "./orders.js";
import { spansOf } from "./spans.js";
import { Stage } from "./stage.js";
import { LOOKS } from "../../app/stage/looks.js";
import { eventShort, eventText, eventTone } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

/** Until what a lecturer lets the city run, in words of the page. */
const UNTILS = /** @type {const} */ ([
  ["late", "first(response_ms > 5000)"],
  ["suspected", "kitchen_suspected"],
  ["handover", "handover_accepted"],
  ["overloaded", "kitchen_overloaded"],
  ["waiting", "waiting >= 10"],
  ["lost", "orders_lost > 0"],
]);

/** @type {import("../../app/types").SystemPart} */
export const part = { Model: CityModel, moments: MOMENTS, whyIdle, mount, mountFrame };

/**
 * @param {Model} model
 * @param {import("../../app/types").PageHands} hands
 * @returns {import("../../app/types").Mounted}
 */
function mount(model, hands) {
  const explain = (/** @type {number} */ order) => void explainOrder(model, order, hands.showCauses);
  const stage = new Stage(byId("stage"), model, explain);
  const setMode = stage.setMode.bind(stage);
  const actions = mountActions(byId("actions"), model, { setMode, verify: hands.verify });
  mountControls(byId("controls"), model, { setMode, explain });
  mountCaption(byId("caption"), model);
  mountMine(byId("mine"), model, explain);
  mountOrdering(byId("ordering"), model);
  const choose = (/** @type {EventRow} */ event) => {
    hands.chooseEvent(event);
    const node = event.peer > 0 && model.kitchens.has(event.peer) ? event.peer : event.node;
    if (model.kitchens.has(node) || node === 0) model.select(node);
    if (event.subject >= 0) explain(event.subject);
  };
  const untils = UNTILS.map(([id, condition]) => ({ text: t(`until.${id}`), condition }));
  return {
    figures: FIGURES,
    charts: [
      [responseChart(), throughputChart(), waitingChart(), migrationsChart()],
      [busyChart(), waitingChart(), migrationsChart(), throughputChart()],
    ],
    eventWords: {
      text: (/** @type {EventRow} */ event) => eventText(model, event),
      short: (/** @type {EventRow} */ event) => eventShort(model, event),
      interesting: (/** @type {EventRow} */ event) => isInteresting(model, event),
      tone: eventTone,
      icon: (/** @type {string} */ kind) => LOOKS[/** @type {keyof typeof LOOKS} */ (eventTone(kind))].icon,
      choose,
      causes: (/** @type {EventRow} */ event) => hands.showCauses({ event: event.event }),
    },
    timelineWords: timelineWords(model, hands.chooseEvent),
    untils,
    verdictHow: {
      operations: ordersSoFar,
      choose: (first, _last, subject) => {
        const event = model.events.find((one) => one.event >= first);
        if (event) hands.chooseEvent(event);
        if (subject !== null) explain(subject);
      },
      causes: (subject, first) =>
        hands.showCauses(subject === null ? { event: first } : { subject }),
    },
    diagramWords: diagramWords(model, explain),
    sides: pairParts(untils),
    keys: kitchenKeys(model, actions, setMode),
  };
}

/**
 * @param {Model} model
 * @param {(event: EventRow) => void} choose
 */
function mountFrame(model, choose) {
  new Stage(byId("stage"), model, () => {});
  mountCaption(byId("caption"), model);
  return {
    timelineWords: timelineWords(model, choose),
    verdictHow: { operations: ordersSoFar, choose: () => {} },
  };
}

/**
 * What the kitchens put into the room of two runs side by side.
 * @param {{text: string, condition: string}[]} untils
 */
function pairParts(untils) {
  return {
    mountStage: (/** @type {HTMLElement} */ root, /** @type {Model} */ side) => {
      mountPairStage(root, side, (which, order) => void explainOrder(which, order));
    },
    timelineWords: (/** @type {Model} */ front) => timelineWords(front, () => {}),
    nodeWords,
    light,
    figures: pairFigures(),
    charts: PAIR_CHARTS,
    untils,
    presets: comparePresets,
  };
}

/**
 * How the timeline shows events, and what happens when one is pressed.
 * @param {Model} model
 * @param {(event: EventRow) => void} choose
 */
function timelineWords(model, choose) {
  return {
    load: "offered_per_min",
    interesting: (/** @type {EventRow} */ event) => isInteresting(model, event),
    span: spansOf(model),
    text: (/** @type {EventRow} */ event) => eventShort(model, event),
    tone: eventTone,
    choose,
  };
}

/** @param {Model} model */
async function crashChosen(model) {
  if (model.selection === null) sayNote(t("why.none_chosen"));
  else await crashOrRestart(model, nodesOf(model), model.selection);
}

/**
 * @param {Model} model
 * @param {ReturnType<typeof mountActions>} actions
 * @param {(mode: {kind: "cut"} | {kind: "look"}) => void} setMode
 */
function kitchenKeys(model, actions, setMode) {
  return {
    node: (/** @type {KeyboardEvent} */ { key }) => {
      if (model.kitchens.has(Number(key))) model.select(model.selection === Number(key) ? null : Number(key));
    },
    dispatcher: () => model.select(model.selection === 0 ? null : 0),
    escape: () => {
      setMode({ kind: "look" });
      model.select(null);
      model.setFocus(null);
    },
    rush: actions.rush,
    order: actions.order,
    policy: actions.policy,
    handover: actions.handover,
    break: actions.break,
    cut: () => setMode({ kind: "cut" }),
    heal: actions.heal,
    verify: actions.verify,
    csv: actions.csv,
    crash: () => void crashChosen(model),
  };
}
