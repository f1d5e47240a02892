import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = `${root}bin/e2e-provider`;
let built;

/**
 * A real provider of single sign-on, which a server was told of when it started, and which is down until `start`. Names
 * lead to it as to the server: it is "localhost", another site than the server's address in figures.
 * @returns {{issuer: string, start(...logins: string[]): Promise<void>, stop(): Promise<void>}}
 */
export function provider(port, { back, secret }) {
  const issuer = `http://localhost:${port}`;
  let child;
  let ended;
  return {
    issuer,
    password: 'of-the-provider',
    async start(...logins) {
      built ??= promisify(execFile)('go', ['build', '-o', binary, './frontend/e2e/provider'], { cwd: root });
      await built;
      const given = [`-port=${port}`, `-back=${back}`, `-secret=${secret}`, `-password=${this.password}`];
      child = spawn(binary, [...given, ...logins], { stdio: ['pipe', 'pipe', 'inherit'] });
      ended = new Promise((resolve) => child.once('exit', resolve));
      const there = new Promise((resolve) => child.stdout.once('data', resolve));
      const early = await Promise.race([there.then(() => undefined), ended]);
      if (early !== undefined) throw new Error(`the provider ended with ${early}`);
    },
    async stop() {
      child?.stdin.end();
      await ended;
      child = undefined;
    },
  };
}
