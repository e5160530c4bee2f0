// motion.js: everything on the stage that moves, as a pure function of (model, virtual time):
// waiting customers, orders on their way, couriers, links, cuts, flows.

import { token } from "../../app/dom.js";
import { arrowHead, drawCut, drawX, label } from "../../app/stage/drawing.js";
import { PHASE } from "./model.js";
import { t } from "../../app/words.js";
import { alongStreets, DISPATCHER } from "./geometry.js";
import { drawSteam } from "./steam.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./types").Order} Order
 * @typedef {import("./types").Segment} Segment
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./shapes.js").Shapes} Shapes
 */

export const SPRITES_MAX = 300;
const LINK_GLOW_US = 0.9e6; /* how long a link shows that an order went over it */
const GONE_US = 1.2e6; /* how long a served or lost order fades */
const HANDOVER_GLOW_US = 1.5e6;
const FLOW_WINDOW_US = 3e6;

/**
 * One picture. Returns how many sprites it drew.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {Shapes} shapes
 * @param {number[]} cuisines cuisine of each dish
 * @param {number} t_us
 */
export function drawMotion(ctx, model, geometry, shapes, cuisines, t_us) {
  ctx.clearRect(0, 0, geometry.width, geometry.height);
  drawLinks(ctx, model, geometry);
  drawSteam(ctx, model, geometry, t_us);
  drawCuts(ctx, model, geometry);
  const crowded = !model.sprites || model.orders.size > SPRITES_MAX;
  if (crowded) {
    drawFlows(ctx, model, geometry, t_us);
    drawDemand(ctx, model, geometry);
  }
  let sprites = 0;
  for (const order of model.orders.values()) {
    const mine = model.mine.includes(order.id);
    if (crowded && !mine) continue;
    sprites += drawOrder(
      ctx,
      order,
      geometry,
      shapes,
      cuisines[order.dish] ?? 0,
      t_us,
      mine,
      model.look.still,
    );
  }
  if (!crowded) drawGlow(ctx, model, geometry, t_us);
  return sprites;
}

/**
 * The part of its life that an order is in at a virtual time.
 * @param {Order} order
 * @param {number} t_us
 * @returns {Segment | null}
 */
export function segmentAt(order, t_us) {
  for (let i = order.segments.length - 1; i >= 0; i -= 1) {
    if (order.segments[i].since_us <= t_us) return order.segments[i];
  }
  return null;
}

/**
 * @param {Segment} segment
 * @param {number} t_us
 * @returns {number} 0 .. 1
 */
function progress(segment, t_us) {
  if (segment.until_us <= segment.since_us) return 0;
  return Math.min(1, (t_us - segment.since_us) / (segment.until_us - segment.since_us));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Order} order
 * @param {Geometry} geometry
 * @param {Shapes} shapes
 * @param {number} cuisine
 * @param {number} t_us
 * @param {boolean} mine
 * @param {boolean} still
 */
function drawOrder(ctx, order, geometry, shapes, cuisine, t_us, mine, still) {
  const segment = segmentAt(order, t_us);
  if (!segment) return 0;
  const home = geometry.point(order.x_m, order.y_m);
  if (segment.phase >= PHASE.SERVED) return drawGone(ctx, segment, shapes, cuisine, home, t_us);
  shapes.put(ctx, shapes.customers[cuisine], home.x, home.y);
  const at = orderPoint(order, segment, geometry, home, t_us);
  if (still && segment.phase === PHASE.COURIER) drawWay(ctx, order, segment, geometry, home);
  if (mine) drawMine(ctx, at ?? home, home, geometry.u);
  if (!at) return 1;
  const couriers = shapes.couriers[at.x <= home.x ? 0 : 1]; /* they look where they go */
  shapes.put(ctx, (segment.phase === PHASE.COURIER ? couriers : shapes.orders)[cuisine], at.x, at.y);
  return 2;
}

/**
 * Where an order itself is drawn; null while it lies in a kitchen or at the desk, where the load
 * bar and the count show it.
 * @param {Order} order
 * @param {Segment} segment
 * @param {Geometry} geometry
 * @param {Point} home
 * @param {number} t_us
 * @returns {Point | null}
 */
export function orderPoint(order, segment, geometry, home, t_us) {
  const desk = geometry.nodePoint(DISPATCHER, null);
  const node = geometry.nodePoint(segment.node, home);
  const done = progress(segment, t_us);
  switch (segment.phase) {
    case PHASE.TO_DESK:
      return desk ? between(home, desk, done) : null;
    case PHASE.TO_KITCHEN:
      return desk && node ? between(desk, node, done) : null;
    case PHASE.HANDOVER:
      return node;
    case PHASE.COURIER:
      return node ? alongStreets(node, home, done, order.id % 2 === 0) : null;
    default:
      return null;
  }
}

/**
 * Reduced motion: the whole way of a courier at once, with its head at the door.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Order} order
 * @param {Segment} segment
 * @param {Geometry} geometry
 * @param {Point} home
 */
function drawWay(ctx, order, segment, geometry, home) {
  const from = geometry.nodePoint(segment.node, home);
  if (!from) return;
  const corner = order.id % 2 === 0 ? { x: home.x, y: from.y } : { x: from.x, y: home.y };
  ctx.strokeStyle = token("--border");
  ctx.lineWidth = 1.5 * geometry.u;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(corner.x, corner.y);
  ctx.lineTo(home.x, home.y);
  ctx.stroke();
  arrowHead(ctx, corner, home, 9 * geometry.u, token("--border"));
}

/** @param {Point} a @param {Point} b @param {number} done */
function between(a, b, done) {
  return { x: a.x + (b.x - a.x) * done, y: a.y + (b.y - a.y) * done };
}

/**
 * Served: the door's mark filled, fading with age. Refused or lost: an x.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Segment} segment
 * @param {Shapes} shapes
 * @param {number} cuisine
 * @param {Point} home
 * @param {number} t_us
 */
function drawGone(ctx, segment, shapes, cuisine, home, t_us) {
  const age = (t_us - segment.since_us) / GONE_US;
  if (age >= 1) return 0;
  if (segment.phase === PHASE.SERVED) {
    ctx.globalAlpha = 1 - age;
    shapes.put(ctx, shapes.orders[cuisine], home.x, home.y);
    ctx.globalAlpha = 1;
  } else {
    drawX(ctx, home, 6 * shapes.u, shapes.u);
  }
  return 1;
}

/**
 * One's own order: a ring around it and a thread to the door it is going to.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Point} at
 * @param {Point} home
 * @param {number} u
 */
function drawMine(ctx, at, home, u) {
  ctx.strokeStyle = token("--focus");
  ctx.lineWidth = 2 * u;
  ctx.setLineDash([3 * u, 4 * u]);
  ctx.beginPath();
  ctx.moveTo(at.x, at.y);
  ctx.lineTo(home.x, home.y);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineWidth = 3 * u;
  for (const [point, r] of /** @type {[Point, number][]} */ ([[at, 14], [home, 10]])) {
    ctx.beginPath();
    ctx.arc(point.x, point.y, r * u, 0, 2 * Math.PI);
    ctx.stroke();
  }
}

/**
 * The quiet lines from the desk to every kitchen.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 */
function drawLinks(ctx, model, geometry) {
  const desk = geometry.nodePoint(DISPATCHER, null);
  if (!desk) return;
  ctx.strokeStyle = token("--border");
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = 1.5 * geometry.u;
  ctx.beginPath();
  for (const kitchen of model.kitchens.values()) {
    const at = geometry.nodePoint(kitchen.node, null);
    if (!at || kitchen.truth === 0) continue;
    ctx.moveTo(desk.x, desk.y);
    ctx.lineTo(at.x, at.y);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/**
 * Links thicken with the orders that went over them lately: from the desk to a kitchen, and from
 * kitchen to kitchen when a ticket was handed over.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {number} t_us
 */
function drawGlow(ctx, model, geometry, t_us) {
  /** @type {Map<number, number>} */
  const weight = new Map();
  for (const order of model.orders.values()) {
    for (const { from, to, t_us: moved_us } of order.moves) {
      const age = t_us - moved_us;
      if (age < 0) continue;
      if (from !== DISPATCHER && age < HANDOVER_GLOW_US) {
        drawHandover(ctx, geometry, from, to, age / HANDOVER_GLOW_US);
      } else if (from === DISPATCHER && age < LINK_GLOW_US) {
        weight.set(to, (weight.get(to) ?? 0) + 1 - age / LINK_GLOW_US);
      }
    }
  }
  const desk = geometry.nodePoint(DISPATCHER, null);
  if (!desk) return;
  ctx.strokeStyle = token("--load-5");
  ctx.lineCap = "round";
  for (const [node, amount] of weight) {
    const at = geometry.nodePoint(node, null);
    if (!at) continue;
    ctx.globalAlpha = Math.min(0.75, 0.2 + amount * 0.3);
    ctx.lineWidth = Math.min(9, 1.5 + amount * 2) * geometry.u;
    ctx.beginPath();
    ctx.moveTo(desk.x, desk.y);
    ctx.lineTo(at.x, at.y);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  ctx.lineCap = "butt";
}

/**
 * An arc from one kitchen to another: a ticket that was handed over, or given to another after a
 * failure.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {number} source
 * @param {number} target
 * @param {number} age 0 .. 1
 */
function drawHandover(ctx, geometry, source, target, age) {
  const from = geometry.nodePoint(source, null);
  const to = geometry.nodePoint(target, null);
  if (!from || !to) return;
  const u = geometry.u;
  const bend = {
    x: (from.x + to.x) / 2 + (to.y - from.y) * 0.18,
    y: (from.y + to.y) / 2 - (to.x - from.x) * 0.18,
  };
  ctx.globalAlpha = 1 - age;
  ctx.strokeStyle = token("--state-moving");
  ctx.lineWidth = 3.5 * u;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  ctx.stroke();
  arrowHead(ctx, bend, to, 10 * u, token("--state-moving"));
  ctx.globalAlpha = 1;
}

/**
 * Where the network is cut: a gap with two bars across the link, and a ring around a node that
 * is cut off from everybody.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 */
function drawCuts(ctx, model, geometry) {
  const desk = geometry.nodePoint(DISPATCHER, null);
  for (const fault of model.faults) {
    const a = geometry.nodePoint(fault.node, null);
    const b = geometry.nodePoint(fault.peer, null);
    if (fault.kind === "link.cut" && a && b) drawCut(ctx, a, b, geometry.u);
    if (fault.kind === "node.isolate" && a && desk && fault.node !== DISPATCHER) {
      drawCut(ctx, desk, a, geometry.u);
    }
    if (fault.kind === "net.partition" || (fault.kind === "node.isolate" && fault.node === DISPATCHER)) {
      for (const node of acrossFromDesk(model, fault)) {
        const at = geometry.nodePoint(node, null);
        if (at && desk) drawCut(ctx, desk, at, geometry.u);
      }
    }
  }
}

/**
 * Kitchens on the other side of a partition than the desk. Which side is which stands in the
 * event that told of it: a bit for each node.
 * @param {Model} model
 * @param {import("../../app/types").Fault} fault
 */
function acrossFromDesk(model, fault) {
  const kitchens = [...model.kitchens.values()].filter((kitchen) => kitchen.truth !== 0);
  const event = [...model.events].reverse().find((one) => one.kind === "net_partitioned");
  if (fault.kind === "node.isolate") return kitchens.map((kitchen) => kitchen.node);
  const mask = event?.args[0] ?? 0;
  const side = (/** @type {number} */ node) => Math.floor(mask / 2 ** node) % 2;
  return kitchens.map((kitchen) => kitchen.node).filter((node) => side(node) !== side(DISPATCHER));
}

/**
 * More than can be followed one by one: links as thick as the orders per second on them, with
 * the count.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {number} t_us
 */
function drawFlows(ctx, model, geometry, t_us) {
  const desk = geometry.nodePoint(DISPATCHER, null);
  if (!desk) return;
  const u = geometry.u;
  for (const [node, perSecond] of flowRates(model, t_us)) {
    const at = geometry.nodePoint(node, null);
    if (!at) continue;
    ctx.globalAlpha = 0.75;
    ctx.strokeStyle = token("--load-5");
    ctx.lineWidth = Math.max(2, Math.min(16, 2 + perSecond * 3)) * u;
    ctx.beginPath();
    ctx.moveTo(desk.x, desk.y);
    ctx.lineTo(at.x, at.y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    if (geometry.compact) continue;
    const free = visiblePart(geometry, node);
    if (free && !isCovered(geometry, free, 52 * u, 15 * u)) {
      label(ctx, `${Math.round(perSecond * 60)}/min`, free, u);
    }
  }
}

/**
 * The middle of what can be seen of a link between two plates; null when that is too little for a
 * label.
 * @param {Geometry} geometry
 * @param {number} node
 * @returns {Point | null}
 */
function visiblePart(geometry, node) {
  const desk = geometry.plates.get(DISPATCHER);
  const plate = geometry.plates.get(node);
  const a = geometry.nodePoint(DISPATCHER, null);
  const b = geometry.nodePoint(node, null);
  if (!desk || !plate || !a || !b) return null;
  const inside = (/** @type {import("./geometry.js").Box} */ box) => {
    const x = Math.abs(b.x - a.x) < 1 ? Infinity : box.width / 2 / Math.abs(b.x - a.x);
    const y = Math.abs(b.y - a.y) < 1 ? Infinity : box.height / 2 / Math.abs(b.y - a.y);
    return Math.min(x, y);
  };
  const from = inside(desk);
  const to = 1 - inside(plate);
  const length = (to - from) * Math.hypot(b.x - a.x, b.y - a.y);
  return length < 60 * geometry.u ? null : between(a, b, (from + to) / 2);
}

/**
 * Does a plate stand where a label would?
 * @param {Geometry} geometry
 * @param {Point} at
 * @param {number} halfWidth
 * @param {number} halfHeight
 */
function isCovered(geometry, at, halfWidth, halfHeight) {
  return [...geometry.plates.values()].some((box) =>
    at.x + halfWidth > box.x && at.x - halfWidth < box.x + box.width &&
    at.y + halfHeight > box.y && at.y - halfHeight < box.y + box.height);
}

/**
 * How many orders are open in each district, when single ones cannot be followed.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 */
function drawDemand(ctx, model, geometry) {
  if (!model.sprites || geometry.compact) return;
  const { u } = geometry;
  const counts = geometry.plan.districts.map(() => 0);
  for (const order of model.orders.values()) {
    const at = geometry.plan.districts.findIndex((district) =>
      order.x_m >= district.x_m && order.x_m < district.x_m + district.width_m &&
      order.y_m >= district.y_m && order.y_m < district.y_m + district.height_m);
    if (at >= 0) counts[at] += 1;
  }
  geometry.plan.districts.forEach((_district, index) => {
    const spot = geometry.names.get(index);
    if (!spot || counts[index] === 0) return;
    ctx.font = `600 ${20.2 * u}px ${token("--font")}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.lineWidth = 5 * u;
    ctx.lineJoin = "round";
    ctx.strokeStyle = token("--map-land");
    ctx.fillStyle = token("--text");
    const text = t("stage.demand", { count: counts[index] });
    ctx.strokeText(text, spot.x, spot.y + 25 * u);
    ctx.fillText(text, spot.x, spot.y + 25 * u);
  });
}

/**
 * Orders per virtual second from the desk to each kitchen: counted by the server above 20x,
 * from the orders themselves when there are only too many to draw.
 * @param {Model} model
 * @param {number} t_us
 * @returns {Map<number, number>}
 */
function flowRates(model, t_us) {
  /** @type {Map<number, number>} */
  const rates = new Map();
  if (!model.sprites) {
    const first = model.flow[0];
    const span_s = first ? Math.max(0.5, (model.t_us - first.t_us + first.span_us) / 1e6) : 1;
    for (const { from, to, count } of model.flow) {
      if (from === DISPATCHER) rates.set(to, (rates.get(to) ?? 0) + count / span_s);
    }
    return rates;
  }
  for (const order of model.orders.values()) {
    for (const { from, to, t_us: moved_us } of order.moves) {
      const age = t_us - moved_us;
      if (from !== DISPATCHER || age < 0 || age > FLOW_WINDOW_US) continue;
      rates.set(to, (rates.get(to) ?? 0) + 1e6 / FLOW_WINDOW_US);
    }
  }
  return rates;
}
