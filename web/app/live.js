// live.js: the live link: one WebSocket to one run, with acknowledgements, a check that frames
// follow each other, and reconnecting with back-off. It hands frames on and knows nothing of
// what is in them.

/** @typedef {import("./types").Frame} Frame */

const ACK_EVERY_FRAMES = 2;
const ACK_LATEST_MS = 250;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 8000;

export class LiveLink {
  /**
   * @param {(frame: Frame) => void} onFrame
   * @param {(state: "connecting" | "open" | "lost") => void} onState
   */
  constructor(onFrame, onState) {
    this.onFrame = onFrame;
    this.onState = onState;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {string} */
    this.run = "";
    this.layer = false;
    this.failures = 0;
    this.retry = 0;
    this.epoch = -1;
    this.seq = -1;
    this.unacknowledged = 0;
    this.nonce = 0;
    this.ackTimer = 0;
  }

  /** @param {string} run */
  join(run) {
    this.leave();
    this.run = run;
    this.failures = 0;
    this.open();
  }

  leave() {
    window.clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  open() {
    this.onState("connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(
      `${scheme}://${location.host}/live?run=${encodeURIComponent(this.run)}`,
    );
    this.socket = socket;
    this.epoch = -1;
    this.seq = -1;
    this.unacknowledged = 0;
    socket.onopen = () => {
      if (this.layer) this.send({ layer: "messages", on: true });
    };
    socket.onmessage = (message) => {
      if (socket === this.socket) this.receive(String(message.data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  /** @param {object} message */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /**
   * The message layer, a subscription of its own.
   * @param {boolean} on
   */
  subscribeMessages(on) {
    if (on === this.layer) return;
    this.layer = on;
    this.send({ layer: "messages", on });
  }

  /** @param {string} text */
  receive(text) {
    /** @type {Frame} */
    const frame = JSON.parse(text);
    const [, , , epoch, seq, base, nonce] = frame.h;
    const keyframe = base === 0;
    if (!keyframe && (epoch !== this.epoch || base !== this.seq)) {
      this.reopen();
      return;
    }
    this.epoch = epoch;
    this.seq = seq;
    this.failures = 0;
    if (keyframe) this.onState("open");
    this.onFrame(frame);
    this.nonce = nonce;
    this.unacknowledged += 1;
    window.clearTimeout(this.ackTimer);
    if (keyframe || this.unacknowledged >= ACK_EVERY_FRAMES) this.acknowledge();
    else this.ackTimer = window.setTimeout(() => this.acknowledge(), ACK_LATEST_MS);
  }

  /** Says what has been read last; also after a pause, for the server may be waiting for it. */
  acknowledge() {
    window.clearTimeout(this.ackTimer);
    if (this.unacknowledged === 0) return;
    this.unacknowledged = 0;
    this.send({ ack: this.nonce });
  }

  /** A gap in the frames: only a keyframe helps, and a new connection begins with one. */
  reopen() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.open();
  }

  lost() {
    this.socket = null;
    this.onState("lost");
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = window.setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }
}
