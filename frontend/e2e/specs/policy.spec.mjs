import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { laidOut } from '../drivers/screen.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// Each page under its own content security policy, as a browser has it: no script and no style that is written into
// a page is applied, and no page of ours needs one. The harness fails a spec at the first breach, and at any error
// that a page writes to the console.

const sections = [
  'import',
  'registry',
  'plates',
  'export',
  'accounts',
  'departments',
  'keys',
  'audit',
  'settings',
];
const tabs = ['people', 'flows', 'buildings', 'organisations', 'services', 'facilities'];

const pages = spec('no page breaks its content security policy', { size: 'desk' }, async (world) => {
  const { given, when, then, page, context, origin, faults } = world;
  const town = new Town(origin);
  const thing = await given('a plate, a receipt and an administrator', () => town.facility());
  const { receipt } = await town.report(thing.code);
  const desk = new Desk(origin);
  await desk.signIn('supervisor');
  const [row] = await desk.cases();
  const look = async (path) => {
    await page.goto(path);
    await page.waitForLoadState('load');
    await page.locator('main, [role="main"], h1, canvas, form').first().waitFor();
    await laidOut(page);
  };
  await when('a visitor looks at every page', async () => {
    for (const path of ['/', '/report', `/q/${thing.code}`, `/r/${receipt}`, '/command', '/docs', '/link'])
      await look(path).catch((cause) => assert.fail(`${path}: ${cause.message}`));
  });
  await when('staff look at theirs', async () => {
    await desk.enter(context);
    await look('/command');
    await page.locator('canvas').first().waitFor();
    await look(`/command?case=${row.id}`);
    await page.locator('aside.panel .history li').first().waitFor();
    await desk.signIn('planner');
    await desk.enter(context);
    await look('/plan');
    await page.locator('canvas').first().waitFor();
    await desk.signIn('administrator');
    await desk.enter(context);
    for (const name of sections) await look(`/admin?section=${name}`);
    for (const name of tabs) await look(`/admin?tab=${name}`);
    await look('/account');
  });
  await then('nothing was refused', () => assert.deepEqual(faults, []));
  await then('a style and a script written into a page are', async () => {
    await page.evaluate(() => {
      const box = document.createElement('div');
      box.innerHTML = '<p style="color: rgb(1, 2, 3)">a</p><img src="x:" onerror="window.ran = true">';
      document.body.append(box);
    });
    await page.waitForFunction(
      () => getComputedStyle(document.querySelector('body > div:last-of-type p')).color,
    );
    const { colour, ran } = await page.evaluate(() => ({
      colour: getComputedStyle(document.querySelector('body > div:last-of-type p')).color,
      ran: window.ran === true,
    }));
    assert.notEqual(colour, 'rgb(1, 2, 3)');
    assert.equal(ran, false);
    const told = faults.splice(0).join('\n');
    assert.match(told, /style-src-attr/);
  });
});

export default [pages];
