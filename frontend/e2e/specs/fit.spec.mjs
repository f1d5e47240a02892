import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { overflow, Screen } from '../drivers/screen.mjs';
import { accessibility, sizes } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// What holds on every screen: nothing overflows, and axe finds nothing. report.spec does it for the residents' pages.

async function someCase(origin) {
  const all = new Desk(origin);
  await all.signIn('operator');
  return (await all.cases('&state=closed'))[0];
}

const clean = ['wide', 'phone'].map((size) =>
  spec(`axe finds nothing on desk and public page (${size})`, { size, axe: true }, async (world) => {
    const { when, then, origin, page } = world;
    const screen = new Screen(world, origin);
    const holds = async () => assert.deepEqual(await accessibility(page), []);

    await when('the public page is open', async () => {
      await page.goto('/');
      await page.locator('.nearby .one').first().waitFor({ state: 'attached' });
      await screen.rested();
    });
    await then('it is clean', holds);
    await when('nobody is signed in at the desk', async () => {
      await page.goto('/command');
      await page.getByRole('button', { name: /坐席/ }).waitFor();
    });
    await then('the door is clean', holds);
    await when('the operator comes in with a click', async () => {
      await page.getByRole('button', { name: /坐席/ }).click();
      await screen.listed();
      await screen.rested();
    });
    await then('the desk is clean', holds);
    await when('a case is open', async () => {
      const { id } = await someCase(origin);
      await screen.open(`?tab=all&case=${id}`);
      await screen.opened();
      await screen.rested();
    });
    await then('it is clean by night', holds);
    await when('the theme of the day is on', async () => {
      await page.getByRole('button', { name: /换成日间配色/ }).click();
      await screen.rested();
    });
    await then('it is clean by day', holds);
  }),
);

const fits = spec('nothing overflows on any screen', { size: 'small' }, async (world) => {
  const { when, then, origin, page, context } = world;
  const thing = await new Town(origin).facility();
  const row = await someCase(origin);
  const pages = [
    ['the public page', '/', '.nearby'],
    ['the door of the desk', '/command', '.sign'],
    ['the report page', '/report', '#form'],
    ['the page of a plate', `/q/${thing.code}`, '#form'],
    ['the desk', '/command', '#queue-list'],
    ['the desk with a case', `/command?tab=all&case=${row.id}`, 'aside.panel .history'],
  ];
  for (const [name, address, there] of pages) {
    if (name === 'the desk') {
      const desk = new Desk(origin);
      await desk.signIn('operator');
      await desk.enter(context);
    }
    await when(`${name} is open`, async () => {
      await page.goto(address);
      await page.locator(there).first().waitFor({ state: 'attached' });
    });
    for (const size of ['small', 'phone', 'desk', 'wide', 'wall']) {
      await then(`it fits ${size}`, async () => {
        await page.setViewportSize(sizes[size]);
        await page.waitForTimeout(100); // media queries and the map's own sizing
        assert.deepEqual(await overflow(page), []);
      });
    }
    await page.setViewportSize(sizes.small);
  }
});

export default [...clean, fits];
