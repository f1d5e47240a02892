import { connect, createServer } from 'node:net';

/**
 * A cable between one visitor and the server that can be cut: open connections break and new ones are refused. The
 * browser's own "offline" leaves a stream that is open already untouched, which no real loss of a connection does.
 * @returns {Promise<{origin: string, cut(): void, mend(): void, close(): void}>}
 */
export async function cable(origin) {
  const { hostname, port } = new URL(origin);
  const open = new Set();
  let whole = true;
  const relay = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    whole = false;
    for (const one of open) one.destroy();
  };
  return {
    origin: `http://127.0.0.1:${relay.address().port}`,
    cut,
    mend: () => {
      whole = true;
    },
    close: () => {
      cut();
      relay.close();
    },
  };
}
