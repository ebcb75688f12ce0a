// A browser's live line without the browser: npm's socket.io-client, as the house itself serves it, driven by lines of JSON.
//
// One argument: {url, cookie, origin, key, auth, query, reconnection, namespace, patience}, where `key` goes into a header. Says {"at": "connected" | "refused" | "heard" | "answered" | "gone", ...}
// a line each; hears {"id", "emit", "args"} to emit with an acknowledgement, and {"close": true} to leave.

import { createInterface } from "node:readline";
import vm from "node:vm";

const { url, cookie, origin, key, auth, query, reconnection = false, namespace = "", patience = 10000 } = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

// What a browser adds to the handshake by itself.
const headers = { ...(cookie && { cookie }), ...(origin && { origin }), ...(key && { "x-api-key": key }) };
globalThis.WebSocket = class extends globalThis.WebSocket {
  constructor(address, protocols) {
    super(address, { protocols, headers });
  }
};

const library = await fetch(`${url}/static/vendor/socket.io.min.js`);
if (!library.ok) throw new Error(`the house does not serve its socket.io-client: ${library.status}`);
vm.runInThisContext(await library.text(), { filename: "socket.io.min.js" });

const socket = globalThis.io(url + namespace, { path: "/socket.io", transports: ["websocket"], reconnection, reconnectionDelay: 100, auth, query });
socket.on("connect", () => say({ at: "connected" }));
socket.on("connect_error", (error) => say({ at: "refused", why: error.message }));
socket.on("disconnect", (why) => say({ at: "gone", why }));
socket.onAny((event, ...args) => say({ at: "heard", event, args }));

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, emit, args = [], close } = JSON.parse(line);
  if (close) process.exit(0);
  try {
    say({ at: "answered", id, answer: await socket.timeout(patience).emitWithAck(emit, ...args) });
  } catch (error) {
    say({ at: "answered", id, answer: { lost: error.message } });
  }
}).on("close", () => process.exit(0));
