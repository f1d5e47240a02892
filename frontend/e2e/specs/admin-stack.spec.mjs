import assert from 'node:assert/strict';
import { Keeper, someBuilding } from '../drivers/keeper.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

const made = spec(
  'a building is drawn by the wizard and walked by keyboard',
  { size: 'desk' },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const building = await given('a building', () => someBuilding(new Town(origin), 1));
    await keeper.enter('registrar');
    await keeper.stack(building.properties.id);

    await when('the wizard is given nine storeys, one below, two units and a skipped label', async () => {
      await page.getByRole('button', { name: /生成楼栋图|重新生成/ }).click();
      await keeper.fill('地上层数', 9);
      await keeper.fill('地下层数', 1);
      await keeper.fill('单元数', 2);
      await keeper.fill('每层户数', 3);
      await keeper.fill('不用的楼层号', '4');
      await page.getByRole('button', { name: /加一条例外/ }).click();
      const exception = page.getByRole('group', { name: '例外 1' });
      await exception.getByLabel('楼层').first().fill('10');
      await exception.getByLabel('合并户号').fill('1-2');
      await page.locator('.view.preview').waitFor();
      await page.getByText(/新增 \d+ 户/).waitFor();
    });
    await then('the preview has no fourth storey, and the top rooms are merged', async () => {
      await page.locator('table.stack tbody th', { hasText: /^10$/ }).waitFor();
      await page.locator('table.stack td[colspan="2"]').first().waitFor();
      const labels = await page.locator('table.stack tbody th').allInnerTexts();
      assert.deepEqual(labels, ['10', '9', '8', '7', '6', '5', '3', '2', '1', 'B1']);
      assert.equal(await page.locator('table.stack td[colspan="2"]').count(), 2);
    });

    await when('it is made', async () => {
      await page.getByRole('button', { name: '就这样生成' }).click();
      await page.getByText('已生成').waitFor();
    });
    const rooms = await keeper.rooms().count();
    await then('it stands after a reload', async () => {
      await keeper.stack(building.properties.id);
      assert.equal(await keeper.rooms().count(), rooms);
    });

    await when('somebody walks it without a mouse', async () => {
      await page.locator('table.stack td[tabindex="0"]').focus();
      await keeper.press('Control+Home');
    });
    await then('each key leads where it should', async () => {
      assert.match(await keeper.focused(), /^1001，/);
      await keeper.press('ArrowRight');
      assert.match(await keeper.focused(), /^1003，/);
      await keeper.press('PageDown');
      assert.match(await keeper.focused(), /^903，/);
      await keeper.press('Home');
      assert.match(await keeper.focused(), /^901，/);
      await keeper.press('End', 'ArrowDown');
      assert.match(await keeper.focused(), /^803，/);
      assert.equal(await page.locator('table.stack td[tabindex="0"]').count(), 1);
    });
    await then('Enter opens the room', async () => {
      await keeper.press('Enter');
      await page.getByRole('heading', { name: '803 室' }).waitFor();
      assert.match(page.url(), /room=/);
    });
  },
);

const slabs = spec('the storeys of a building stand on the map', { size: 'desk' }, async (world) => {
  const { given, when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  const building = await someBuilding(new Town(origin), 3);
  await keeper.enter('registrar');
  await given('storeys above ground and below', async () => {
    const path = `/api/v1/buildings/${building.properties.id}/stack`;
    const { building: known, storeys, units } = await (await keeper.desk.ask(path)).json();
    const above = storeys.filter(({ ordinal }) => ordinal >= 0).length;
    await keeper.desk.ask(path, {
      method: 'PUT',
      body: {
        units: units.filter(({ code }) => code).map(({ code, lift }) => ({ code, lift })),
        floors: Math.max(3, above),
        below: 1,
        rooms_per_floor: Math.max(2, ...units.map(({ columns }) => columns)),
        pattern: '{floor}{col:02}',
      },
      headers: { 'If-Match': `"${known.rev}"` },
    });
  });
  await when('a building with storeys is open', () => keeper.stack(building.properties.id));
  await then('each storey above ground is a slab, and basements are shown flat', async () => {
    const above = await page.locator('table.stack tbody tr:not(.below)').count();
    await page.waitForFunction(
      (n) => {
        const map = globalThis.__onemap?.map;
        const tops = map?.querySourceFeatures('storeys').map(({ properties }) => properties.ordinal) ?? [];
        return n > 0 && new Set(tops).size === n;
      },
      above,
      { polling: 200 },
    );
    await page.getByRole('button', { name: '看地下' }).click();
    await page.waitForFunction(() => Boolean(globalThis.__onemap.map.getLayer('storeys-below')), undefined, {
      polling: 200,
    });
  });
});

export default [made, slabs];
