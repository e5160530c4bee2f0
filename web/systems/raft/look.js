// look.js: the council on the stage: a plate for each kitchen with its role (shape, word and border),
// its term, the ring of its patience and the end of its order book; the term in the middle.

import { el, token } from "../../app/dom.js";
import { NODE_FAULTS, SLOW_DISK } from "../../app/faults.js";
import { drawLeads, drawTableOf, HELD, lettersOf, SMALL, TEXT, TRUTHS, UP } from "../../app/ring/plates.js";
import { drawBadge, drawLetter, write } from "../../app/stage/drawing.js";
import { drawHouse } from "../../app/stage/house.js";
import { humanise, number, systemWord, t } from "../../app/words.js";
import { drawLog } from "./log.js";
import { ROLE, ROLES } from "./model.js";

/**
 * @typedef {import("./model.js").CouncilModel} Model
 * @typedef {import("./types").Server} Server
 * @typedef {import("../../app/stage/drawing.js").Box} Box
 * @typedef {import("../../app/stage/looks.js").Tone} Tone
 */

const REPLIES = new Set(["appended", "vote", "snapshot_taken", "reply", "answer"]);

/** @param {Server | undefined} server @returns {Tone} */
function toneOf(server) {
  if (!server || server.up === HELD) return "off";
  if (server.up !== UP || server.role === ROLE.OUT) return "down";
  return server.role === ROLE.FOLLOWER || server.role === ROLE.LEADER ? "serving" : "moving";
}

/** @param {Model} model @param {Server | undefined} server */
export function roleWord(model, server) {
  if (!server || server.up === 0) return t("role.closed");
  if (server.up === HELD) return t("role.paused");
  const member = model.voters() === 0 || Math.floor(model.voters() / 2 ** server.node) % 2 === 1;
  if (!member && server.role !== ROLE.LEADER) return t("role.guest");
  return t(`role.${ROLES[server.role] ?? "reading"}`);
}

/**
 * @param {Model} model
 * @returns {import("../../app/ring/stage.js").Look}
 */
export function councilLook(model) {
  const label = (/** @type {number} */ node) => (model.servers.has(node) ? model.title(node) : t("customers"));
  return {
    truthOf: (node) => TRUTHS[model.servers.get(node)?.up ?? 0],
    label,
    faultsOf: () => [...NODE_FAULTS, SLOW_DISK],
    nodes: () => [...model.servers.keys()],
    centre: () => model.servers.size,
    plate: { width: 246, height: 116, table: { width: 190, height: 104 } },
    drawPlate: (ctx, node, box, u, t_us) => drawServer(ctx, model, node, box, u, t_us),
    drawTable: (ctx, box, u) => drawTable(ctx, model, box, u),
    sentence: (node) => sentence(model, node),
    facts: (node) => facts(model, node),
    tone: (node) => toneOf(model.servers.get(node)),
    tile: (node) => {
      const server = model.servers.get(node);
      return {
        word: `${model.title(node)}: ${roleWord(model, server)}`,
        lines: server && isTold(server) ? [t("plate.term", { term: server.term }), t("tile.book", { commit: server.commit, last: server.last })] : [t("card.not_serving")],
      };
    },
    legend: () => ["confirmed", "open", "struck", "patience"].map((kind) =>
      el("span", null, el("i.entry", { "data-entry": kind }), t(`legend.${kind}`))),
    look: (type) => (REPLIES.has(type) ? "reply" : "request"),
    message: (type) => systemWord("messages", type) ?? humanise(type),
  };
}

/**
 * Is anything known of its term and book? A closed server tells nothing; what it told before still holds.
 * @param {Server} server
 */
function isTold(server) {
  return server.up !== 0 || server.term > 0;
}

/** @param {Model} model @param {number} node */
function sentence(model, node) {
  const server = model.servers.get(node);
  if (!server) return t("customers");
  const { term, commit, last } = server;
  return t(isTold(server) ? "server.sentence" : "server.sentence.closed", {
    letter: model.nodeLetter(node), name: model.title(node), role: roleWord(model, server), term, commit, last, open: last - commit,
  });
}

/** @param {Model} model @param {number} node @returns {[string, string][]} */
function facts(model, node) {
  const server = model.servers.get(node);
  if (!server) return [];
  const named = (/** @type {number} */ other) => (other < 0 ? t("card.nobody") : t("server.label", {
    letter: model.nodeLetter(other), name: model.title(other),
  }));
  const bits = (/** @type {number} */ mask) => lettersOf(model, model.servers.keys(), mask);
  if (server.up === 0) {
    return [
      [t("card.is"), roleWord(model, server)],
      [t("card.knows_now"), t("card.not_serving")],
      ...(isTold(server) ? [/** @type {[string, string]} */ ([t("card.before"), t("card.before_value", { term: server.term, commit: server.commit, last: server.last })])] : []),
    ];
  }
  return [
    [t("card.is"), roleWord(model, server)],
    [t("card.term"), number(server.term)],
    [t("card.leader"), named(server.leader)],
    [t("card.book"), t("card.book_value", { commit: server.commit, last: server.last })],
    [t("card.disk"), t("card.disk_value", { durable: server.durable, applied: server.applied })],
    [t("card.voters"), bits(server.voters) + (server.next > 0 ? ` → ${bits(server.next)}` : "")],
  ];
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {number} node
 * @param {Box} box
 * @param {number} u
 * @param {number} t_us
 */
function drawServer(ctx, model, node, box, u, t_us) {
  const server = model.servers.get(node);
  if (!server) return;
  const tone = toneOf(server);
  if (server.up === UP && server.role === ROLE.LEADER) drawLeads(ctx, box, u);
  drawHouse(ctx, box, tone, u, { place: node });
  drawLetter(ctx, model.nodeLetter(node), { x: box.x + 8 * u, y: box.y + 8 * u, width: 26 * u, height: 24 * u }, u);
  const ring = { x: box.x + box.width - 25 * u, y: box.y + 27 * u };
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width - 48 * u, box.height);
  ctx.clip();
  write(ctx, model.title(node), box.x + 41 * u, box.y + 27 * u, TEXT * u, 600, "--text");
  const word = write(ctx, roleWord(model, server), box.x + 9 * u, box.y + 55 * u, TEXT * u, 600, `--state-${tone}`);
  if (isTold(server)) write(ctx, t("plate.term", { term: server.term }), word + 9 * u, box.y + 55 * u, SMALL * u, 400, "--text-second");
  ctx.restore();
  if (tone === "down" || tone === "off") drawBadge(ctx, tone, ring.x, ring.y, u);
  else {
    drawPatience(ctx, server, ring, u, model.deadline(server, t_us) - t_us);
    drawRole(ctx, server.role, ring, u);
  }
  drawLog(ctx, server, { x: box.x + 9 * u, y: box.y + 64 * u, width: box.width - 18 * u, height: box.height - 71 * u }, u, t_us);
}

/**
 * How long it still waits before it stands for election: a ring that empties with virtual time.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Server} server
 * @param {{x: number, y: number}} at
 * @param {number} u
 * @param {number} left_us
 */
function drawPatience(ctx, server, at, u, left_us) {
  const r = 17 * u;
  ctx.lineWidth = 4 * u;
  ctx.strokeStyle = token("--grid");
  ctx.beginPath();
  ctx.arc(at.x, at.y, r, 0, 2 * Math.PI);
  ctx.stroke();
  if (server.role === ROLE.LEADER || server.role === ROLE.READING || server.wait_us <= 0) return;
  const left = Math.max(0, Math.min(1, left_us / server.wait_us));
  ctx.strokeStyle = token(left < 0.25 ? "--state-slow" : "--text-second");
  ctx.beginPath();
  ctx.arc(at.x, at.y, r, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * left);
  ctx.stroke();
}

/**
 * The role as a shape: a star leads, a dot follows, a triangle stands for election, hollow while it
 * only rehearses.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} role
 * @param {{x: number, y: number}} at
 * @param {number} u
 */
function drawRole(ctx, role, at, u) {
  ctx.fillStyle = token("--text");
  ctx.strokeStyle = token("--text");
  ctx.lineWidth = 2 * u;
  ctx.beginPath();
  if (role === ROLE.LEADER) {
    for (let i = 0; i < 10; i += 1) {
      const angle = -Math.PI / 2 + (i * Math.PI) / 5;
      const r = (i % 2 === 0 ? 14 : 6) * u;
      ctx.lineTo(at.x + r * Math.cos(angle), at.y + r * Math.sin(angle));
    }
    ctx.closePath();
    ctx.fill();
  } else if (role === ROLE.CANDIDATE || role === ROLE.REHEARSING) {
    for (let i = 0; i < 3; i += 1) {
      const angle = -Math.PI / 2 + (i * 2 * Math.PI) / 3;
      ctx.lineTo(at.x + 10 * u * Math.cos(angle), at.y + 10 * u * Math.sin(angle));
    }
    ctx.closePath();
    if (role === ROLE.CANDIDATE) ctx.fill();
    else ctx.stroke();
  } else if (role === ROLE.FOLLOWER) {
    ctx.arc(at.x, at.y, 5.5 * u, 0, 2 * Math.PI);
    ctx.fill();
  } else {
    ctx.setLineDash([3 * u, 3 * u]);
    ctx.arc(at.x, at.y, 8 * u, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Box} box
 * @param {number} u
 */
function drawTable(ctx, model, box, u) {
  const leaders = model.leaders();
  const who = leaders.length === 1 ? t("table.leads", { letter: model.nodeLetter(leaders[0].node) })
    : leaders.length === 0 ? t("table.nobody") : t("table.leaders", { count: leaders.length });
  const confirmed = Math.max(0, ...[...model.servers.values()].map((server) => server.commit));
  drawTableOf(ctx, box, u, [
    [t("table.term", { term: model.term() }), 33, 800, "--text"],
    [who, TEXT, 600, leaders.length === 1 ? "--text" : "--state-slow"],
    [t("table.confirmed", { count: number(confirmed) }), SMALL, 400, "--text-second"],
  ], { first: 39, step: 26 });
}
