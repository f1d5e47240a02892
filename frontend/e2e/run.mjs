import { readdir } from 'node:fs/promises';
import { openBrowser } from './harness/browser.mjs';
import { openServer } from './harness/server.mjs';
import { run } from './harness/spec.mjs';

/*
 * Drives the true program in a true browser: `npm run e2e`, or `npm run e2e -- words` for the specs whose file or
 * name has these words. ONEMAP_URL names a server that runs already; without it one is started from bin/onemap.
 */
const words = process.argv.slice(2).join(' ').toLowerCase();
const folder = new URL('./specs/', import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith('.spec.mjs')).sort();

const wanted = [];
for (const file of files) {
  const { default: specs } = await import(new URL(file, folder).href);
  for (const one of specs) if (`${file} ${one.name}`.toLowerCase().includes(words)) wanted.push(one);
}

let passed = 0;
let failed = 0;
const server = await openServer();
process.once('SIGINT', () => void server.stop().then(() => process.exit(130)));
const browser = await openBrowser();
try {
  for (const one of wanted) {
    const began = Date.now();
    const fault = await run(one, { browser, origin: server.origin });
    const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
    if (fault) {
      failed++;
      console.log(`FAIL  ${one.name} (${took})\n      ${fault}`);
    } else {
      passed++;
      console.log(`ok    ${one.name} (${took})`);
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || passed === 0 ? 1 : 0);
