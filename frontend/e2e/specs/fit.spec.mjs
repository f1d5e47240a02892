import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { overflowAt, Screen } from '../drivers/screen.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// What holds on every screen: nothing overflows, and axe finds nothing. report.spec does it for the residents' pages.

async function someCase(origin) {
  const all = new Desk(origin);
  await all.signIn('operator');
  return (await all.cases('&state=closed'))[0];
}

const windows = ['small', 'phone', 'desk', 'wide', 'wall'];

/** With the windows in which the page that is open has to fit. */
const clean = [['wide'], ['phone', ...windows]].map(([size, ...others]) =>
  spec(
    `axe finds nothing on desk and public page, and they fit (${size})`,
    { size, axe: true },
    async (world) => {
      const { when, then, origin, page } = world;
      const screen = new Screen(world, origin);
      const holds = async () => {
        assert.deepEqual(await accessibility(page), []);
        assert.deepEqual(await overflowAt(page, ...others), []);
      };

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
    },
  ),
);

const fits = spec('the pages for reports fit any screen', { size: 'small' }, async (world) => {
  const { when, then, origin, page } = world;
  const thing = await new Town(origin).facility();
  for (const [name, address] of [
    ['the report page', '/report'],
    ['the page of a plate', `/q/${thing.code}`],
  ]) {
    await when(`${name} is open`, async () => {
      await page.goto(address);
      await page.locator('#form').waitFor({ state: 'attached' });
    });
    await then('it fits', async () => assert.deepEqual(await overflowAt(page, ...windows), []));
  }
});

export default [...clean, fits];
