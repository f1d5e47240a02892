import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Desk } from '../drivers/desk.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';

// The planner's page: the question is a sentence, the answer is what the server says, the address keeps it.

async function enter({ context, page, origin }, login, query = '') {
  const desk = new Desk(origin);
  await desk.signIn(login);
  await desk.enter(context);
  await page.goto(`/plan${query}`);
  return desk;
}

const shown = (page, figure) => page.locator(`[data-figure="${figure}"]`).innerText();
const digits = (text) => Number(text.replace(/\s/g, ''));

const asks = spec(
  'a planner asks, and the page shows what the server answers',
  { size: 'wide', sharp: true },
  async (world) => {
    const { given, when, then, page } = world;
    let desk;
    await given('a planner on the page', async () => {
      desk = await enter(world, 'planner');
      await page.locator('[data-figure="share"]').waitFor();
    });
    await when('they ask for 300 metres', () => page.getByLabel('多远').selectOption('300'));
    await then('the figures are those of 300 metres', async () => {
      const answer = await (await desk.ask('/api/v1/plan/coverage?metres=300')).json();
      await page.waitForFunction(
        (n) =>
          document.querySelector('[data-figure="uncovered"]')?.textContent.replace(/\s/g, '') === String(n),
        answer.totals.uncovered,
      );
      assert.equal(digits(await shown(page, 'people')), answer.totals.people);
      assert.equal(await page.locator('tbody tr[data-code]').count(), answer.communities.length);
      await page.waitForFunction(
        (n) => globalThis.__onemap?.map.getSource('plan-cells')?.serialize().data.features.length === n,
        answer.cells.features.length,
      );
    });
    await then('the address keeps the question', async () => {
      assert.match(page.url(), /[?&]metres=300(&|$)/);
      await page.reload();
      await page.locator('[data-figure="share"]').waitFor();
      assert.equal(await page.getByLabel('多远').inputValue(), '300');
    });
    await then('the picture to keep is the map with a title above and a legend below', async () => {
      await page.getByRole('button', { name: '导出', exact: true }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: '图片 PNG' }).click(),
      ]);
      const png = await readFile(await file.path());
      const [wide, high] = await page
        .locator('.maplibregl-canvas')
        .evaluate((canvas) => [canvas.width, canvas.height]);
      assert.equal(png.readUInt32BE(16), wide);
      assert.ok(png.readUInt32BE(20) >= high + 150, 'no room for the words');
    });
    await when('they choose a community', () => page.locator('tbody tr[data-code] button').first().click());
    await then('its grids are listed', () => page.getByRole('button', { name: '回到各社区' }).waitFor());
    await then('the page says what it measures, and offers no list of people', async () => {
      await page.getByText('按直线距离算').first().waitFor();
      assert.equal(await page.getByRole('button', { name: '查看够不到的楼栋' }).count(), 0);
    });
  },
);

const behind = spec('a registrar opens the list behind the figures', { size: 'wide' }, async (world) => {
  const { given, when, then, page } = world;
  await given('a registrar on the page', async () => {
    await enter(world, 'registrar', '?metres=300');
    await page.locator('[data-figure="share"]').waitFor();
  });
  await when('they ask for the buildings', () =>
    page.getByRole('button', { name: '查看够不到的楼栋' }).click(),
  );
  await then('buildings are listed, and names are masked', async () => {
    const dialog = page.getByRole('dialog', { name: '够不到的楼栋' });
    await dialog.getByRole('button', { name: '看人员（已脱敏）' }).first().click();
    assert.match(await dialog.locator('.people li').first().innerText(), /\*/);
  });
});

const refused = spec('who does not plan is told so', { size: 'desk' }, async (world) => {
  const { given, then, page } = world;
  await given('a handler on the page', () => enter(world, 'handler'));
  await then('the page says whom it is for', () =>
    page.getByText('这一页给规划、领导和信息采集岗位使用').waitFor(),
  );
});

const fits = ['wide', 'phone'].map((size) =>
  spec(`the planner's page fits and is accessible (${size})`, { size, axe: true }, async (world) => {
    const { given, then, page } = world;
    await given('a planner on the page', async () => {
      await enter(world, 'planner');
      await page.locator('[data-figure="share"]').waitFor();
      await page.waitForFunction(() => globalThis.__onemap?.map.loaded());
    });
    await then('nothing stands out sideways', async () => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    });
    await then('axe finds nothing', async () => assert.deepEqual(await accessibility(page), []));
  }),
);

export default [asks, behind, refused, ...fits];
