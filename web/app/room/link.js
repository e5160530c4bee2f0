// link.js: what the presenter shows, as it changes: comes into the room, then hears it over a
// WebSocket; a lost one is tried again with back-off. It knows nothing of the page.

import { api, Problem } from "../api.js";

/** @typedef {import("./types").Room} Room */

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 8000;

export class RoomLink {
  /**
   * @param {string} code
   * @param {string | null} nickname null: only looks, and is nobody in the room
   * @param {{room: (room: Room) => void, lost: () => void, over: () => void}} to
   */
  constructor(code, nickname, to) {
    this.code = code;
    this.nickname = nickname;
    this.to = to;
    this.failures = 0;
    this.retry = 0;
    this.closed = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    void this.open();
  }

  close() {
    this.closed = true;
    window.clearTimeout(this.retry);
    this.socket?.close();
  }

  async open() {
    try {
      const room = this.nickname === null ? await api.room(this.code) : await api.joinRoom(this.code, this.nickname);
      if (this.closed) return;
      this.to.room(room);
      this.listen();
    } catch (error) {
      if (this.closed) return;
      if (error instanceof Problem && [404, 410].includes(error.status)) this.to.over();
      else this.lost();
    }
  }

  listen() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live?room=${encodeURIComponent(this.code)}`);
    this.socket = socket;
    socket.onmessage = (message) => {
      const { nonce, room } = JSON.parse(String(message.data));
      this.failures = 0;
      socket.send(JSON.stringify({ ack: nonce }));
      if (room.ended) this.end();
      else this.to.room(room);
    };
    socket.onclose = () => {
      if (!this.closed) this.lost();
    };
  }

  end() {
    this.close();
    this.to.over();
  }

  lost() {
    this.to.lost();
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = window.setTimeout(() => void this.open(), wait * (0.75 + Math.random() / 2));
  }
}
