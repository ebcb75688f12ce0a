// What a flood calls for is done seldom: soon after the first call, again after a rest, and never twice at once.

const SOON_MS = 250;
const REST_MS = 1000;

export function seldom(work) {
  let timer = 0;
  let began = 0;
  let working = false;
  let more = false;

  async function go() {
    timer = 0;
    if (working) {
      more = true;
      return;
    }
    working = true;
    began = Date.now();
    try {
      await work();
    } finally {
      working = false;
      if (more) call();
      more = false;
    }
  }

  function call() {
    timer ||= setTimeout(go, Math.max(SOON_MS, began + REST_MS - Date.now()));
  }

  return call;
}
