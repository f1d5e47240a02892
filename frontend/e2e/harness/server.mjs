import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provider } from './provider.mjs';

const binary = fileURLToPath(new URL('../../../bin/onemap', import.meta.url));
const startWithin = 240_000; // ms; a cold machine makes its database first

/**
 * The program under test: the one at ONEMAP_URL, or a fresh one with the demo town that ends with the tests.
 * ONEMAP_E2E_LOG names a file that what it logs, at its most talkative, is written to the end of.
 * A server of our own is told of a provider of single sign-on, and that browsers know it as "localhost".
 * @returns {Promise<{origin: string, provider?: object, stop(): Promise<void>}>}
 */
export async function openServer() {
  const given = process.env.ONEMAP_URL;
  if (given) return { origin: new URL(given).origin, stop: async () => {} };
  if (!existsSync(binary)) throw new Error(`no program at ${binary}; build it first or set ONEMAP_URL`);

  const data = await mkdtemp(join(tmpdir(), 'onemap-e2e-'));
  const [port, other] = await freePorts();
  const named = `http://localhost:${port}`;
  const secret = 'between server and provider';
  const sso = provider(other, { back: `${named}/api/v1/session/sso/return`, secret });
  const child = spawn(binary, ['serve', '--demo', '--data', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ONEMAP_UNLIMITED: '1', // the specs report faster than any resident would
      ONEMAP_LOG_LEVEL: 'debug', // the log is searched for people's names afterwards
      ONEMAP_LOG_FORMAT: 'text',
      ONEMAP_PUBLIC_URL: named,
      ONEMAP_OIDC_ISSUER: sso.issuer,
      ONEMAP_OIDC_CLIENT_ID: 'onemap',
      ONEMAP_OIDC_SECRET: secret,
    },
  });
  if (process.env.ONEMAP_E2E_LOG) {
    const log = createWriteStream(process.env.ONEMAP_E2E_LOG, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    await sso.stop();
    child.kill('SIGINT');
    const forced = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(forced);
    await rm(data, { recursive: true, force: true });
  };
  try {
    return { origin: await listening(child, ended), provider: sso, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Two ports that nobody listens at. */
async function freePorts() {
  const held = [createServer(), createServer()];
  await Promise.all(
    held.map((one) => new Promise((resolve) => one.listen(0, '127.0.0.1', () => resolve(undefined)))),
  );
  const ports = held.map((one) => one.address().port);
  await Promise.all(held.map((one) => new Promise((resolve) => one.close(resolve))));
  return ports;
}

function listening(child, ended) {
  let said = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the server did not start in time:\n${said}`)),
      startWithin,
    );
    const hear = (chunk) => {
      said = (said + chunk).slice(-20_000);
      const found = /onemap: listening on (http:\/\/\S+)/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(new URL(found[1]).origin);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${said}`));
    });
  });
}
