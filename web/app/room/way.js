// way.js: the way into the room: a picture for phones, the code, and the address in words. Only the
// presenter is given it.

import { refusal } from "../api.js";

export async function wayIn() {
  const answer = await fetch("/api/v1/room/qr.svg");
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, JSON.parse(text));
  const whole = new URL(answer.headers.get("X-Join-Address") ?? location.href);
  return {
    picture: `data:image/svg+xml,${encodeURIComponent(text)}`,
    code: whole.searchParams.get("code") ?? "",
    address: whole.origin + whole.pathname,
  };
}
