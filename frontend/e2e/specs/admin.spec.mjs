import assert from 'node:assert/strict';
import { Keeper, someBuilding } from '../drivers/keeper.mjs';
import { overflow } from '../drivers/screen.mjs';
import { accessibility, sizes } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// What holds for every section of the registry's page, and who sees what.

const sections = [
  ['the files', '/admin?section=import', '.start'],
  ['people', '/admin?tab=people', '#registry-list [aria-busy="false"]'],
  ['moves in and out', '/admin?tab=flows', '[data-community]'],
  ['buildings', '/admin?tab=buildings', '#registry-list [aria-busy="false"]'],
  ['organisations', '/admin?tab=organisations', '#registry-list [aria-busy="false"]'],
  ['services', '/admin?tab=services', '#registry-list [aria-busy="false"]'],
  ['facilities', '/admin?tab=facilities', '#registry-list [aria-busy="false"]'],
  ['plates', '/admin?section=plates', '.sheet-picture'],
  ['files out', '/admin?section=export', 'form'],
];

const clean = ['wide', 'phone'].map((size) =>
  spec(`axe finds nothing in the registry (${size})`, { size, axe: true }, async (world) => {
    const { when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const holds = async () => {
      assert.deepEqual(await accessibility(page), []);
      assert.deepEqual(await overflow(page), []);
    };
    await keeper.enter('registrar');
    for (const [name, address, there] of sections) {
      await when(`${name} are open`, async () => {
        await page.goto(address);
        await page.locator(there).first().waitFor({ state: 'attached' });
      });
      await then(`${name} are clean`, holds);
    }
    const building = await someBuilding(new Town(origin));
    await when('a building is open', () => keeper.stack(building.properties.id));
    await then('it is clean by day', holds);
    await when('the theme of the night is on', () =>
      page.getByRole('button', { name: '换成夜间配色' }).click(),
    );
    await then('it is clean by night', holds);
  }),
);

const fits = spec('nothing of the registry overflows on any screen', { size: 'small' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await keeper.enter('registrar');
  for (const [name, address, there] of sections) {
    await when(`${name} are open`, async () => {
      await page.goto(address);
      await page.locator(there).first().waitFor({ state: 'attached' });
    });
    for (const size of ['small', 'phone', 'desk', 'wide']) {
      await then(`they fit ${size}`, async () => {
        await page.setViewportSize(sizes[size]);
        await page.waitForTimeout(100); // media queries and the map's own sizing
        assert.deepEqual(await overflow(page), []);
      });
    }
    await page.setViewportSize(sizes.small);
  }
});

const rights = spec('a role without rights is told so, in words', { size: 'desk' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await when('a planner opens the import by its address', () =>
    keeper.enter('planner', '/admin?section=import'),
  );
  await then('a sentence says who does it, and no section is offered that is refused', async () => {
    await page.getByText('您的岗位不办理这一项').waitFor();
    assert.equal(await keeper.section('导入').count(), 0);
  });
  await when('the planner looks for people', () => page.goto('/admin?tab=people'));
  await then('nobody is shown', async () => {
    await page.getByText('您的岗位看不到人口记录').waitFor();
    assert.equal(await keeper.rows().count(), 0);
  });
});

const tree = spec('the address keeps section, area and record', { size: 'desk' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await keeper.enter('registrar', '/admin?tab=buildings');
  await keeper.listed();
  await when('an area is chosen by keyboard and a record by mouse', async () => {
    await page.getByRole('treeitem').first().focus();
    await keeper.press('ArrowDown', 'Enter');
    await keeper.listed();
    await page.locator('#registry-list tbody button').first().click();
    await page.locator('.record-panel .facts').waitFor();
  });
  const address = page.url();
  await then('the same is seen by whoever opens the address', async () => {
    assert.match(address, /region=\d+/);
    assert.match(address, /[?&]id=/);
    const title = await page.locator('.record-panel h2').innerText();
    await page.goto(address);
    await page.locator('.record-panel .facts').waitFor();
    assert.equal(await page.locator('.record-panel h2').innerText(), title);
    assert.equal(await page.locator('[role=treeitem][aria-selected=true]').count(), 1);
  });
});

export default [...clean, fits, rights, tree];
