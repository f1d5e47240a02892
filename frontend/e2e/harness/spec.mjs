import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { visitor } from './browser.mjs';

const shots = fileURLToPath(new URL('../shots/', import.meta.url));

/**
 * A spec tells one behaviour: given, when and then name each step in words, so that a failure says where the story
 * broke. `world` brings the visitor's page, the server's origin, the means to open more visitors, and `tell` for a
 * figure worth printing. Each spec stands alone: which came before it on the same server is not known.
 * @param {string} name
 * @param {object} options what kind of visitor: size, javaScript, axe, sharp, at, clock (a time zone); `own` for a
 *   story that only a server started for it can tell, with the `provider` of single sign-on in `world`
 * @param {(world: object) => Promise<void>} story
 */
export function spec(name, options, story) {
  return { name, options, story };
}

/** Runs one spec, and says why it failed, or undefined, and the figures it told. */
export async function run({ name, options, story }, { browser, origin, provider }) {
  const visitors = [];
  const open = async (more = {}) => {
    const one = await visitor(browser, more.by ?? origin, { ...options, ...more });
    visitors.push(one);
    return one;
  };
  const told = [];
  let step = '';
  const telling = (word) => async (words, act) => {
    step = `${word} ${words}`;
    return act();
  };
  try {
    const first = await open();
    await story({
      ...first,
      origin,
      browser,
      provider,
      open,
      tell: (words) => told.push(words),
      given: telling('given'),
      when: telling('when'),
      then: telling('then'),
    });
    step = 'then nothing went wrong unseen';
    for (const one of visitors) assert.deepEqual(one.faults, []);
    return { told };
  } catch (cause) {
    const picture = await photograph(name, visitors);
    return {
      told,
      fault: `${step}\n${indent(cause.message ?? String(cause))}\n${indent(`picture: ${picture}`)}`,
    };
  } finally {
    await Promise.all(visitors.map(({ context }) => context.close().catch(() => undefined)));
  }
}

async function photograph(name, visitors) {
  const file = `${shots}${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)}.png`;
  await mkdir(shots, { recursive: true });
  const page = visitors.at(-1)?.page;
  const taken = await page?.screenshot({ path: file, timeout: 5000 }).then(
    () => true,
    () => false,
  );
  return taken ? file : 'none';
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
