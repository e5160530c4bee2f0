// actions.js: the council's own part of the bar: orders for the book, hand-over of the lead, who is a
// member.

import { el } from "../../app/dom.js";
import { menuEntry } from "../../app/menu.js";
import { sayNote, sayStatus } from "../../app/say.js";
import { changeSetting, sendInput } from "../../app/steer.js";
import { number, t } from "../../app/words.js";

/** @typedef {import("./model.js").CouncilModel} Model */

const ORDERS_AT_ONCE = 3;
const LOADS = [0, 10, 50, 200, 1000]; /* operations a second */
const PRICE_SPAN = 90; /* what is written are prices of two digits, from 10 on */

/**
 * @param {Model} model
 * @returns {import("../../app/ring/bar.js").Action[]}
 */
export function ownActions(model) {
  return [
    { id: "orders", icon: "order", entries: () => orderEntries(model) },
    { id: "transfer", icon: "handover", entries: () => transferEntries(model) },
    { id: "members", icon: "person", entries: () => memberEntries(model) },
  ];
}

let written = 0; /* by hand, so that each goes to another line of the book */

/**
 * Some orders, asked one after the other as customers do.
 * @param {Model} model
 * @param {number} count
 */
export async function placeOrders(model, count) {
  const keys = model.plan?.keys ?? [];
  for (let i = 0; i < count && keys.length > 0; i += 1) {
    written += 1;
    const stored = await sendInput(model, {
      type: "kv.put", key: keys[written % keys.length], value: 10 + (written % PRICE_SPAN),
    });
    if (!stored) return;
  }
  sayStatus(t("said.orders", { count }));
}

/** @param {Model} model */
function orderEntries(model) {
  const now = Number(model.run?.settings.ops_per_s ?? 0);
  return [
    menuEntry({ icon: "order", text: t("orders.three"), run: () => void placeOrders(model, ORDERS_AT_ONCE) }),
    document.createElement("hr"),
    el("h3", null, t("orders.load")),
    ...LOADS.map((load) => menuEntry({
      text: load === 0 ? t("orders.none") : t("orders.rate", { count: number(load) }),
      checked: load === now,
      run: () => void changeSetting(model, "ops_per_s", load),
    })),
  ];
}

/**
 * Admin wishes go to whoever leads.
 * @param {Model} model
 * @param {Record<string, unknown>} input
 */
function askLeader(model, input) {
  const [leader] = model.leaders();
  if (!leader) {
    sayNote(t("why.no_leader"));
    return;
  }
  void sendInput(model, { ...input, node: model.nodeName(leader.node) });
}

/** @param {Model} model */
function transferEntries(model) {
  const [leader] = model.leaders();
  const why = leader ? null : t("why.no_leader");
  const others = [...model.servers.keys()].filter((node) => node !== leader?.node);
  return [
    menuEntry({
      icon: "dice", text: t("transfer.anybody"), why, run: () => askLeader(model, { type: "raft.transfer", to: -1 }),
    }),
    ...others.map((node) => menuEntry({
      icon: "handover",
      text: t("transfer.to", { letter: model.nodeLetter(node), name: model.title(node) }),
      why,
      run: () => askLeader(model, { type: "raft.transfer", to: node }),
    })),
    document.createElement("hr"),
    menuEntry({ icon: "keep", text: t("transfer.image"), why, run: () => askLeader(model, { type: "raft.snapshot" }) }),
  ];
}

/** @param {Model} model */
function memberEntries(model) {
  const [leader] = model.leaders();
  const voters = model.voters();
  return [...model.servers.keys()].map((node) => {
    const bit = 2 ** node;
    const member = Math.floor(voters / bit) % 2 === 1;
    const last = member && voters === bit;
    return menuEntry({
      icon: member ? "minus" : "plus",
      text: t(member ? "members.remove" : "members.add", { letter: model.nodeLetter(node), name: model.title(node) }),
      why: leader ? (last ? t("why.last_member") : null) : t("why.no_leader"),
      run: () => askLeader(model, { type: "raft.members", voters_mask: member ? voters - bit : voters + bit }),
    });
  });
}
