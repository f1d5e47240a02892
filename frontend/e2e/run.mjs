import { readdir } from 'node:fs/promises';
import { openBrowser } from './harness/browser.mjs';
import { openServer } from './harness/server.mjs';
import { run } from './harness/spec.mjs';

/*
 * Drives the true program in a true browser: `npm run e2e`, or `npm run e2e -- words` for the specs whose file or
 * name has these words. ONEMAP_URL names a server that runs already; without it two are started from bin/onemap, each
 * with a town and a browser of its own, and each takes the next spec of the list: what one spec does to its town is
 * over when the next one comes, and none sees what the spec beside it does.
 */
const words = process.argv.slice(2).join(' ').toLowerCase();
const folder = new URL('./specs/', import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith('.spec.mjs')).sort();

const wanted = [];
for (const file of files) {
  const { default: specs } = await import(new URL(file, folder).href);
  for (const one of specs) {
    if (!`${file} ${one.name}`.toLowerCase().includes(words)) continue;
    if (process.env.ONEMAP_URL && one.options.own)
      console.log(`skip  ${one.name}: it needs a server of its own`);
    else wanted.push(one);
  }
}

const began = Date.now();
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
let passed = 0;
let failed = 0;
const servers = [];
process.once(
  'SIGINT',
  () => void Promise.all(servers.map((one) => one.stop())).then(() => process.exit(130)),
);

/** Runs what is left of the list, one spec after the other, on a server of its own. */
async function worker() {
  const server = await openServer();
  servers.push(server);
  const browser = await openBrowser();
  try {
    for (let one = wanted.shift(); one; one = wanted.shift()) {
      const from = Date.now();
      const { told, fault } = await run(one, { browser, ...server });
      if (fault) failed++;
      else passed++;
      console.log(`${fault ? 'FAIL ' : 'ok   '} ${one.name} (${seconds(from)})`);
      for (const line of fault ? [...told, fault] : told) console.log(`      ${line}`);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
}

const side = process.env.ONEMAP_URL || wanted.length < 2 ? 1 : 2;
const ended = await Promise.allSettled(Array.from({ length: side }, worker));
for (const { reason } of ended.filter(({ status }) => status === 'rejected')) {
  failed++;
  console.log(`FAIL  ${reason?.stack ?? reason}`);
}
console.log(`${seconds(began)} on ${side === 1 ? 'one server' : `${side} servers`}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || passed === 0 ? 1 : 0);
